import Foundation

extension ShardIndex {
  /// Of these archives, as kept from an earlier run, if there is such a list and they have not
  /// changed since.
  ///
  /// - Parameter name: what the list is kept under
  init(of shards: FileList, name: String, keptIn cache: IndexCache) throws(DataError) {
    let key = "webdataset:" + name
    if let kept = Self.kept(cache.reader(for: key), shards: shards) {
      self = kept
      return
    }
    let start = Int(time(nil))
    self.init()
    for shard in shards { try add(shard) }
    guard count >= cache.leastImages, stamps.allSatisfy({ $0.isSettled(at: start) }) else { return }
    cache.save(key) { writer in
      writer.add(PathTable(shards.map(\.path)))
      writer.add(stamps)
      writer.add(ends)
      writer.add(keys)
      writer.add(offsets)
      writer.add(sizes)
      writer.add(labels)
    }
  }

  private static func kept(_ reader: consuming IndexReader?, shards: FileList) -> ShardIndex? {
    guard var reader, reader.table() == PathTable(shards.map(\.path)), let stamps = reader.stamps(),
      shards.map({ FileStamp(path: $0.path) }) == stamps
    else { return nil }
    guard let ends = reader.array(of: Int.self), let keys = reader.table(),
      let offsets = reader.array(of: Int.self), let sizes = reader.array(of: Int32.self),
      let labels = reader.array(of: Int32.self), reader.isIntact()
    else { return nil }
    let index = ShardIndex(
      stamps: stamps, ends: ends, keys: keys, offsets: offsets, sizes: sizes, labels: labels)
    return index.isSound ? index : nil
  }

  /// Whether its parts belong together.
  private var isSound: Bool {
    let isLabelled = labels.first ?? 0 >= 0
    return ends.count == stamps.count && ends.last == count
      && zip(ends, ends.dropFirst()).allSatisfy { $0 <= $1 }
      && keys.count == count && sizes.count == count && labels.count == count
      && zip(offsets, sizes).allSatisfy { $0 >= 0 && $1 >= 0 }
      && labels.allSatisfy { isLabelled ? (0..<Limits.classes).contains(Int($0)) : $0 == -1 }
  }
}
