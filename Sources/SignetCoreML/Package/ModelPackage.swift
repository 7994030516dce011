import Foundation
import SignetModel

/// A Core ML package: a folder of a manifest, the program and its weights.
struct ModelPackage {
  let specification: Data
  let weights: Data

  /// Bytes of the files that grow with the network.
  var byteCount: Int { specification.count + weights.count }

  private static let author = "com.apple.CoreML"

  /// A name for an item. The same in every package, so that the same model gives the same bytes.
  private static let programItem = "6D1F3D6A-8A1B-4E0E-9C62-0B6A5F1C7E01"
  private static let weightsItem = "6D1F3D6A-8A1B-4E0E-9C62-0B6A5F1C7E02"

  private var manifest: String {
    func item(_ description: String, _ name: String) -> String {
      """
      {
            "author": "\(Self.author)",
            "description": "\(description)",
            "name": "\(name)",
            "path": "\(Self.author)/\(name)"
          }
      """
    }
    return """
      {
        "fileFormatVersion": "1.0.0",
        "itemInfoEntries": {
          "\(Self.programItem)": \(item("CoreML Model Specification", "model.mlmodel")),
          "\(Self.weightsItem)": \(item("CoreML Model Weights", "weights"))
        },
        "rootModelIdentifier": "\(Self.programItem)"
      }

      """
  }

  /// Writes a folder beside `url` and renames it; a package that stood there goes once the new one
  /// stands.
  func write(to url: URL) throws(ModelFileError) {
    try AtomicFolder.write(
      [
        ("Manifest.json", Data(manifest.utf8)),
        ("Data/\(Self.author)/model.mlmodel", specification),
        ("Data/\(Self.author)/weights/weight.bin", weights),
      ], to: url)
  }
}
