/// How activations are held between layers while a network is binarized.
public enum ActivationStorage: Sendable, Hashable, CaseIterable {
  /// In memory, as they are.
  case float32
  /// In memory, rounded.
  case bfloat16
  /// In a file, rounded.
  case file

  var isRounded: Bool { self != .float32 }
}
