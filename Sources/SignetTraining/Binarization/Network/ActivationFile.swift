import Foundation
import SignetModel
import Torch

/// Activations in a scratch file, each chunk's in a part of its own.
final class ActivationFile: Sendable {
  /// Where a tensor lies.
  struct Place: Sendable {
    let offset: Int
    let shape: [Int]
    let dtype: DType
    /// N-H-W-C order instead of rows.
    let isChannelsLast: Bool

    var byteCount: Int { shape.reduce(dtype.byteCount, *) }
  }

  private let file: ScratchFile

  init(in folder: URL) throws(ModelFileError) { file = try ScratchFile(in: folder) }

  func write(_ tensor: Tensor, at offset: Int) throws -> Place {
    let inPixels = try tensor.rank == 4 ? tensor.permute([0, 2, 3, 1]) : nil
    let isChannelsLast = inPixels?.isContiguous ?? false
    let place = Place(
      offset: offset, shape: tensor.shape, dtype: try tensor.dtype, isChannelsLast: isChannelsLast)
    let source = isChannelsLast ? inPixels ?? tensor : tensor
    try source.withUnsafeBytes { bytes in
      Result { () throws(ModelFileError) in try file.write(bytes, at: offset) }
    }.get()
    return place
  }

  func read(_ place: Place) throws -> Tensor {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: place.byteCount, alignment: 64)
    defer { bytes.deallocate() }
    try file.read(into: bytes, at: place.offset)
    let shape = place.shape
    guard place.isChannelsLast else {
      return try Tensor(bytes: UnsafeRawBufferPointer(bytes), shape: shape, dtype: place.dtype)
    }
    return try Tensor(
      bytes: UnsafeRawBufferPointer(bytes), shape: [shape[0], shape[2], shape[3], shape[1]],
      dtype: place.dtype
    ).permute([0, 3, 1, 2])
  }
}
