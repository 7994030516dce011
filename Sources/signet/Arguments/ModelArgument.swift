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
  ///   - onnx: what an ONNX file leaves open
  ///   - preprocessing: takes the place of what the file says, or does not say
  ///   - files: those of the command, none of which may hold tensors of an ONNX file
  ///   - takesImages: whether it matters how images become the input
  /// - Throws: an `ONNXError` or a `ModelFileError` naming the file.
  func load(
    _ onnx: ONNXChoices, _ preprocessing: PreprocessingOptions? = nil, files: FileRoles? = nil,
    takesImages: Bool = true
  ) throws -> Model {
    guard isONNX else {
      let model = try modelFile()
      return try preprocessing?.applied(to: model) ?? model
    }
    let imported = try imported(onnx, crop: preprocessing?.crop, files: files)
    guard let preprocessing else { return imported.model }
    if takesImages, imported.assumesPreprocessing, !preprocessing.saysHowPixelsAreScaled {
      warnOfAssumedPixels()
    }
    return try preprocessing.applied(to: imported.model)
  }

  /// The model as one that works on another's images: where an ONNX file does not say how they
  /// become its input, they do as for `other`, if both take images of as many channels.
  func load(
    _ onnx: ONNXChoices, besides other: Model, files: FileRoles? = nil
  ) throws -> Model {
    guard isONNX else { return try modelFile() }
    let imported = try imported(onnx, files: files)
    guard imported.assumesPreprocessing else { return imported.model }
    let shape = imported.model.graph.inputShape
    guard shape.isMap, other.preprocessing.mean.count == shape.channels else {
      if imported.model.preprocessing.channelOrder != .none { warnOfAssumedPixels() }
      return imported.model
    }
    return try imported.model.with(preprocessing: other.preprocessing)
  }

  private func warnOfAssumedPixels() {
    Console.warn(
      "\(path) does not say how images become its input, so pixels are taken as 0…1 without "
        + "mean and deviation, which is wrong for most networks; say --preset imagenet, cifar10 "
        + "or unit, or --mean, --std and --input-scale")
  }

  private var isONNX: Bool { path.lowercased().hasSuffix(".onnx") }

  private func modelFile() throws -> Model {
    if let format = ForeignFormat(path: path) {
      throw CommandError.foreignFormat(file: path, format)
    }
    return try Model(contentsOf: URL(fileURLWithPath: path))
  }

  /// - Parameter crop: a file that leaves its extents open takes images of this size
  private func imported(
    _ onnx: ONNXChoices, crop: CropSize? = nil, files: FileRoles?
  ) throws -> ImportedModel {
    let options = ONNXImporter.Options(
      openExtents: crop.map { Shape.map(3, $0.height, $0.width) }, inputExtents: onnx.inputShape,
      output: onnx.outputName, takesWhole: onnx.whole, fixedInputs: onnx.fixedInputs)
    let imported = try ONNXImporter(options: options).read(contentsOf: URL(fileURLWithPath: path))
    try files?.check(data: imported.dataFiles, "the model's data")
    if let end = imported.cutEnd {
      Console.note(
        "\(path) ends in \(end.operators.joined(separator: " and ")), which keeps as many boxes as "
          + "an image has; it and what follows are cut off, and the outputs are "
          + end.outputs.map { "'\($0)'" }.joined(separator: ", ")
          + " (--output-name takes one of them, --whole refuses such files)")
    }
    return imported
  }

  /// The model file of that name or, where no such file exists, a network of the zoo.
  ///
  /// - Parameters:
  ///   - network: makes the zoo's network, e.g. with fresh weights
  func load(
    _ onnx: ONNXChoices, files: FileRoles? = nil, orBuild network: (Architecture) throws -> Model
  ) throws -> Model {
    if FileManager.default.fileExists(atPath: path) || looksLikeFile {
      return try load(onnx, files: files)
    }
    return try network(Architecture(named: path))
  }

  /// Architectures have neither folders nor suffixes.
  private var looksLikeFile: Bool {
    path.contains("/") || path.contains(".")
  }
}
