import CSignet
import SignetModel
import SignetRuntime

/// What a handle of C's stands for.
final class OpenModel: Sendable {
  /// A value that enters or leaves the network, as C sees it.
  struct Port: Sendable {
    let text: String
    let name: CString
    /// 0 where any number is taken; the batch first.
    let extents: [Int]
  }

  let model: Model
  let engine: Engine
  let inputs: [Port]
  let outputs: [Port]
  let info: CString

  init(_ model: Model, _ options: Engine.Options) throws {
    self.model = model
    engine = try Engine(model: model, options: options)
    inputs = engine.inputs.map { input in
      let extents = input.shape.extents.enumerated().map { axis, extent in
        input.openAxes.contains(axis) ? 0 : extent
      }
      return Port(text: input.name, name: CString(input.name), extents: [0] + extents)
    }
    outputs = engine.outputs.map { output in
      Port(text: output.name, name: CString(output.name), extents: [0] + output.shape.extents)
    }
    info = CString(try ModelInfo(model, engine).json())
  }
}

extension OpenModel {
  /// Whether an input is one of the network's, with its extents: before its numbers, which the
  /// extents count, are read.
  func check(_ name: String, extents: [Int]) throws {
    guard let port = inputs.first(where: { $0.text == name }) else {
      throw ArgumentError.unknownInput(name, expected: inputs.map(\.text))
    }
    let fits =
      port.extents.count == extents.count
      && zip(port.extents, extents).allSatisfy { $0 == 0 || $0 == $1 }
    guard fits else {
      throw ArgumentError.otherExtents(name: name, expected: port.extents, found: extents)
    }
  }

  /// Runs the network and fills the outputs that are wanted.
  func run(
    _ inputs: [String: DenseTensor], into wanted: UnsafeMutableBufferPointer<signet_tensor>
  ) throws {
    let names = Set(engine.outputs.map(\.name))
    for output in wanted where !names.contains(try output.text()) {
      throw ArgumentError.unknownOutput(try output.text(), expected: names.sorted())
    }
    let results = try engine.run(inputs)
    var failure: ArgumentError?
    for index in wanted.indices {
      guard let result = results[try wanted[index].text()] else { continue }
      failure = wanted[index].take(result) ?? failure
    }
    if let failure { throw failure }
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
