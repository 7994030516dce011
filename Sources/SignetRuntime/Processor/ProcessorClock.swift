import CSignetKernels

/// How fast the processor's cycles follow each other.
public enum ProcessorClock {
  /// Cycles per second of this core just now, measured in a few milliseconds; `nil` where it cannot
  /// be measured. Wide vectors and tiles may run below it.
  public static func measuredHertz() -> Double? {
    let rate = signet_clock_rate()
    return rate > 0 ? rate : nil
  }
}
