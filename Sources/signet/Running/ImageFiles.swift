import Foundation
import SignetData
import SignetModel

/// Images named on the command line; nobody has labelled them.
struct ImageFiles: ImageDataset {
  let files: [String]

  var count: Int { files.count }
  var labels: [Int] { Array(repeating: 0, count: files.count) }
  var classNames: [String] { [] }
  var name: String { "images" }

  func pixels(at index: Int, shape: Shape, preprocessing: Preprocessing) throws(DataError)
    -> [UInt8]
  {
    try ImageFile.pixels(
      contentsOf: URL(fileURLWithPath: files[index]), shape: shape, preprocessing: preprocessing)
  }
}
