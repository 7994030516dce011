import Foundation
import SignetModel
import SwiftProtobuf

/// Writes a model as an ONNX file that any ONNX runtime runs.
///
/// Preprocessing, labels and provenance are noted in the file's metadata, so that
/// ``ONNXImporter`` gives the model back as it was, codes included.
public struct ONNXExporter: Sendable {
  /// How the weights of binary layers are stored.
  public enum Encoding: String, Sendable, CaseIterable {
    /// One bit per weight and code, which operators of ONNX's own set unpack; runtimes that fold
    /// constants do so once, when they load the file.
    case bits
    /// Two bits per weight and code, −1 or +1, with DequantizeLinear of operator set 25.
    case int2
    /// Four, with that of operator set 21.
    case int4
    /// One byte per weight and code, −1 or +1, with DequantizeLinear.
    case int8
    /// The float32 numbers the codes stand for.
    case float
  }

  /// Which operators the file uses.
  public enum Operators: String, Sendable, CaseIterable {
    /// ONNX's own.
    case standard
    /// Signet's own for runs of connected layers, and ONNX's for the rest: for ONNX Runtime with
    /// Signet's library.
    case signet
    /// Signet's own for each binary layer, and ONNX's for the rest.
    case signetLayers = "signet-layers"
  }

  /// How a network is written.
  public struct Options: Sendable {
    /// How binary weights are stored.
    public var encoding: Encoding
    /// Which operators the file uses; with Signet's own binary weights are packed bits.
    public var operators: Operators

    /// Packed bits and ONNX's own operators by default.
    public init(encoding: Encoding = .bits, operators: Operators = .standard) {
      self.encoding = encoding
      self.operators = operators
    }
  }

  /// How a network is written.
  public var options: Options

  /// An exporter.
  public init(options: Options = Options()) {
    self.options = options
  }

  /// Writes a file beside `url`, or beside what a link there leads to, and renames it; the mode of a
  /// file that was there is kept.
  public func write(_ model: Model, to url: URL) throws(ONNXError) {
    let data = try data(model, file: url.lastPathComponent)
    do throws(ModelFileError) {
      try AtomicFile.write([data], to: url)
    } catch {
      throw .file(error)
    }
  }

  /// The file's bytes.
  ///
  /// - Parameter file: names the file in messages.
  public func data(_ model: Model, file: String = "model.onnx") throws(ONNXError) -> Data {
    // Protobuf counts a file's bytes in 31 bits.
    guard options.encoding != .float || model.floatWeightBytes < 1 << 31 else {
      throw .unwritable(file: file, reason: "its float weights pass 2³¹ bytes")
    }
    guard options.operators == .standard || model.weights.values.contains(where: \.isBinary) else {
      throw .unwritable(
        file: file,
        reason: "Signet's operators (--operators) are for binary layers, and it has none")
    }
    var writer = GraphWriter(
      model: model, encoding: options.encoding, operators: options.operators)
    let proto = try writer.proto()
    do {
      return try proto.serializedBytes()
    } catch {
      throw .unwritable(file: file, reason: "\(error)")
    }
  }
}

extension Model {
  fileprivate var floatWeightBytes: Int {
    weights.values.reduce(0) { $0 + $1.elementCount * 4 }
  }
}
