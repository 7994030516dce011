import Foundation
import SignetModel

/// Images and labels in tar archives, called shards (WebDataset's layout), read at any place: the
/// archives' headers say where each image lies.
struct WebDataset: ImageDataset {
  /// Names of the classes, a line each, beside the first archive.
  static let namesFile = "classnames.txt"

  let name: String
  let labels: [Int]
  let classNames: [String]
  let isLabelled: Bool
  private let shards: FileList
  private let stamps: [FileStamp]
  /// Samples up to each shard's end.
  private let ends: [Int]
  private let keys: PathTable
  private let offsets: [Int]
  private let sizes: [Int32]
  private let namesFiles: [URL]

  var count: Int { offsets.count }
  var sourceFiles: FileList { namesFiles.reduce(shards) { $0.appending($1) } }

  /// Walks through every archive, so that whatever is wrong with one is told before any work.
  init(pattern: String, cache: IndexCache = IndexCache()) throws(DataError) {
    let files = try ShardPattern.files(pattern)
    shards = FileList(files)
    let index = try ShardIndex(of: shards, name: pattern, keptIn: cache)
    guard index.count > 0 else {
      throw .empty(path: pattern, expected: "samples (NAME.jpg or NAME.png, and NAME.cls)")
    }
    name = pattern
    (stamps, ends, keys) = (index.stamps, index.ends, index.keys)
    (offsets, sizes) = (index.offsets, index.sizes)
    isLabelled = index.labels[0] >= 0
    labels = index.labels.map { max(0, Int($0)) }
    let folder = files[0].deletingLastPathComponent()
    let hasNames = isLabelled && FileBytes.exists(folder, Self.namesFile)
    namesFiles = hasNames ? [folder.appendingPathComponent(Self.namesFile)] : []
    let numbers = isLabelled ? (0...(labels.max() ?? 0)).map(String.init) : []
    classNames =
      hasNames ? try Self.names(in: namesFiles[0], atLeast: numbers.count) : numbers
  }

  private static func names(in file: URL, atLeast count: Int) throws(DataError) -> [String] {
    let names = TextFile.lines(of: try TextFile.text(contentsOf: file)).map(\.line)
    guard (count...Limits.classes).contains(names.count) else {
      throw .line(
        file: file.path, line: names.count, expected: "at least \(count) class names",
        found: "\(names.count)")
    }
    return names
  }

  func pixels(at index: Int, shape: Shape, preprocessing: Preprocessing) throws(DataError)
    -> [UInt8]
  {
    let image = try image(at: index)
    return try ImageFile.pixels(
      decoding: image.bytes, name: image.name, shape: shape, preprocessing: preprocessing)
  }

  func encoded(at index: Int) throws(DataError) -> EncodedImage? { try image(at: index) }

  private func image(at index: Int) throws(DataError) -> EncodedImage {
    let shard = shard(of: index)
    let path = shards.path(shard)
    let file = try FileBytes.open(shards[shard])
    guard FileStamp(file.status).tellsSameBytes(as: stamps[shard]) else {
      throw .format(
        file: path, offset: offsets[index], expected: "the archive that was opened",
        found: "one of another size or time of modification")
    }
    let bytes = try FileBytes.read(
      file, path: path, at: offsets[index], count: Int(sizes[index]))
    return EncodedImage(
      bytes: bytes, name: "\(path), '\(keys[index])' at byte \(offsets[index])")
  }

  /// The first shard that ends behind the sample.
  private func shard(of index: Int) -> Int {
    var range = 0..<ends.count - 1
    while !range.isEmpty {
      let middle = (range.lowerBound + range.upperBound) / 2
      range = index < ends[middle] ? range.lowerBound..<middle : middle + 1..<range.upperBound
    }
    return range.lowerBound
  }

  func contentDigest(of indices: [Int]) -> String {
    var digest = ContentDigest()
    var met: Set<Int> = []
    for index in indices {
      let shard = shard(of: index)
      if met.insert(shard).inserted { digest.add(fileAt: shards.path(shard)) }
      digest.add([shard, offsets[index], Int(sizes[index]), labels[index]])
    }
    return digest.hexadecimal
  }
}
