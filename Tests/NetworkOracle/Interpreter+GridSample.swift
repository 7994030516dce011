import Foundation
import SignetModel

/// Maps read at computed places.
extension Interpreter {
  /// A place moves by what its numbers and their conversion to places are off by, and what is read by
  /// that times the slope between elements. Nearest elements do not move with small errors.
  func sampled(
    _ attributes: GridSample, _ map: Value, at places: Value, _ empty: Value
  ) -> Value {
    var out = empty
    let area = map.shape.height * map.shape.width
    for row in 0..<out.shape.height {
      for column in 0..<out.shape.width {
        let first = places.index(row, column, 0)
        let (x, y) = (places.numbers[first], places.numbers[first + 1])
        let rows = attributes.taps(y, map.shape.height)
        let columns = attributes.taps(x, map.shape.width)
        let moved =
          attributes.mode == .nearest
          ? 0
          : attributes.error(x, places.bounds[first], map.shape.width)
            + attributes.error(y, places.bounds[first + 1], map.shape.height)
        for channel in 0..<out.shape.channels {
          let largest = map.numbers[channel * area..<(channel + 1) * area].map(abs).max() ?? 0
          var (number, magnitudes, carried) = (0.0, 0.0, 0.0)
          for (i, rowWeight) in rows {
            for (j, columnWeight) in columns {
              let source = map.index(channel, i, j)
              number += rowWeight * columnWeight * map.numbers[source]
              magnitudes += abs(rowWeight * columnWeight * map.numbers[source])
              carried += abs(rowWeight * columnWeight) * map.bounds[source]
            }
          }
          let index = out.index(channel, row, column)
          out.numbers[index] = number
          out.bounds[index] =
            carried + 4 * largest * moved + Double(rows.count * columns.count + 8) * Self.unit
            * magnitudes
        }
      }
    }
    return out
  }
}

extension GridSample {
  fileprivate func error(_ number: Double, _ bound: Double, _ extent: Int) -> Double {
    Double(extent) * (bound + 8 * Interpreter.unit * (abs(number) + 1))
  }

  /// Elements along an axis and their weights.
  fileprivate func taps(_ number: Double, _ extent: Int) -> [(index: Int, weight: Double)] {
    let size = Double(extent)
    let place = alignsCorners ? (number + 1) / 2 * (size - 1) : ((number + 1) * size - 1) / 2
    switch mode {
    case .nearest:
      let nearest = inside(place, extent).rounded(.toNearestOrEven)
      return [(nearest, 1)].compactMap { element($0.0, extent, $0.1) }
    case .linear:
      let place = inside(place, extent)
      let base = place.rounded(.down)
      return [(base, 1 - (place - base)), (base + 1, place - base)]
        .compactMap { element($0.0, extent, $0.1) }
    case .cubic:
      let base = place.rounded(.down)
      return (-1...2).compactMap { offset in
        let distance = abs(place - base - Double(offset))
        let neighbour = inside(base + Double(offset), extent)
        return element(neighbour, extent, Self.cubic(distance))
      }
    }
  }

  private func element(
    _ place: Double, _ extent: Int, _ weight: Double
  ) -> (index: Int, weight: Double)? {
    (0..<Double(extent)).contains(place) ? (Int(place), weight) : nil
  }

  /// Where the number at a place outside is found.
  private func inside(_ place: Double, _ extent: Int) -> Double {
    let last = Double(extent - 1)
    switch padding {
    case .zeros: return place
    case .border: return min(max(place, 0), last)
    case .reflection:
      let (low, high) = alignsCorners ? (0, last) : (-0.5, last + 0.5)
      guard high > low else { return 0 }
      var place = place
      while place < low || place > high { place = place < low ? 2 * low - place : 2 * high - place }
      return min(max(place, 0), last)
    }
  }

  private static func cubic(_ d: Double) -> Double {
    d <= 1 ? 1.25 * d * d * d - 2.25 * d * d + 1 : -0.75 * (d * d * d - 5 * d * d + 8 * d - 4)
  }
}
