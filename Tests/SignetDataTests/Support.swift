import Foundation
import SignetData
import SignetModel

/// A folder that is removed with its last reference.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("signet-data-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: url)
  }

  @discardableResult
  func write(_ bytes: [UInt8], to name: String) throws -> String {
    let file = url.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
    return file.path
  }

  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    try write(Array(text.utf8), to: name)
  }

  func open(_ kind: String, _ name: String = "", split: Split = .test, limit: Int? = nil)
    throws -> any ImageDataset
  {
    let path = name.isEmpty ? url.path : url.appendingPathComponent(name).path
    return try DatasetSpecification(parsing: "\(kind):\(path)").open(split: split, limit: limit)
  }
}

/// What the error of `body` says, or an empty text if it throws none.
func message(_ body: () throws -> Void) -> String {
  do {
    try body()
    return ""
  } catch {
    return "\(error)"
  }
}

enum Place {
  private static let tests = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()

  static let images = tests.appendingPathComponent("Fixtures/images")

  /// A file of the folder `shared/data` beside the repository or further up, if it is there.
  static func shared(_ path: String) -> URL? {
    var folder = tests
    while folder.path != "/" {
      folder.deleteLastPathComponent()
      let candidate = folder.appendingPathComponent("shared/data/\(path)")
      if exists(candidate) { return candidate }
    }
    return nil
  }

  static func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }

  static func fixture(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: images.appendingPathComponent(name)))
  }
}

extension Preprocessing {
  static let bytes = Preprocessing(scale: 1, mean: [0, 0, 0], std: [1, 1, 1])
  static let greyBytes = Preprocessing(channelOrder: .grey, scale: 1, mean: [0], std: [1])

  func resized(to side: Int?) -> Preprocessing {
    var copy = self
    copy.resizeShorterSide = side
    return copy
  }

  func ordered(_ order: ChannelOrder) -> Preprocessing {
    var copy = self
    copy.channelOrder = order
    return copy
  }
}

/// Images whose every byte tells the image and the place, without any file.
struct CountingImages: ImageDataset {
  var count: Int
  var size = Shape.map(3, 4, 5)
  /// An image that cannot be read.
  var broken: Int?
  var delay: Double = 0

  var labels: [Int] { (0..<count).map { $0 % 10 } }
  var classNames: [String] { (0..<10).map(String.init) }
  var name: String { "counting" }

  static func failure(_ index: Int) -> DataError {
    .image(file: "image \(index)", .corrupt(reason: "broken on purpose"))
  }

  func pixels(at index: Int, shape: Shape, preprocessing: Preprocessing) throws(DataError)
    -> [UInt8]
  {
    if delay > 0 { Thread.sleep(forTimeInterval: delay) }
    if index == broken { throw Self.failure(index) }
    return (0..<size.elementCount).map { UInt8(truncatingIfNeeded: 1 + ($0 + 7 * index) % 255) }
  }
}
