import Foundation
import SignetModel

/// Labelled image files, decoded when asked for.
protocol FileDataset: ImageDataset {
  /// One file per image.
  var files: FileList { get }
  /// The folder that the files' paths are relative to.
  var folder: URL { get }
}

extension FileDataset {
  var count: Int { files.count }
  var sourceFiles: FileList { files }

  func file(at index: Int) -> SampleFile? { SampleFile(files[index], below: folder) }

  func pixels(at index: Int, shape: Shape, preprocessing: Preprocessing) throws(DataError)
    -> [UInt8]
  {
    try ImageFile.pixels(contentsOf: files[index], shape: shape, preprocessing: preprocessing)
  }

  func encoded(at index: Int) throws(DataError) -> EncodedImage? {
    let bytes = try FileBytes.read(files[index], limit: Limits.imageBytes)
    return EncodedImage(bytes: bytes, name: files.path(index))
  }

  func contentDigest(of indices: [Int]) -> String {
    var digest = ContentDigest()
    let labels = labels
    for index in indices {
      digest.add(fileAt: files.path(index))
      digest.add([labels[index]])
    }
    return digest.hexadecimal
  }
}
