#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The one door to memory-mapped files.
package enum MappedFile {
  /// The contents of a regular file without reading them: pages come as they are touched.
  ///
  /// The file must not be cut short while the data lives. Signet itself never does so: it replaces
  /// files by renaming.
  package static func data(at url: URL) throws(ModelFileError) -> Data {
    let file = try RegularFile(path: url.path)
    let count = file.size
    guard count > 0 else { return Data() }
    guard
      let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, file.descriptor, 0), base != MAP_FAILED
    else { throw .system("map", path: url.path) }
    return Data(bytesNoCopy: base, count: count, deallocator: .unmap)
  }
}
