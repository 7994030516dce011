import SignetModel
import SignetRuntime
import Testing

@testable import SignetONNX

/// Windows along three axes, against their definition.
@Suite struct VolumeTests {
  /// A window's extents along depth, height and width.
  struct Case: CustomTestStringConvertible {
    var input = [5, 6, 7]
    var kernel = [3, 3, 3]
    var strides = [1, 1, 1]
    var dilations = [1, 1, 1]
    var pads = [0, 0, 0, 0, 0, 0]
    var groups = 1

    var testDescription: String {
      "\(input) \(kernel) \(strides) \(dilations) \(pads) \(groups)"
    }

    func output(_ axis: Int) -> Int {
      (input[axis] + pads[axis] + pads[axis + 3] - dilations[axis] * (kernel[axis] - 1) - 1)
        / strides[axis] + 1
    }

    /// Sums over the window of a function of the input's place (nil outside) and the tap.
    func windows(_ visit: (_ place: Int, _ input: [Int], _ tap: Int) -> Void) {
      var place = 0
      for z in 0..<output(0) {
        for y in 0..<output(1) {
          for x in 0..<output(2) {
            var tap = 0
            for i in 0..<kernel[0] {
              for j in 0..<kernel[1] {
                for k in 0..<kernel[2] {
                  let at = zip([z, y, x], zip(strides, zip([i, j, k], zip(dilations, pads))))
                    .map { $0 * $1.0 + $1.1.0 * $1.1.1.0 - $1.1.1.1 }
                  if zip(at, input).allSatisfy({ (0..<$1).contains($0) }) { visit(place, at, tap) }
                  tap += 1
                }
              }
            }
            place += 1
          }
        }
      }
    }

    var attributes: [ProtoAttribute] {
      [
        .integers("kernel_shape", kernel), .integers("strides", strides),
        .integers("pads", pads),
      ]
    }
  }

  private static let cases = [
    Case(), Case(strides: [2, 2, 3], pads: [1, 1, 1, 1, 1, 1]),
    Case(kernel: [1, 3, 2], strides: [1, 2, 1], pads: [0, 1, 0, 0, 0, 1]),
    Case(kernel: [3, 1, 1], strides: [2, 3, 2], pads: [2, 0, 0, 1, 0, 0]),
    Case(kernel: [2, 2, 3], dilations: [3, 2, 2], pads: [0, 1, 2, 0, 1, 2], groups: 2),
  ]

  @Test(arguments: cases) func convolution(_ one: Case) throws {
    let (channels, filters) = (4, 6)
    let taps = one.kernel.reduce(1, *)
    let own = channels / one.groups
    let weights = numbers(filters * own * taps, seed: 1)
    let bias = numbers(filters, seed: 2)
    var file = TestFile(input: [nil, channels] + one.input)
    file.floats("W", [filters, own] + one.kernel, weights)
    file.floats("B", [filters], bias)
    file.node(
      "Conv", ["image", "W", "B"], "out",
      attributes: one.attributes + [
        .integers("dilations", one.dilations), .integer("group", one.groups),
      ])
    let image = numbers(channels * one.input.reduce(1, *), seed: 3)
    let area = (0..<3).map(one.output).reduce(1, *)
    var expected = (0..<filters * area).map { Double(bias[$0 / area]) }
    one.windows { place, at, tap in
      let offset = (at[0] * one.input[1] + at[1]) * one.input[2] + at[2]
      for filter in 0..<filters {
        let first = filter / (filters / one.groups) * own
        for channel in 0..<own {
          let value = image[(first + channel) * one.input.reduce(1, *) + offset]
          expected[filter * area + place] +=
            Double(value) * Double(weights[(filter * own + channel) * taps + tap])
        }
      }
    }
    let engine = try Engine(model: try file.model(), options: Engine.Options(isExact: true))
    let found = try engine.run(image, count: 1)
    try #require(found.count == expected.count)
    for (one, other) in zip(found, expected) { #expect(abs(Double(one) - other) < 2e-5) }
  }

  @Test(arguments: cases) func largestNumbers(_ one: Case) throws {
    var file = TestFile(input: [nil, 2] + one.input)
    file.node(
      "MaxPool", ["image"], "out",
      attributes: one.attributes + [.integers("dilations", one.dilations)])
    let volume = one.input.reduce(1, *)
    let image = numbers(2 * volume, seed: 4)
    let area = (0..<3).map(one.output).reduce(1, *)
    var expected = [Float](repeating: -.infinity, count: 2 * area)
    one.windows { place, at, _ in
      let offset = (at[0] * one.input[1] + at[1]) * one.input[2] + at[2]
      for channel in 0..<2 {
        expected[channel * area + place] = max(
          expected[channel * area + place], image[channel * volume + offset])
      }
    }
    // A window that lies in the padding alone has no largest number.
    guard expected.allSatisfy(\.isFinite) else { return }
    let engine = try Engine(model: try file.model(), options: Engine.Options(isExact: true))
    #expect(try engine.run(image, count: 1) == expected)
  }
}
