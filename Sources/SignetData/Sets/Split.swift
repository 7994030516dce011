/// The part of a data set that is meant.
public enum Split: String, Sendable, Hashable, CaseIterable {
  /// The images to learn from, or those to measure with, once, at the end.
  case train, test
}
