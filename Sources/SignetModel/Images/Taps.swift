/// Which inputs make each output along one side, with what weights.
struct Taps {
  /// Fractional bits of a weight: 32 less 8 for the byte and 2 for the overshoot of a sum.
  static let fractionBits: Int32 = 22

  /// First input per output.
  let starts: [Int]
  /// Inputs per output.
  let lengths: [Int]
  /// Weights in fixed point: count × stride.
  let weights: [Int32]
  let stride: Int
  /// All inputs that are needed.
  let sources: Range<Int>
  /// The side keeps its length; the outputs are the inputs.
  let isIdentity: Bool

  var count: Int { starts.count }

  /// - Parameter range: the outputs that are wanted, of `0 ..< output`.
  init(input: Int, output: Int, range: Range<Int>) {
    isIdentity = input == output
    guard !isIdentity else {
      (starts, lengths, weights, stride, sources) = ([], [], [], 0, range)
      return
    }
    let ratio = Double(input) / Double(output)
    let support = max(ratio, 1)
    stride = Int(support.rounded(.up)) * 2 + 1
    var starts: [Int] = []
    var lengths: [Int] = []
    var weights = [Int32](repeating: 0, count: range.count * stride)
    for (index, position) in range.enumerated() {
      let center = (Double(position) + 0.5) * ratio
      let first = max(0, Int(center - support + 0.5))
      let last = min(input, Int(center + support + 0.5))
      let triangle = (first..<last).map { source in
        max(0, 1 - abs((Double(source) - center + 0.5) / support))
      }
      let total = triangle.reduce(0, +)
      for (tap, weight) in triangle.enumerated() {
        let scaled = weight / total * Double(1 << Self.fractionBits)
        weights[index * stride + tap] = Int32(scaled + 0.5)
      }
      starts.append(first)
      lengths.append(triangle.count)
    }
    sources = (starts.first ?? 0)..<(zip(starts, lengths).map(+).max() ?? 0)
    (self.starts, self.lengths, self.weights) = (starts, lengths, weights)
  }
}
