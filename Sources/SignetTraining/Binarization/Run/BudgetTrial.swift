/// What a budget of bits led to, where the smallest that is good enough is looked for.
public struct BudgetTrial: Sendable, Hashable, Codable {
  /// Bits per weight on average.
  public let bits: Double
  /// Agreement with the float network on held-out images where all outputs are of classes, else
  /// fidelity to it: in percent.
  public let kept: Double
  /// The least that was asked for.
  public let wanted: Double

  /// Whether it is good enough.
  public var suffices: Bool { kept >= wanted }
}

/// Looks for the smallest budget that is good enough, by bisection over one to four bits.
struct BudgetSearch {
  /// Networks that are binarized at most; the last step is then under a tenth of a bit.
  static let most = 7
  static let range = 1.0...4.0

  private(set) var trials: [BudgetTrial]

  init(trials: [BudgetTrial]) {
    self.trials = trials
  }

  mutating func add(_ trial: BudgetTrial) { trials.append(trial) }

  /// The budget to try next; `nil` once the smallest is known well enough, or none suffices.
  var next: Double? {
    guard trials.count < Self.most else { return nil }
    guard !trials.isEmpty else { return Self.range.upperBound }
    guard let good = best, good.suffices else { return nil }
    guard let bad = trials.filter({ !$0.suffices && $0.bits < good.bits }).map(\.bits).max() else {
      return good.bits > Self.range.lowerBound ? Self.range.lowerBound : nil
    }
    // A sixty-fourth of a bit: the mean of two multiples stays one.
    return ((good.bits + bad) * 32).rounded() / 64
  }

  /// The smallest that suffices, or the largest where none does.
  var best: BudgetTrial? {
    trials.filter(\.suffices).min { $0.bits < $1.bits } ?? trials.max { $0.bits < $1.bits }
  }
}
