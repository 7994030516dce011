import Foundation
import SignetModel
import SignetReport

/// The files one command names and what each is for. No file may have two roles if it is written in
/// one of them: the command would destroy what it reads, or its own result.
struct FileRoles {
  private struct Role {
    /// As the command line has it.
    let option: String
    let file: URL
    let place: FilePlace
    let isWritten: Bool
  }

  private var roles: [Role] = []

  /// What is not there is not read: it may be the name of a network of the zoo.
  mutating func reads(_ path: String?, as option: String) {
    guard let path else { return }
    let file = URL(fileURLWithPath: path)
    guard let place = FilePlace(existing: file) else { return }
    roles.append(Role(option: option, file: file, place: place, isWritten: false))
  }

  mutating func writes(_ file: URL?, as option: String) {
    guard let file, let place = FilePlace(of: file) else { return }
    roles.append(Role(option: option, file: file, place: place, isWritten: true))
  }

  /// - Parameter folder: of a training's metrics
  mutating func writesLog(in folder: String?) {
    guard let folder else { return }
    writes(MetricsLog.lines(in: folder), as: "--log")
    writes(MetricsLog.events(in: folder), as: "--log")
  }

  /// - Throws: ``CommandError/sameFile(file:roles:)``
  func check() throws(CommandError) {
    for (index, role) in roles.enumerated() {
      for other in roles[..<index]
      where other.place == role.place && (other.isWritten || role.isWritten) {
        throw .sameFile(file: role.file.path, roles: [other.option, role.option])
      }
    }
  }

  /// Like ``check()``, against the many files of a data set: only what is there already can be one
  /// of them.
  func check(
    data files: some Sequence<URL>, _ option: String = "--data"
  ) throws(CommandError) {
    let written = roles.filter { $0.isWritten && $0.place.exists }
    guard !written.isEmpty else { return }
    for file in files {
      guard let place = FilePlace(existing: file),
        let role = written.first(where: { $0.place == place })
      else { continue }
      throw .sameFile(file: role.file.path, roles: [option, role.option])
    }
  }
}

/// Where a file is or would be, whatever links lead there.
private enum FilePlace: Hashable {
  case existing(FileIdentity)
  case missing(folder: FileIdentity, name: String)

  /// `nil` where the folder is missing too.
  init?(of file: URL) {
    let target = (try? AtomicFile.checkTarget(file)) ?? file
    if let identity = FileIdentity(of: target) {
      self = .existing(identity)
    } else if let folder = FileIdentity(of: target.deletingLastPathComponent()) {
      self = .missing(folder: folder, name: target.lastPathComponent)
    } else {
      return nil
    }
  }

  init?(existing file: URL) {
    guard let identity = FileIdentity(of: file) else { return nil }
    self = .existing(identity)
  }

  var exists: Bool {
    if case .existing = self { true } else { false }
  }
}
