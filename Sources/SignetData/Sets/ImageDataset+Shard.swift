extension ImageDataset {
  /// The images that one of several processes takes.
  package func part(_ shard: Shard) -> any ImageDataset {
    shard == .whole ? self : Subset(of: self, indices: Array(shard.range(of: count)))
  }
}
