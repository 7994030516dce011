import Foundation
import SignetModel

/// A file of arrays: NumPy's `.npz` and `.npy`, or safetensors.
enum ArrayFile {
  static let extensions: Set<String> = ["npz", "npy", "safetensors"]

  /// All arrays of a file; that of a `.npy` file has no name.
  ///
  /// - Throws: ``DataError`` that names the file, and the array where one is wrong.
  static func arrays(in url: URL) throws(DataError) -> [NumberArray] {
    let path = url.path
    switch url.pathExtension.lowercased() {
    case "npy":
      let bytes = try FileBytes.read(url, limit: Limits.datasetBytes)
      return [try NPY.array(Data(bytes), name: "", file: path)]
    case "npz":
      let archive = try ZipArchive(
        FileBytes.read(url, limit: Limits.datasetBytes), file: path)
      return try arrays(of: archive, file: path)
    case "safetensors":
      return try safetensors(url)
    default:
      throw .array(
        file: path, array: "", expected: "a .npz, .npy or .safetensors file",
        found: url.pathExtension.isEmpty ? "another" : ".\(url.pathExtension)")
    }
  }

  static func arrays(of archive: ZipArchive, file: String) throws(DataError) -> [NumberArray] {
    var arrays: [NumberArray] = []
    for entry in archive.entries {
      let name = entry.name.hasSuffix(".npy") ? String(entry.name.dropLast(4)) : entry.name
      arrays.append(try NPY.array(archive.content(of: entry), name: name, file: file))
    }
    return arrays
  }

  private static func safetensors(_ url: URL) throws(DataError) -> [NumberArray] {
    do throws(ModelFileError) {
      let file = try SafetensorsFile(contentsOf: url)
      return file.tensors.values.sorted { $0.name < $1.name }.map {
        NumberArray(
          name: $0.name, elementType: $0.elementType, extents: $0.shape,
          bytes: Data(file.bytes(of: $0)))
      }
    } catch {
      throw .arrayFile(error)
    }
  }
}
