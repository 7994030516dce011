import Foundation

/// When and how long a file or folder was when it was read: it changes when the file does, or when
/// something is put into the folder or taken out.
struct FileStamp: Sendable, Hashable {
  /// Size in bytes, 0 for folders; modification and change in seconds and nanoseconds.
  let numbers: [Int]

  static let width = 5

  init(numbers: [Int]) {
    self.numbers = numbers
  }

  /// `nil` where there is nothing.
  init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  init(_ status: stat) {
    #if canImport(Darwin)
      let (modification, change) = (status.st_mtimespec, status.st_ctimespec)
    #else
      let (modification, change) = (status.st_mtim, status.st_ctim)
    #endif
    let isFolder = status.st_mode & S_IFMT == S_IFDIR
    numbers = [
      isFolder ? 0 : Int(status.st_size), Int(modification.tv_sec), Int(modification.tv_nsec),
      Int(change.tv_sec), Int(change.tv_nsec),
    ]
  }

  /// Whether a change after `time` would show. Clocks of file systems tick as seldom as every two
  /// seconds.
  func isSettled(at time: Int) -> Bool { max(numbers[1], numbers[3]) < time - 2 }

  /// Whether a file's bytes are those of the other: its links and permissions may have changed.
  func tellsSameBytes(as other: FileStamp) -> Bool {
    numbers.prefix(3) == other.numbers.prefix(3)
  }
}
