import SignetModel

/// One line that says how far a long piece of work is.
public struct ProgressLine: Hashable, Sendable {
  /// What is being done, e.g. `train`.
  public var label: String
  public var done: Int
  public var total: Int
  /// Further facts, most important first, e.g. `loss 0.41`; those that do not fit are left out.
  public var facts: [String]
  public var secondsLeft: Double?

  public init(
    label: String, done: Int, total: Int, facts: [String] = [], secondsLeft: Double? = nil
  ) {
    self.label = label.printable
    self.done = done
    self.total = total
    self.facts = facts.map(\.printable)
    self.secondsLeft = secondsLeft
  }

  /// The share of the work that is done, 0…1.
  public var fraction: Double {
    total > 0 ? min(1, max(0, Double(done) / Double(total))) : 0
  }

  public var isComplete: Bool { done >= total }

  /// The line for a log: no bar, everything said.
  public var plain: String {
    ([label, "\(done)/\(total)"] + facts + [timeLeft].compactMap { $0 }).joined(separator: "  ")
  }

  /// The line for a terminal of `columns` characters, a bar in front; never wider than that.
  public func bar(columns: Int) -> String {
    let barWidth = 20
    let filled = fraction * Double(barWidth)
    let whole = Int(filled)
    let eighths = Int((filled - Double(whole)) * 8)
    var bar = String(repeating: "█", count: whole)
    if whole < barWidth {
      bar += Self.partialBlocks[eighths]
      bar += String(repeating: " ", count: barWidth - bar.count)
    }
    let percent = "\(Int(fraction * 100))".padded(to: 3, .right)
    var line = "\(label) ▕\(bar)▏ \(percent) %"
    for fact in ["\(done)/\(total)"] + [timeLeft].compactMap({ $0 }) + facts {
      guard line.count + 2 + fact.count <= columns else { break }
      line += "  " + fact
    }
    return String(line.prefix(max(0, columns)))
  }

  private static let partialBlocks = [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]

  private var timeLeft: String? {
    guard let secondsLeft, secondsLeft.isFinite, !isComplete else { return nil }
    return "\(Quantity.seconds(secondsLeft)) left"
  }
}
