import Foundation

/// Where the images of tar archives lie, and their labels.
struct ShardIndex: Sendable, Hashable {
  /// One per archive.
  var stamps: [FileStamp] = []
  /// Samples up to each archive's end.
  var ends: [Int] = []
  /// Names of the samples.
  var keys = PathTable()
  /// In bytes from the archive's start.
  var offsets: [Int] = []
  /// In bytes.
  var sizes: [Int32] = []
  /// −1 where there is none.
  var labels: [Int32] = []

  var count: Int { offsets.count }

  private struct Sample {
    let key: ArraySlice<UInt8>
    /// Of its first member.
    let header: Int
    var image: Range<Int>?
    var label: Int32?
  }

  /// Adds the samples of an archive, whose headers are read.
  ///
  /// - Throws: ``DataError`` that names the archive and the byte
  mutating func add(_ shard: URL) throws(DataError) {
    var archive = try TarArchive(shard)
    var sample: Sample?
    while let member = try archive.next() {
      if member.kind == .other("a sparse file") {
        throw Self.irregular(member, "a sparse file", archive.path)
      }
      guard member.kind != .folder, let part = SamplePart(name: member.name) else { continue }
      if case .other(let kind) = member.kind { throw Self.irregular(member, kind, archive.path) }
      if let current = sample, current.key != part.key {
        try append(current, archive.path)
        sample = nil
      }
      var current = sample ?? Sample(key: part.key, header: member.header)
      switch part.role {
      case .image:
        guard current.image == nil else { throw Self.repeated(member, "image", archive.path) }
        guard member.size <= Limits.imageBytes else {
          throw .format(
            file: archive.path, offset: member.header,
            expected: "an image of at most \(Limits.imageBytes) bytes", found: "\(member.size)")
        }
        current.image = member.offset..<member.offset + member.size
      case .label:
        guard current.label == nil else { throw Self.repeated(member, "label", archive.path) }
        current.label = try Self.label(member, &archive)
      }
      sample = current
    }
    if let sample { try append(sample, archive.path) }
    stamps.append(archive.stamp)
    ends.append(count)
  }

  private mutating func append(_ sample: Sample, _ path: String) throws(DataError) {
    guard let image = sample.image else {
      throw .format(
        file: path, offset: sample.header,
        expected: "an image beside the label of '\(Self.text(sample.key))'",
        found: "none (members of one sample must follow one another)")
    }
    let label = sample.label ?? -1
    guard labels.first.map({ ($0 < 0) == (label < 0) }) ?? true else {
      throw .format(
        file: path, offset: sample.header, expected: "labels (.cls) for all images or for none",
        found: "otherwise at '\(Self.text(sample.key))' (members of one sample must follow one "
          + "another)")
    }
    keys.append(sample.key)
    offsets.append(image.lowerBound)
    sizes.append(Int32(image.count))
    labels.append(label)
  }

  private static func label(
    _ member: TarArchive.Member, _ archive: inout TarArchive
  ) throws(DataError) -> Int32 {
    // What is longer is no number, and not read.
    let text = member.size <= 32 ? try archive.contents(of: member) : []
    let digits = String(decoding: text, as: UTF8.self).trimmingCharacters(
      in: .whitespacesAndNewlines)
    guard let label = Int32(digits), (0..<Limits.classes).contains(Int(label)) else {
      throw .format(
        file: archive.path, offset: member.offset,
        expected: "a label of 0 to \(Limits.classes - 1) in '\(Self.text(member.name))'",
        found: member.size <= 32 ? "'\(digits)'" : "\(member.size) bytes")
    }
    return label
  }

  private static func irregular(
    _ member: TarArchive.Member, _ kind: String, _ path: String
  ) -> DataError {
    .format(
      file: path, offset: member.header, expected: "a regular file",
      found: "\(kind), '\(Self.text(member.name))'")
  }

  private static func repeated(
    _ member: TarArchive.Member, _ what: String, _ path: String
  ) -> DataError {
    .format(
      file: path, offset: member.header, expected: "one \(what) per sample",
      found: "another, '\(Self.text(member.name))'")
  }

  private static func text(_ name: some Collection<UInt8>) -> String {
    String(decoding: name, as: UTF8.self)
  }
}
