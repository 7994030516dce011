import Foundation
import SignetModel
import SwiftProtobuf

/// Writes a model as a Core ML package, for iOS 18, macOS 15 and later.
///
/// The network becomes an ML program for one sample. Binary weights stay packed:
/// an index of as many bits as there are codes per weight, and a palette per filter.
public struct CoreMLExporter: Sendable {
  /// What a network takes.
  public enum Inputs: String, Sendable, CaseIterable {
    /// An image where the model says how images become its input, which it normalises itself.
    case images
    /// Numbers as the network takes them.
    case arrays
  }

  /// The numbers that a network computes in.
  public enum Precision: String, Sendable, CaseIterable {
    /// Half precision, which all of a device's processors take.
    case float16
    /// Single precision, which the neural engine does not take.
    case float32
  }

  /// What the network takes.
  public var inputs: Inputs
  /// The numbers it computes in.
  public var precision: Precision

  /// An exporter; networks take images and compute in half precision by default.
  public init(inputs: Inputs = .images, precision: Precision = .float16) {
    self.inputs = inputs
    self.precision = precision
  }

  /// Writes a package, a folder, at `url`; a package that was there is replaced once the new one is
  /// whole.
  ///
  /// - Returns: how many bytes program and weights take
  /// - Throws: ``CoreMLError``, naming the nodes that Core ML has no operations for
  @discardableResult
  public func write(_ model: Model, to url: URL) throws(CoreMLError) -> Int {
    let package = try package(model, file: url.lastPathComponent)
    do throws(ModelFileError) {
      try package.write(to: url)
    } catch {
      throw .file(error)
    }
    return package.byteCount
  }

  /// - Parameter file: names the package in messages
  func package(_ model: Model, file: String) throws(CoreMLError) -> ModelPackage {
    var writer = ProgramWriter(model: model, exporter: self, file: file)
    let proto = try writer.proto()
    // The same model gives the same bytes.
    var encoding = BinaryEncodingOptions()
    encoding.useDeterministicOrdering = true
    do {
      return ModelPackage(
        specification: try proto.serializedBytes(options: encoding),
        weights: writer.weights.bytes)
    } catch {
      throw .unwritable(file: file, reason: "\(error)")
    }
  }
}
