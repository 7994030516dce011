import SignetCoreML
import SignetData
import SignetModel
import SignetONNX
import SignetRuntime
import SignetServer
import SignetTraining
import SignetZoo

/// How a run of the command ends.
enum ExitStatus: Int32 {
  case done = 0
  case failed = 1
  case wrongUsage = 64
  case badInput = 65
  case interrupted = 130

  /// Tells apart what the user can mend in the command line, what in the files, and the rest.
  init(_ error: any Error) {
    switch error {
    case let error as CommandError: self = error.status
    case let error as ModelFileError: self.init(file: error)
    case is DataError, is EvaluationError, is ModelError, is GraphError, is WeightError,
      is CompactionError:
      self = .badInput
    case let error as EngineError: self.init(engine: error)
    case let error as ONNXError: self.init(onnx: error)
    case let error as CoreMLError: self.init(coreML: error)
    case let error as ZooError: self.init(zoo: error)
    case let error as TrainingError: self.init(training: error)
    case let error as ServerError: self.init(server: error)
    default: self = .failed
    }
  }

  /// A file that cannot be written, say on a full disk, is not bad input.
  private init(file error: ModelFileError) {
    switch error.defect {
    case .system(operation: "open", _), .system(operation: "examine", _),
      .system(operation: "map", _):
      self = .badInput
    case .system, .locked: self = .failed
    default: self = .badInput
    }
  }

  private init(onnx error: ONNXError) {
    switch error {
    case .unwritable: self = .failed
    case .file(let error): self.init(file: error)
    default: self = .badInput
    }
  }

  private init(coreML error: CoreMLError) {
    switch error {
    case .unsupported: self = .badInput
    case .unwritable: self = .failed
    case .file(let error): self.init(file: error)
    }
  }

  private init(zoo error: ZooError) {
    if case .unknownArchitecture = error {
      self = .wrongUsage
    } else {
      self = .badInput
    }
  }

  private init(engine error: EngineError) {
    switch error {
    case .unknownKernels, .unavailableKernels, .option, .variable: self = .wrongUsage
    case .tooLarge, .memoryLimit: self = .badInput
    default: self = .failed
    }
  }

  private init(server error: ServerError) {
    switch error {
    case .tokenMissing, .token, .memory: self = .wrongUsage
    case .portInUse, .address: self = .failed
    }
  }

  private init(training error: TrainingError) {
    switch error {
    case .option, .unknownLayer, .nothingToBinarize, .missing, .otherRun, .memory:
      self = .wrongUsage
    case .mismatch, .checkpoint, .foreignCheckpoint, .data, .model, .graph, .weight, .notFinite:
      self = .badInput
    case .launch: self = .wrongUsage
    case .modelFile(let error): self.init(file: error)
    case .evaluation: self = .badInput
    case .interrupted: self = .interrupted
    default: self = .failed
    }
  }
}
