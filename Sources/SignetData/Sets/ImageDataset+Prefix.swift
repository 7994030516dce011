extension ImageDataset {
  /// The first images of the set, at most so many.
  package func prefix(_ limit: Int) -> any ImageDataset {
    limit < count ? Subset(of: self, indices: Array(0..<max(0, limit))) : self
  }
}
