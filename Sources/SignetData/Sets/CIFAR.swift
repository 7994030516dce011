import Foundation
import SignetModel

/// The binary versions of CIFAR-10 and CIFAR-100 (Krizhevsky 2009): records of one or two label
/// bytes and 3072 bytes of pixels, 3×32×32.
struct CIFAR: Sendable {
  let kind: DatasetSpecification.Kind
  let name: String
  let trainFiles: [String]
  let testFile: String
  let namesFile: String
  /// The folder in the published archive.
  let archiveFolder: String
  /// Classes per label byte; the last one is the label.
  let classCounts: [Int]

  static let ten = CIFAR(
    kind: .cifar10, name: "CIFAR-10", trainFiles: (1...5).map { "data_batch_\($0).bin" },
    testFile: "test_batch.bin", namesFile: "batches.meta.txt",
    archiveFolder: "cifar-10-batches-bin", classCounts: [10])

  static let hundred = CIFAR(
    kind: .cifar100, name: "CIFAR-100", trainFiles: ["train.bin"], testFile: "test.bin",
    namesFile: "fine_label_names.txt", archiveFolder: "cifar-100-binary", classCounts: [20, 100])

  private static let size = Shape.map(3, 32, 32)

  private var classCount: Int { classCounts.last ?? 0 }
  private var recordLength: Int { classCounts.count + Self.size.elementCount }

  func open(folder: URL, split: Split) throws(DataError) -> any ImageDataset {
    let files = split == .train ? trainFiles : [testFile]
    let folder = try located(in: folder, files: files)
    var bytes: [UInt8] = []
    var labels: [Int] = []
    for name in files {
      let file = folder.appendingPathComponent(name)
      let records = try FileBytes.read(file, limit: Limits.datasetBytes)
      labels += try self.labels(of: records, file: file)
      if bytes.isEmpty { bytes.reserveCapacity(records.count * files.count) }
      bytes += records
    }
    return FixedSizeDataset(
      name: "\(name) \(split.rawValue)", classNames: try classNames(in: folder), labels: labels,
      size: Self.size, bytes: bytes, firstRecord: 0, recordLength: recordLength,
      sourceFiles: FileList((files + [namesFile]).map { folder.appendingPathComponent($0) }))
  }

  /// The folder itself, or the archive's folder inside it.
  private func located(in folder: URL, files: [String]) throws(DataError) -> URL {
    let inner = folder.appendingPathComponent(archiveFolder)
    for candidate in [folder, inner] where FileBytes.exists(candidate, files[0]) {
      if let missing = files.first(where: { !FileBytes.exists(candidate, $0) }) {
        throw .notFound(kind, folder: candidate.path, file: missing)
      }
      return candidate
    }
    throw .notFound(kind, folder: folder.path, file: files[0])
  }

  /// The labels of a file, after checking its length and every label byte.
  private func labels(of records: [UInt8], file: URL) throws(DataError) -> [Int] {
    let count = records.count / recordLength
    guard count > 0, records.count == count * recordLength else {
      throw .truncated(
        file: file.path, offset: count * recordLength,
        expected: "records of \(recordLength) bytes",
        found: "\(records.count - count * recordLength) bytes")
    }
    for record in 0..<count {
      for (byte, classes) in classCounts.enumerated() {
        let offset = record * recordLength + byte
        guard records[offset] < classes else {
          throw .format(
            file: file.path, offset: offset, expected: "a label of 0 to \(classes - 1)",
            found: "\(records[offset])")
        }
      }
    }
    let last = classCounts.count - 1
    return (0..<count).map { Int(records[$0 * recordLength + last]) }
  }

  /// The names beside the records; the class numbers where that file is absent.
  private func classNames(in folder: URL) throws(DataError) -> [String] {
    guard FileBytes.exists(folder, namesFile) else { return (0..<classCount).map(String.init) }
    let file = folder.appendingPathComponent(namesFile)
    let text = String(decoding: try FileBytes.read(file, limit: Limits.textBytes), as: UTF8.self)
    let names = text.split(whereSeparator: \.isNewline)
      .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    guard names.count == classCount else {
      throw .line(
        file: file.path, line: names.count, expected: "\(classCount) class names",
        found: "\(names.count)")
    }
    return names
  }
}
