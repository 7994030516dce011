import SignetData

extension ImageDataset {
  /// What a checkpoint says of the images it was made with: other images, or the same ones changed,
  /// make another run.
  var fingerprint: String {
    "\(name), \(count) images, contents \(contentDigest(of: Array(0..<count)))"
  }
}
