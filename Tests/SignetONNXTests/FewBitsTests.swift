import SignetModel
import SignetRuntime
import Testing

@testable import SignetONNX

/// Numbers of few bits, as quantised training is exported.
@Suite struct FewBitsTests {
  private func file(bits: Float, zero: Float = 0, _ attributes: [ProtoAttribute]) -> TestFile {
    var file = TestFile(input: [nil, 4])
    file.floats("scale", [], [0.5])
    file.floats("zero", [], [zero])
    file.floats("bits", [], [bits])
    file.floats("W", [4, 4], (0..<16).map { $0 % 5 == 0 ? 1.3 : -0.2 })
    file.node(
      "Quant", ["W", "scale", "zero", "bits"], "weights", attributes: attributes,
      domain: "qonnx.custom_op.general")
    file.node(
      "Quant", ["image", "scale", "zero", "bits"], "rounded", attributes: attributes,
      domain: "onnx.brevitas")
    file.node("MatMul", ["rounded", "weights"], "out")
    return file
  }

  @Test func weightsAndValuesAreRounded() throws {
    let model = try file(bits: 3, [.flag("signed", true), .flag("narrow", false)]).model()
    let engine = try Engine(model: model, options: Engine.Options(isExact: true))
    // 1.3 / 0.5 is 3 at most and −0.2 / 0.5 is 0; the values are 3, −4, 1 and 0 halves.
    #expect(try engine.run([9, -9, 0.7, 0.2], count: 1) == [2.25, -3, 0.75, 0])
  }

  @Test func narrowUnsignedWithZeroPoint() throws {
    let attributes: [ProtoAttribute] = [
      .flag("signed", false), .flag("narrow", true), .string("rounding_mode", "FLOOR"),
    ]
    let model = try file(bits: 2, zero: 1, attributes).model()
    let engine = try Engine(model: model, options: Engine.Options(isExact: true))
    // Whole numbers are 0 to 2, less 1, in halves: ±0.5 and 0.
    let rounded: [Float] = [0.5, -0.5, 0.5, 0]
    let weights: [Float] = (0..<16).map { $0 % 5 == 0 ? 0.5 : -0.5 }
    let expected = (0..<4).map { column in
      (0..<4).reduce(Float(0)) { $0 + rounded[$1] * weights[$1 * 4 + column] }
    }
    #expect(try engine.run([9, -9, 0.7, 0.2], count: 1) == expected)
  }

  @Test func whatIsNotTaken() throws {
    let problems = try file(bits: 3, [.string("rounding_mode", "HALF_UP")]).problems()
    #expect(problems.map(\.expected) == ["ROUND, FLOOR or CEIL", "ROUND, FLOOR or CEIL"])
    #expect(try file(bits: 99, []).problems().map(\.attribute) == ["bitwidth", "bitwidth"])
  }
}
