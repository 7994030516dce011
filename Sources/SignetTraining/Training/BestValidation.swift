/// The best validation of a run so far.
struct BestValidation: Equatable {
  /// Percent.
  private(set) var top1: Double
  /// Where it was measured.
  private(set) var step: Int
  /// The latest validation.
  private(set) var lastStep: Int

  init(top1: Double, step: Int) {
    self.top1 = top1
    self.step = step
    lastStep = step
  }

  /// - Returns: whether it is better than all before
  mutating func add(top1: Double, step: Int) -> Bool {
    lastStep = step
    guard top1 > self.top1 else { return false }
    self.top1 = top1
    self.step = step
    return true
  }

  /// Steps between the best and the latest validation.
  var age: Int { lastStep - step }

  /// As a checkpoint holds it.
  var text: String { "\(top1) \(step) \(lastStep)" }

  init?(text: String) {
    let words = text.split(separator: " ")
    guard words.count == 3, let top1 = Double(words[0]), let step = Int(words[1]),
      let lastStep = Int(words[2])
    else { return nil }
    (self.top1, self.step, self.lastStep) = (top1, step, lastStep)
  }
}
