import SignetModel
import SignetRuntime
import Testing

@testable import SignetONNX

/// Transposed convolutions along three axes: each input spreads its kernel over the output.
@Suite struct TransposedVolumeTests {
  struct Case: CustomTestStringConvertible {
    var input = [3, 2, 4]
    var kernel = [3, 2, 3]
    var strides = [1, 1, 1]
    var dilations = [1, 1, 1]
    var pads = [0, 0, 0, 0, 0, 0]
    var added = [0, 0, 0]
    var groups = 1

    var testDescription: String {
      "\(input) \(kernel) \(strides) \(dilations) \(pads) \(added) \(groups)"
    }

    var output: [Int] {
      (0..<3).map {
        strides[$0] * (input[$0] - 1) + added[$0] + (kernel[$0] - 1) * dilations[$0] + 1 - pads[$0]
          - pads[$0 + 3]
      }
    }
  }

  private static let cases = [
    Case(), Case(strides: [2, 3, 2]), Case(strides: [2, 1, 1], pads: [1, 0, 1, 1, 1, 0]),
    Case(dilations: [2, 1, 2], pads: [0, 1, 0, 2, 0, 1], groups: 2),
    Case(strides: [3, 2, 2], pads: [1, 1, 1, 0, 0, 1], added: [1, 1, 0]),
    // Kernels smaller than what the padding takes off.
    Case(kernel: [1, 1, 1], strides: [2, 2, 2], pads: [1, 0, 1, 0, 1, 1]),
  ]

  private static func places(_ extents: [Int]) -> [[Int]] {
    (0..<extents.reduce(1, *)).map {
      [$0 / (extents[1] * extents[2]), $0 / extents[2] % extents[1], $0 % extents[2]]
    }
  }

  @Test(arguments: cases) func valuesAreSpread(_ own: Case) throws {
    let (inputs, outputs) = (4, 2)
    var file = TestFile(input: [nil, inputs] + own.input)
    let weight = numbers(inputs * outputs * own.kernel.reduce(1, *), seed: 3)
    file.floats("w", [inputs, outputs] + own.kernel, weight)
    file.floats("b", [outputs * own.groups], numbers(outputs * own.groups, seed: 5))
    file.node(
      "ConvTranspose", ["image", "w", "b"], "out",
      attributes: [
        .integers("strides", own.strides), .integers("dilations", own.dilations),
        .integers("pads", own.pads), .integers("output_padding", own.added),
        .integer("group", own.groups),
      ])
    let image = numbers(inputs * own.input.reduce(1, *))
    let area = own.output.reduce(1, *)
    var expected = numbers(outputs * own.groups, seed: 5).flatMap {
      [Double](repeating: Double($0), count: area)
    }
    for (channel, (index, from)) in (0..<inputs).flatMap({ channel in
      Self.places(own.input).enumerated().map { (channel, ($0.offset, $0.element)) }
    }) {
      for output in 0..<outputs {
        for (tap, offset) in Self.places(own.kernel).enumerated() {
          let to = (0..<3).map {
            from[$0] * own.strides[$0] + offset[$0] * own.dilations[$0] - own.pads[$0]
          }
          guard zip(to, own.output).allSatisfy({ (0..<$1).contains($0) }) else { continue }
          let place = (to[0] * own.output[1] + to[1]) * own.output[2] + to[2]
          let filter = channel / (inputs / own.groups) * outputs + output
          let factor = weight[(channel * outputs + output) * own.kernel.reduce(1, *) + tap]
          expected[filter * area + place] +=
            Double(factor) * Double(image[channel * own.input.reduce(1, *) + index])
        }
      }
    }
    let model = try file.model()
    #expect(model.graph.outputShape.extents == [outputs * own.groups] + own.output)
    let found = try Engine(model: model, options: .init(isExact: true)).run(image, count: 1)
    for (a, b) in zip(found, expected) { #expect(abs(Double(a) - b) < 1e-5) }
  }
}
