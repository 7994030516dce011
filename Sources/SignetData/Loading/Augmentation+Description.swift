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
    if let colorJitter {
      words.append(
        "brightness, contrast and saturation by up to \(colorJitter.brightness), "
          + "\(colorJitter.contrast) and \(colorJitter.saturation)")
    }
    if let lighting { words.append("lighting of deviation \(lighting.deviation)") }
    if cutout > 0 { words.append("cutout of \(cutout) pixels") }
    return words.isEmpty ? "none" : words.joined(separator: ", ")
  }
}
