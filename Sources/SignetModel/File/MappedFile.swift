import Foundation

/// The one door to memory-mapped files.
package enum MappedFile {
  /// The contents of a regular file without reading them: pages come as they are touched.
  ///
  /// The file must not be cut short while the data lives. Signet itself never does so: it replaces
  /// files by renaming.
  package static func data(at url: URL) throws(ModelFileError) -> Data {
    let path = url.path
    // Opening a pipe would wait for its other end.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .system("open", path: path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system("examine", path: path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw ModelFileError(path: path, defect: .notRegularFile)
    }
    let count = Int(status.st_size)
    guard count > 0 else { return Data() }
    guard
      let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED
    else { throw .system("map", path: path) }
    return Data(bytesNoCopy: base, count: count, deallocator: .unmap)
  }
}
