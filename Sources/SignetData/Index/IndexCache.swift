import Foundation
import SignetModel

/// Where lists of large sets are kept between runs: `SIGNET_CACHE`, else `signet` in
/// `XDG_CACHE_HOME`, else `~/.cache/signet`. A list that cannot be kept or read is made anew; that is
/// never an error.
struct IndexCache: Sendable {
  let folder: URL
  /// Sets of fewer images are listed in no time.
  var leastImages = 50_000

  init(folder: URL, leastImages: Int = 50_000) {
    self.folder = folder
    self.leastImages = leastImages
  }

  init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    // What is empty or relative counts as absent, as XDG's specification has it.
    let places = [
      environment["SIGNET_CACHE"], environment["XDG_CACHE_HOME"].map { $0 + "/signet" },
    ]
    let place = places.compactMap(\.self).first { $0.hasPrefix("/") }
    self.init(
      folder: place.map { URL(fileURLWithPath: $0, isDirectory: true) }
        ?? FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".cache/signet"))
  }

  /// - Parameter key: what the list is of
  func reader(for key: String) -> IndexReader? {
    guard var reader = IndexReader.open(file(for: key)),
      reader.array(of: UInt8.self) == Array(key.utf8)
    else { return nil }
    return reader
  }

  /// - Parameter fill: writes the list
  func save(_ key: String, _ fill: (inout IndexWriter) -> Void) {
    var writer = IndexWriter()
    writer.add(Array(key.utf8))
    fill(&writer)
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try? AtomicFile.write(writer.finished(), to: file(for: key))
  }

  func file(for key: String) -> URL {
    // FNV-1a. Two keys of one name only push each other out: the file holds the whole key.
    let name = key.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01b3
    }
    return folder.appendingPathComponent("\(String(name, radix: 16)).index", isDirectory: false)
  }
}
