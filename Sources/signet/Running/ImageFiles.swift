import Foundation
import SignetData
import SignetModel

/// Images named on the command line; nobody has labelled them.
struct ImageFiles: ImageDataset {
  let files: [String]

  /// - Parameter paths: image files, and folders for all the images in them
  init(_ paths: [String]) throws(DataError) {
    var files: [String] = []
    for path in paths {
      files +=
        try ImageFolderFiles.below(URL(fileURLWithPath: path)).map { images in
          images.map { path + (path.hasSuffix("/") ? "" : "/") + $0 }
        } ?? [path]
    }
    self.files = files
  }

  var count: Int { files.count }
  var labels: [Int] { Array(repeating: 0, count: files.count) }
  var classNames: [String] { [] }
  var isLabelled: Bool { false }
  var name: String { "images" }

  func pixels(at index: Int, shape: Shape, preprocessing: Preprocessing) throws(DataError)
    -> [UInt8]
  {
    try ImageFile.pixels(
      contentsOf: URL(fileURLWithPath: files[index]), shape: shape, preprocessing: preprocessing)
  }
}
