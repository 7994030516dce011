import SignetReport
import SignetTraining

extension BinarizationReport {
  /// What a budget of bits led to.
  struct Trial: Encodable, Hashable, Sendable {
    /// Bits per weight on average.
    var bits: Double
    /// Agreement or fidelity, in percent.
    var kept: Double
    /// Whether that is what was asked for.
    var suffices: Bool

    init(_ trial: BudgetTrial) {
      bits = trial.bits
      kept = trial.kept
      suffices = trial.suffices
    }
  }

  /// What is said when a budget was tried.
  static func line(for trial: BudgetTrial) -> String {
    "\(Quantity.fraction(trial.bits)) bits a weight keep \(Quantity.percent(trial.kept)), "
      + (trial.suffices ? "enough" : "too little") + " for \(Quantity.percent(trial.wanted))"
  }

  /// What is said where no budget keeps enough.
  static func shortfall(of trial: BudgetTrial) -> String {
    "no budget keeps \(Quantity.percent(trial.wanted)): the largest, "
      + "\(Quantity.fraction(trial.bits)) bits a weight, keeps \(Quantity.percent(trial.kept)); "
      + "allow a larger --target-drop, give more --images or --keep more layers in float"
  }
}
