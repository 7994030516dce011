/// The part of a data set that is meant.
public enum Split: String, Sendable, Hashable, CaseIterable {
  case train, test
}
