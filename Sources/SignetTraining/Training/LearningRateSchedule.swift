import Foundation

/// How the learning rate goes down over a run.
public enum LearningRateSchedule: Sendable, Hashable {
  /// The whole run at the full rate.
  case constant
  /// Half a cosine from 1 to 0 (SGDR without restarts, Loshchilov & Hutter 2017, eq. 5).
  case cosine
  /// Times `factor` at each milestone, given as a share of the run.
  case step(milestones: [Double] = [0.5, 0.75], factor: Double = 0.1)

  /// The factor on the learning rate at `step` (from 0) of `total`; the first `warmup` steps go up
  /// linearly, reaching 1 at the last of them. A run that is shorter than two warm-ups goes up as
  /// slowly for half its steps and comes down from what it reached: a few steps must not be taken
  /// at a rate that only a long run can make up for.
  public func factor(step: Int, total: Int, warmup: Int) -> Double {
    guard warmup > 0 else { return descent(step: step, total: total, from: 0) }
    let rising = min(warmup, (total + 1) / 2)
    if step < rising { return Double(step + 1) / Double(warmup) }
    return Double(rising) / Double(warmup) * descent(step: step, total: total, from: rising)
  }

  private func descent(step: Int, total: Int, from start: Int) -> Double {
    switch self {
    case .constant:
      return 1
    case .cosine:
      let share = Double(step - start) / Double(max(1, total - start))
      return 0.5 * (1 + cos(.pi * min(1, share)))
    case .step(let milestones, let factor):
      let share = Double(step) / Double(max(1, total))
      return milestones.reduce(1) { share >= $1 ? $0 * factor : $0 }
    }
  }
}

extension LearningRateSchedule: CustomStringConvertible {
  public var description: String {
    switch self {
    case .constant: "constant"
    case .cosine: "cosine"
    case .step(let milestones, let factor):
      "times \(factor.plain) at \(milestones.map(\.plain).joined(separator: ", ")) of the run"
    }
  }
}
