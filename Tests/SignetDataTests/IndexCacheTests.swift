import Foundation
import Testing

@testable import SignetData

/// Lists of large sets that are kept between runs.
@Suite struct IndexCacheTests {
  private let folder: TemporaryFolder
  private let place: TemporaryFolder
  private let cache: IndexCache

  init() throws {
    folder = try TemporaryFolder()
    place = try TemporaryFolder()
    cache = IndexCache(folder: place.url.appendingPathComponent("kept"), leastImages: 3)
    for name in ["b/2.png", "a/10.jpg", "a/1.JPG", "a/deep/x.png"] {
      try folder.write([1], to: name)
    }
    try settle()
  }

  /// Makes folders old: what changed a moment ago is not kept, since a further change might not show.
  private func settle() throws { Thread.sleep(forTimeInterval: 3.1) }

  private func index() throws -> ImageFolderIndex {
    try ImageFolderIndex(of: folder.url, keptIn: cache)
  }

  private var file: URL { cache.file(for: ImageFolderIndex.key(folder.url)) }

  @Test func aListIsKeptAndReadUntilAFolderChanges() throws {
    let fresh = try index()
    #expect(fresh.paths == PathTable(["a/1.JPG", "a/10.jpg", "a/deep/x.png", "b/2.png"]))
    #expect(fresh.classNames == ["a", "b"] && fresh.counts == [3, 1])
    #expect(Place.exists(file))
    // What is read is what was kept, not the folder: a forged list with a right checksum shows.
    let forged = ImageFolderIndexForgery(of: folder.url, folders: ["", "a", "a/deep", "b"])
    forged.save(in: cache)
    #expect(try index().paths == PathTable(["a/forged.png"]))

    for change in ["a/deep/y.png", "c/1.png", "b/1.png"] {
      try folder.write([1], to: change)
      let changed = try index()
      #expect((0..<changed.paths.count).map { changed.paths[$0] }.contains(change))
    }
    try FileManager.default.removeItem(at: folder.url.appendingPathComponent("c"))
    #expect(try index().classNames == ["a", "b"])
  }

  @Test func whatJustChangedIsNotKept() throws {
    try folder.write([1], to: "a/new.png")
    #expect(try index().paths.count == 5)
    #expect(!Place.exists(file))
  }

  @Test func smallSetsAreNotKept() throws {
    let cache = IndexCache(folder: cache.folder, leastImages: 5)
    _ = try ImageFolderIndex(of: folder.url, keptIn: cache)
    #expect(!Place.exists(cache.folder))
  }

  @Test func damagedListsAreMadeAnew() throws {
    let fresh = try index()
    let bytes = Array(try Data(contentsOf: file))
    for place in bytes.indices {
      var damaged = bytes
      damaged[place] ^= place % 2 == 0 ? 0x80 : 0xff
      try Data(damaged).write(to: file)
      #expect(try index() == fresh, "byte \(place)")
      if place % 8 == 0 {
        try Data(bytes.prefix(place)).write(to: file)
        #expect(try index() == fresh, "\(place) bytes")
      }
    }
    try Data(bytes + [0]).write(to: file)
    #expect(try index() == fresh)
    #expect(Array(try Data(contentsOf: file)) == bytes)
  }

  @Test func aCacheThatCannotBeIsNoError() throws {
    try place.write("a file", to: "blocked")
    for path in ["blocked", "blocked/below"] {
      let cache = IndexCache(folder: place.url.appendingPathComponent(path), leastImages: 0)
      #expect(try ImageFolderIndex(of: folder.url, keptIn: cache).counts == [3, 1])
    }
    try FileManager.default.createDirectory(at: file, withIntermediateDirectories: true)
    #expect(try index().counts == [3, 1])
  }

  @Test func shardsAreKeptUntilOneChanges() throws {
    for shard in 0..<2 {
      var tar = TarBuilder()
      for sample in 0..<3 {
        tar.add("\(shard)/\(sample).png", [UInt8](repeating: 1, count: sample))
        tar.add("\(shard)/\(sample).cls", "\(sample)")
      }
      try folder.write(tar.archive, to: "\(shard).tar")
    }
    try settle()
    let files = FileList([0, 1].map { folder.url.appendingPathComponent("\($0).tar") })
    func index() throws -> ShardIndex { try ShardIndex(of: files, name: "x", keptIn: cache) }
    let fresh = try index()
    #expect(fresh.ends == [3, 6] && fresh.sizes == [0, 1, 2, 0, 1, 2])
    #expect(fresh.labels == [0, 1, 2, 0, 1, 2])
    let kept = cache.file(for: "webdataset:x")
    let bytes = Array(try Data(contentsOf: kept))
    #expect(try index() == fresh)
    for place in bytes.indices {
      var damaged = bytes
      damaged[place] ^= 0x81
      try Data(damaged).write(to: kept)
      #expect(try index() == fresh, "byte \(place)")
    }
    var tar = TarBuilder()
    tar.add("new.png", [1])
    tar.add("new.cls", "7")
    try folder.write(tar.archive, to: "1.tar")
    #expect(try index().labels == [0, 1, 2, 7])
  }

  @Test func thePlaceIsTheUsersOrTheSystems() {
    func place(_ environment: [String: String]) -> String {
      IndexCache(environment: environment).folder.path
    }
    #expect(place(["SIGNET_CACHE": "/a/b", "XDG_CACHE_HOME": "/c"]) == "/a/b")
    #expect(place(["SIGNET_CACHE": "", "XDG_CACHE_HOME": "/c"]) == "/c/signet")
    #expect(place(["XDG_CACHE_HOME": "relative"]).hasSuffix("/.cache/signet"))
    #expect(place([:]).hasSuffix("/.cache/signet"))
  }
}

/// A list as the cache keeps it, of an image that is not there.
private struct ImageFolderIndexForgery {
  let root: URL
  let folders: [String]

  init(of root: URL, folders: [String]) {
    (self.root, self.folders) = (root, folders)
  }

  func save(in cache: IndexCache) {
    cache.save(ImageFolderIndex.key(root)) { writer in
      writer.add(PathTable(folders))
      writer.add(folders.compactMap { FileStamp(path: root.appendingPathComponent($0).path) })
      writer.add(PathTable(["a"]))
      writer.add([1])
      writer.add(PathTable(["a/forged.png"]))
    }
  }
}
