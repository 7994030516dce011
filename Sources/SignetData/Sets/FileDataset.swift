import Foundation
import SignetModel

/// Labelled image files, decoded when asked for.
protocol FileDataset: ImageDataset {
  /// One file per image.
  var files: [URL] { get }
}

extension FileDataset {
  var count: Int { files.count }

  func pixels(at index: Int, shape: Shape, preprocessing: Preprocessing) throws(DataError)
    -> [UInt8]
  {
    try ImageFile.pixels(contentsOf: files[index], shape: shape, preprocessing: preprocessing)
  }
}
