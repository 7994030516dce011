import Foundation

/// How the learning rate goes down over a run.
public enum LearningRateSchedule: Sendable, Hashable {
  case constant
  /// Half a cosine from 1 to 0 (SGDR without restarts, Loshchilov & Hutter 2017, eq. 5).
  case cosine
  /// Times `factor` at each milestone, given as a share of the run.
  case step(milestones: [Double] = [0.5, 0.75], factor: Double = 0.1)

  /// The factor on the learning rate at `step` (from 0) of `total`; the first `warmup` steps go up
  /// linearly, reaching 1 at the last of them.
  public func factor(step: Int, total: Int, warmup: Int) -> Double {
    if step < warmup { return Double(step + 1) / Double(warmup) }
    switch self {
    case .constant:
      return 1
    case .cosine:
      let share = Double(step - warmup) / Double(max(1, total - warmup))
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
    case .step(let milestones, let factor): "step(\(milestones), \(factor))"
    }
  }
}
