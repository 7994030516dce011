import Foundation
import SignetModel
import SignetRuntime
import Testing
import ThrownErrors

@testable import SignetONNX

/// Inputs that become part of the network.
@Suite struct FixedInputTests {
  @Test func numbersAsTheyAreWritten() {
    #expect(FixedInput("size:416,416") == FixedInput(name: "size", values: [416, 416]))
    #expect(FixedInput("scale:0:-1.5e-3") == FixedInput(name: "scale:0", values: [-0.0015]))
    for text in ["", "size", ":1", "size:", "size:1,", "size:a", "size:nan", "size:1,inf"] {
      #expect(FixedInput(text) == nil, "\(text)")
    }
    #expect("\(FixedInput(name: "a:0", values: [1, 2.5]))" == "a:0:1.0,2.5")
  }

  /// An image, its size in integers, and a factor for all channels.
  private func file() -> TestFile {
    var file = TestFile(input: [nil, 2, 1, 2])
    for (name, type, extents) in [("size", Int32(7), [nil, 2]), ("factor", 1, [nil, 2, 1, 1])] {
      var info = ProtoValueInfo()
      info.name = name
      info.type.tensorType.elemType = type
      info.type.tensorType.shape.dim = extents.map { (extent: Int?) in
        var dimension = ProtoTensorShape.Dimension()
        if let extent { dimension.dimValue = Int64(extent) } else { dimension.dimParam = "batch" }
        return dimension
      }
      file.proto.graph.input.append(info)
    }
    file.node("Cast", ["size"], "numbers", attributes: [.float32])
    file.integers("column", [1, 2, 1, 1])
    file.node("Reshape", ["numbers", "column"], "sizes")
    file.node("Mul", ["image", "factor"], "scaled")
    file.node("Div", ["scaled", "sizes"], "out")
    return file
  }

  private func fixed(_ inputs: FixedInput...) throws -> Model {
    try file().model(.init(fixedInputs: inputs))
  }

  @Test func theNetworkThenTakesTheImageAlone() throws {
    let model = try fixed(
      FixedInput(name: "size", values: [4, 5]), FixedInput(name: "factor", values: [3]))
    #expect(model.graph.inputs.map(\.name) == ["image"])
    let engine = try Engine(model: model, options: .init(maximumBatch: 2, isExact: true))
    let found = try engine.run([4, 8, 5, 10, 8, 0, -5, 1], count: 2)
    for (a, b) in zip(found, [3, 6, 3, 6, 6, 0, -3, 0.6] as [Float]) { #expect(abs(a - b) < 1e-6) }
  }

  @Test func whatDoesNotFitIsNamed() throws {
    func text(_ input: FixedInput) -> String { thrown(ONNXError.self) { try fixed(input) } }
    #expect(
      text(FixedInput(name: "sice", values: [1]))
        == "test.onnx: cannot be taken: inputs of '': expected an input 'sice', as --fix-input says; "
        + "did you mean 'size'?, found 'image', 'size', 'factor'")
    #expect(
      text(FixedInput(name: "size", values: [1, 2, 3]))
        == "test.onnx: cannot be taken: input 'size': expected --fix-input with a number for each "
        + "element of ?×2, or one for all, found 3")
    #expect(
      text(FixedInput(name: "size", values: [0.5]))
        == "test.onnx: cannot be taken: input 'size': expected --fix-input with numbers that its "
        + "element type has, found 0.5 for element type 7")
  }
}
