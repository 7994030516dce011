import ArgumentParser
import Foundation
import SignetModel
import SignetZoo

/// A model file given on the command line.
struct ModelArgument: ExpressibleByArgument, Hashable {
  let path: String

  init(path: String) {
    self.path = path
  }

  init?(argument: String) {
    guard !argument.isEmpty else { return nil }
    path = argument
  }

  /// - Throws: ``CommandError/onnx(file:)`` or a ``ModelFileError`` naming the file.
  func load() throws -> Model {
    if path.lowercased().hasSuffix(".onnx") { throw CommandError.onnx(file: path) }
    return try Model(contentsOf: URL(fileURLWithPath: path))
  }

  /// The model file of that name or, where no such file exists, a network of the zoo.
  ///
  /// - Parameters:
  ///   - network: makes the zoo's network, e.g. with fresh weights
  func load(orBuild network: (Architecture) throws -> Model) throws -> Model {
    if FileManager.default.fileExists(atPath: path) || looksLikeFile { return try load() }
    return try network(Architecture(named: path))
  }

  /// Architectures have neither folders nor suffixes.
  private var looksLikeFile: Bool {
    path.contains("/") || path.contains(".")
  }
}
