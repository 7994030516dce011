import SignetModel
import SignetRuntime

/// What a handle of C's stands for.
final class OpenModel: Sendable {
  /// A value that enters or leaves the network, as C sees it.
  struct Port: Sendable {
    let name: CString
    /// 0 where any number is taken; the batch first.
    let extents: [Int]
  }

  let engine: Engine
  let inputs: [Port]
  let outputs: [Port]
  let info: CString

  init(_ model: Model, _ options: Engine.Options) throws {
    engine = try Engine(model: model, options: options)
    inputs = engine.inputs.map { input in
      let extents = input.shape.extents.enumerated().map { axis, extent in
        input.openAxes.contains(axis) ? 0 : extent
      }
      return Port(name: CString(input.name), extents: [0] + extents)
    }
    outputs = engine.outputs.map { output in
      Port(name: CString(output.name), extents: [0] + output.shape.extents)
    }
    info = CString(try ModelInfo(model, engine).json())
  }
}

/// A text that C may read as long as this lives.
final class CString: @unchecked Sendable {
  let pointer: UnsafePointer<CChar>
  private let buffer: UnsafeMutableBufferPointer<CChar>

  init(_ text: String) {
    let bytes = Array(text.utf8CString)
    buffer = .allocate(capacity: bytes.count)
    _ = buffer.initialize(from: bytes)
    guard let start = buffer.baseAddress else { preconditionFailure("a text has its end") }
    pointer = UnsafePointer(start)
  }

  deinit { buffer.deallocate() }
}
