import ArgumentParser
import Foundation
import SignetModel
import SignetONNX
import SignetZoo

/// A model file or an ONNX file given on the command line.
struct ModelArgument: ExpressibleByArgument, Hashable {
  let path: String

  init(path: String) {
    self.path = path
  }

  init?(argument: String) {
    guard !argument.isEmpty else { return nil }
    path = argument
  }

  /// - Parameters:
  ///   - preprocessing: takes the place of what the file says, or does not say
  ///   - output: the output to take of an ONNX file that has several
  /// - Throws: an `ONNXError` or a `ModelFileError` naming the file.
  func load(
    _ preprocessing: PreprocessingOptions? = nil, output: String? = nil
  ) throws -> Model {
    let url = URL(fileURLWithPath: path)
    let model: Model
    if path.lowercased().hasSuffix(".onnx") {
      let side = preprocessing?.crop
      // A file that leaves its extents open takes images of the crop's size.
      let shape = side.map { Shape.map(3, $0, $0) }
      let options = ONNXImporter.Options(openExtents: shape, output: output)
      model = try ONNXImporter(options: options).model(contentsOf: url)
    } else {
      model = try Model(contentsOf: url)
    }
    return try preprocessing?.applied(to: model) ?? model
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
