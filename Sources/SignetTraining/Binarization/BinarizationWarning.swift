/// What makes a binarization's result worth little, though nothing failed.
public enum BinarizationWarning: Sendable, Hashable {
  /// No calibration image differs from the first by more than a hundredth of the range of pixels:
  /// codes are fitted to one input.
  case imagesAlike(count: Int)
}
