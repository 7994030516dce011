extension Interpreter.Value {
  /// The largest element's index, if the bounds leave no doubt which it is.
  package var clearWinner: Int? {
    guard let winner = numbers.indices.max(by: { numbers[$0] < numbers[$1] }) else { return nil }
    let least = numbers[winner] - bounds[winner]
    let isClear = numbers.indices.allSatisfy { $0 == winner || numbers[$0] + bounds[$0] < least }
    return isClear ? winner : nil
  }

  /// What is wrong with `scores`, or `nil` if each lies within its bound.
  package func mismatch(_ scores: [Float]) -> String? {
    guard scores.count == numbers.count else { return "\(scores.count) elements" }
    for (index, score) in scores.enumerated() {
      // Written so that a score that is not a number is a mismatch too.
      if !(abs(Double(score) - numbers[index]) <= bounds[index] + 1e-30) {
        return "element \(index): \(score), not \(numbers[index]) ± \(bounds[index])"
      }
    }
    return nil
  }
}
