import Foundation
import SignetData
import SignetHashing
import SignetModel
import Torch

extension TrainingError {
  /// The one place where errors of the modules below become errors of this one.
  static func wrapping<Result>(
    _ body: () throws -> Result
  ) throws(TrainingError) -> Result {
    do {
      return try body()
    } catch {
      throw TrainingError(error)
    }
  }

  init(_ error: any Error) {
    switch error {
    case let error as TrainingError: self = error
    case let error as TorchError: self = .torch(error)
    case let error as DataError: self = .data(error)
    case let error as EvaluationError: self = .evaluation(error)
    case let error as ModelFileError: self = .modelFile(error)
    case let error as ModelError: self = .model(error)
    case let error as GraphError: self = .graph(error)
    case let error as HashingError: self = .hashing(layer: "", error)
    case let error as WeightError: self = .weight(name: "", error)
    case let error as CompactionError:
      switch error {
      case .weight(let tensor, let error): self = .weight(name: tensor, error)
      case .graph(let error): self = .graph(error)
      case .model(let error): self = .model(error)
      }
    default: self = .mismatch(what: "internal", expected: "a known error", found: "\(error)")
    }
  }
}
