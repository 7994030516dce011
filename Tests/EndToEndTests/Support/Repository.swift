import Foundation

/// Places around this file.
enum Repository {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static let fixtures = root.appendingPathComponent("Tests/EndToEndTests/Fixtures")

  /// A folder beside the repository, or beside one that holds it, with real data; absent on most
  /// machines.
  static let shared: URL? = {
    var folder = root
    while folder.path != "/" {
      folder.deleteLastPathComponent()
      let candidate = folder.appendingPathComponent("shared")
      if FileManager.default.fileExists(atPath: candidate.appendingPathComponent("models").path) {
        return candidate
      }
    }
    return nil
  }()
}
