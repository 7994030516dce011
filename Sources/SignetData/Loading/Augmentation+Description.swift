extension Augmentation: CustomStringConvertible {
  /// In words, as provenance says it.
  public var description: String {
    var words: [String] = []
    if cropPadding > 0 { words.append("crop from \(cropPadding) pixels of padding") }
    if let resizedCrop {
      words.append(
        "resized crop of \(resizedCrop.scale.lowerBound) to \(resizedCrop.scale.upperBound)")
    }
    if flip { words.append("flip") }
    if cutout > 0 { words.append("cutout of \(cutout) pixels") }
    return words.isEmpty ? "none" : words.joined(separator: ", ")
  }
}
