import Foundation
import SignetModel
import SwiftProtobuf

/// Reads a trained CNN from an ONNX file, operator sets 7 to 28.
///
/// Shape arithmetic is folded away with the batch dimension left free. What cannot be taken is
/// reported all at once; nothing is dropped in silence.
public struct ONNXImporter: Sendable {
  /// What an ONNX file does not say, or leaves open.
  public struct Options: Sendable {
    /// How an image becomes the input. `nil` takes what a Signet export noted, or pixels as 0…1.
    public var preprocessing: Preprocessing?
    /// Class names by index; empty takes what a Signet export noted.
    public var labels: [String]
    /// C×H×W, read where a file leaves an extent open.
    public var openExtents: Shape?
    /// The input's extents in the file's own order, where it leaves some open.
    public var inputExtents: InputExtents?
    /// The output to take of a file that has several; what only the others need is left out.
    public var output: String?
    /// Whether a detector that ends in non-maximum suppression is refused instead of cut off there.
    public var takesWhole: Bool
    /// Inputs that always get the same numbers, which become part of the network.
    public var fixedInputs: [FixedInput]

    /// Nothing is said by default, so that the file must say all but the preprocessing.
    public init(
      preprocessing: Preprocessing? = nil, labels: [String] = [], openExtents: Shape? = nil,
      inputExtents: InputExtents? = nil, output: String? = nil, takesWhole: Bool = false,
      fixedInputs: [FixedInput] = []
    ) {
      self.preprocessing = preprocessing
      self.labels = labels
      self.openExtents = openExtents
      self.inputExtents = inputExtents
      self.output = output
      self.takesWhole = takesWhole
      self.fixedInputs = fixedInputs
    }
  }

  /// Versions of ONNX's operator set that are read.
  public static let operatorSets = 7...28
  /// Versions of the file format (`ir_version`).
  public static let fileVersions = 1...14

  /// What the file does not say.
  public var options: Options

  /// An importer.
  public init(options: Options = Options()) {
    self.options = options
  }

  /// - Throws: ``ONNXError``, naming every node that cannot be taken.
  public func model(contentsOf url: URL) throws(ONNXError) -> Model {
    try read(contentsOf: url).model
  }

  /// - Parameter file: names the model in messages and says where external tensors lie.
  public func model(_ data: Data, file: URL) throws(ONNXError) -> Model {
    try read(data, file: file).model
  }

  /// The model, and what had to be assumed about it.
  /// - Throws: ``ONNXError``, naming every node that cannot be taken.
  public func read(contentsOf url: URL) throws(ONNXError) -> ImportedModel {
    let data: Data
    do throws(ModelFileError) {
      data = try MappedFile.data(at: url)
    } catch {
      throw .unreadable(file: url.lastPathComponent, reason: "\(error.defect)")
    }
    return try read(data, file: url)
  }

  /// - Parameter file: names the model in messages and says where external tensors lie.
  func read(_ data: Data, file: URL) throws(ONNXError) -> ImportedModel {
    let name = file.lastPathComponent
    guard data.count <= Int(Int32.max) else {
      throw .unreadable(file: name, reason: "a protobuf file has at most 2³¹ bytes")
    }
    var decoding = BinaryDecodingOptions()
    decoding.discardUnknownFields = true
    let proto: ProtoModel
    do {
      proto = try ProtoModel(serializedBytes: data, options: decoding)
    } catch {
      throw .malformed(file: name, reason: "damaged protobuf (\(error))")
    }
    guard proto.hasGraph, !proto.graph.node.isEmpty else {
      throw .malformed(file: name, reason: "it holds no network")
    }
    return try ModelAssembly(
      proto: proto.fixing(options.fixedInputs, file: name), file: file, options: options
    ).imported()
  }
}
