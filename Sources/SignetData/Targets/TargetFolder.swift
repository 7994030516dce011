import Foundation
import SignetModel

/// A folder of pictures of what outputs should be, each under the path of its image, extension aside.
public struct TargetFolder: Sendable {
  /// What the pictures are.
  public enum Kind: Sendable {
    /// Class numbers: PNG files.
    case labels
    /// Images: PNG or, where there is none, JPEG files.
    case images

    fileprivate var extensions: [String] {
      switch self {
      case .labels: ["png", "PNG"]
      case .images: ["png", "PNG", "jpg", "jpeg", "JPG", "JPEG"]
      }
    }
  }

  /// By sample of the set.
  let files: [URL]

  /// Finds the targets of all images, so that a missing one is told before any work.
  ///
  /// - Throws: ``DataError/target(file:expected:found:)`` with the first that is missing or that two
  ///   images would share, or ``DataError/namelessImages(dataset:)``.
  public init(_ folder: URL, of dataset: any ImageDataset, kind: Kind) throws(DataError) {
    var files: [URL] = []
    var owners: [URL: SampleFile] = [:]
    for index in 0..<dataset.count {
      guard let sample = dataset.file(at: index) else {
        throw .namelessImages(dataset: dataset.name)
      }
      let stem = folder.appendingPathComponent((sample.path as NSString).deletingPathExtension)
      let candidates = kind.extensions.map { stem.appendingPathExtension($0) }
      guard
        let file = candidates.first(where: { FileManager.default.fileExists(atPath: $0.path) })
      else {
        throw .target(
          file: candidates[0].path, expected: "the target of \(sample.url.path)",
          found: "no such file")
      }
      if let other = owners.updateValue(sample, forKey: file), other.url != sample.url {
        throw .target(
          file: file.path, expected: "the target of one image",
          found: "two: \(other.url.path) and \(sample.url.path)")
      }
      files.append(file)
    }
    self.files = files
  }
}
