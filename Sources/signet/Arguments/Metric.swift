import ArgumentParser
import SignetData
import SignetModel

/// What is measured of a model's outputs.
enum Metric: String, ExpressibleByArgument, CaseIterable {
  case top1, miou, psnr, cosine

  /// Whether an output is of the kind that is measured so.
  func fits(_ output: GraphOutput, of model: Model) -> Bool {
    let shape = model.graph.shape(of: output)
    switch self {
    case .top1: return model.outputKind(of: output).isOfClasses
    case .miou: return OutputMap(output, of: model)?.mayHoldClasses ?? false
    case .psnr: return OutputMap(output, of: model)?.mayBePicture ?? false
    case .cosine: return shape.elementCount > 1 && shape.height * shape.width == 1
    }
  }

  /// The one output of a model that is meant.
  ///
  /// - Parameter name: as the command line has it
  func output(named name: String?, of model: Model, file: String) throws(CommandError)
    -> GraphOutput
  {
    var candidates = model.graph.outputs
    if let name {
      candidates.removeAll { $0.name != name }
      guard !candidates.isEmpty else {
        throw .unknownOutput(name, file: file, names: model.graph.outputs.map(\.name))
      }
    }
    let fitting = candidates.filter { fits($0, of: model) }
    guard let output = fitting.first else {
      let found = candidates.map { output in
        "\(output.name) (\(model.outputKind(of: output)), \(model.graph.shape(of: output)))"
      }
      throw .metric(self, file: file, outputs: found)
    }
    guard fitting.count == 1 else {
      throw .severalOutputs(self, file: file, names: fitting.map(\.name))
    }
    return output
  }

  /// What an output must be.
  var expected: String {
    switch self {
    case .top1: "an output of class scores"
    case .miou: "a map of at most 255 channels, C×H×W"
    case .psnr: "a map of one channel or three, C×H×W"
    case .cosine: "an embedding, a vector of two numbers or more"
    }
  }

  /// What to do where there is none.
  var remedy: String {
    switch self {
    case .top1:
      "; where they are class scores, import it with --output-kind scores; --metric miou, psnr and "
        + "cosine measure other outputs, and --against MODEL any"
    case .miou, .psnr, .cosine: ""
    }
  }

  /// What `--targets` names.
  var targets: String? {
    switch self {
    case .top1: nil
    case .miou: "a folder of PNG files of class numbers"
    case .psnr: "a folder of images"
    case .cosine: "a file of pairs of images"
    }
  }
}
