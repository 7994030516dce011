import Foundation
import SignetModel

/// Samples as a network takes them: files of arrays that are named like its inputs, one sample per
/// file or several stacked along a first axis.
struct TensorDataset: ImageDataset {
  /// Under this name a file may hold the class of each sample.
  static let labelsName = "labels"

  private struct File {
    let url: URL
    /// Of its first sample.
    let first: Int
    let count: Int
  }

  let name: String
  let labels: [Int]
  let classNames: [String]
  let isLabelled: Bool
  private let files: [File]
  /// The file of each sample.
  private let places: [Int]
  private let cache = ArrayCache()

  var count: Int { places.count }
  var sourceFiles: FileList { FileList(files.map(\.url)) }
  var holdsTensors: Bool { true }

  /// Of several samples in one file none has a name.
  func file(at index: Int) -> SampleFile? {
    let file = files[places[index]]
    return file.count == 1 ? SampleFile(url: file.url, path: file.url.lastPathComponent) : nil
  }

  /// Reads every file once, so that whatever is wrong is told before any work.
  ///
  /// - Parameters:
  ///   - location: a file, or a folder of files
  ///   - inputs: of the network
  init(_ location: URL, inputs: [NetworkInput]) throws(DataError) {
    name = location.path
    var files: [File] = []
    var places: [Int] = []
    var labels: [Int] = []
    for url in try Self.files(at: location) {
      let arrays = try cache.arrays(in: url)
      let slots = try InputSlot.all(inputs, in: arrays, file: url.path)
      let count = slots[0].count
      if let other = slots.first(where: { $0.count != count }) {
        throw .array(
          file: url.path, array: other.array.name,
          expected: "\(count) samples, as in '\(slots[0].array.name)'", found: "\(other.count)")
      }
      labels += try Self.labels(in: arrays, count: count, inputs: inputs, file: url.path) ?? []
      places += Array(repeating: files.count, count: count)
      files.append(File(url: url, first: places.count - count, count: count))
      guard labels.isEmpty || labels.count == places.count else {
        throw .array(
          file: url.path, array: Self.labelsName, expected: "labels in every file or in none",
          found: "none here or none before")
      }
    }
    guard !places.isEmpty else { throw .empty(path: location.path, expected: "samples") }
    self.files = files
    self.places = places
    isLabelled = !labels.isEmpty
    self.labels = isLabelled ? labels : Array(repeating: 0, count: places.count)
    classNames = isLabelled ? (0...(labels.max() ?? 0)).map(String.init) : []
  }

  private static func files(at location: URL) throws(DataError) -> [URL] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: location.path, isDirectory: &isFolder),
      isFolder.boolValue
    else { return [location] }
    let files = try FolderEntry.entries(of: location).filter {
      !$0.isFolder && ArrayFile.extensions.contains($0.url.pathExtension.lowercased())
    }
    guard !files.isEmpty else {
      throw .empty(path: location.path, expected: ".npz, .npy or .safetensors files")
    }
    return files.map(\.url)
  }

  /// `nil` where the file has none.
  private static func labels(
    in arrays: [NumberArray], count: Int, inputs: [NetworkInput], file: String
  ) throws(DataError) -> [Int]? {
    guard !inputs.contains(where: { $0.names.contains(labelsName) }),
      let array = arrays.first(where: { $0.name == labelsName })
    else { return nil }
    let values = array.floats(from: 0, count: array.elementCount)
    let numbers = values.compactMap { Int(exactly: $0) }
    guard values.count == count, numbers.count == count,
      numbers.allSatisfy((0..<Limits.classes).contains)
    else {
      throw .array(
        file: file, array: labelsName,
        expected: "\(count) class number\(count == 1 ? "" : "s") of 0 to \(Limits.classes - 1)",
        found: array.described)
    }
    return numbers
  }

  func values(at index: Int, inputs: [NetworkInput]) throws(DataError) -> [[Float]] {
    let file = files[places[index]]
    let slots = try InputSlot.all(
      inputs, in: cache.arrays(in: file.url), file: file.url.path)
    var values: [[Float]] = []
    for slot in slots {
      guard slot.count == file.count else {
        throw .array(
          file: file.url.path, array: slot.array.name, expected: "\(file.count) samples",
          found: "\(slot.count); the file was changed")
      }
      values.append(slot.sample(index - file.first))
    }
    return values
  }

  func pixels(at index: Int, shape: Shape, preprocessing: Preprocessing) throws(DataError)
    -> [UInt8]
  {
    throw .option(name: name.printablePath, expected: "images", found: "arrays")
  }

  func contentDigest(of indices: [Int]) -> String {
    var digest = ContentDigest()
    for file in files { digest.add(fileAt: file.url.path) }
    digest.add(indices)
    digest.add(indices.map { labels[$0] })
    return digest.hexadecimal
  }
}
