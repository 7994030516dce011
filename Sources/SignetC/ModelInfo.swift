import SignetModel
import SignetRuntime

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What `signet_info` says.
struct ModelInfo: Codable {
  struct Port: Codable {
    let name: String
    /// Without the batch; of an image channels, height and width.
    let extents: [Int]
    /// Axes of `extents` that a run chooses.
    var openAxes: [Int]?
    var kind: OutputKind?
  }

  /// `(byte · scale − mean) / std`, per channel.
  struct Image: Codable {
    let channelOrder: String
    let scale: Float
    let mean: [Float]
    let std: [Float]
    let resizeShorterSide: Int?
  }

  let inputs: [Port]
  let outputs: [Port]
  let classNames: [String]
  let preprocessing: Image?
  let kernelSet: String
  let kernels: [String]

  init(_ model: Model, _ engine: Engine) {
    inputs = engine.inputs.map {
      Port(name: $0.name, extents: $0.shape.extents, openAxes: $0.openAxes)
    }
    outputs = zip(engine.outputs, model.outputKinds).map { output, kind in
      Port(name: output.name, extents: output.shape.extents, kind: kind)
    }
    classNames = model.labels
    let said = model.preprocessing
    preprocessing =
      said == .none
      ? nil
      : Image(
        channelOrder: said.channelOrder.rawValue, scale: said.scale, mean: said.mean,
        std: said.std, resizeShorterSide: said.resizeShorterSide)
    kernelSet = engine.plan.kernels
    kernels = engine.kernelNames
  }

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}
