/// Some images of a chunk, or some rows of one image's output map, whose patches are laid out
/// together.
struct Piece: Equatable {
  var images: Range<Int>
  /// Rows of the output map; a layer without a map has one.
  var rows: Range<Int>

  /// - Parameters:
  ///   - rows: of the output map
  ///   - rowBytes: what the patches of a row take
  static func cutting(images: Int, rows: Int, rowBytes: Int) -> [Piece] {
    let perPiece = max(1, CalibrationLayout.pieceBytes / max(1, rowBytes))
    if perPiece >= rows {
      let count = perPiece / rows
      return stride(from: 0, to: images, by: count).map {
        Piece(images: $0..<min($0 + count, images), rows: 0..<rows)
      }
    }
    return (0..<images).flatMap { image in
      stride(from: 0, to: rows, by: perPiece).map {
        Piece(images: image..<image + 1, rows: $0..<min($0 + perPiece, rows))
      }
    }
  }
}
