import SignetModel

extension PixelMap {
  /// The network's input: resized so that the shorter side is what the model asks for, cropped at
  /// the centre, normalised. C × H × W
  func input(
    of shape: Shape, preprocessing: Preprocessing, file: String
  ) throws(PixelMapError) -> [Float] {
    guard preprocessing.channelOrder != .none else { throw .noImage(file: file) }
    let target = preprocessing.resizeShorterSide.map(Double.init)
    let factor =
      target.map { $0 / Double(min(width, height)) }
      ?? max(Double(shape.width) / Double(width), Double(shape.height) / Double(height))
    let columns = Taps(from: width, factor: factor, crop: shape.width)
    let rows = Taps(from: height, factor: factor, crop: shape.height)
    let planes = resized(columns, rows)
    let plane = shape.width * shape.height
    var input: [Float] = []
    input.reserveCapacity(shape.elementCount)
    for channel in 0..<shape.channels {
      for pixel in 0..<plane {
        let value = preprocessing.channelOrder.value { planes[$0 * plane + pixel] }[channel]
        let scaled = value * preprocessing.scale
        input.append((scaled - preprocessing.mean[channel]) / preprocessing.std[channel])
      }
    }
    return input
  }

  /// 3 × rows × columns
  private func resized(_ columns: Taps, _ rows: Taps) -> [Float] {
    var planes: [Float] = []
    for channel in 0..<3 {
      for row in rows.weights {
        for column in columns.weights {
          var sum: Float = 0
          for (y, share) in row {
            for (x, part) in column {
              sum += share * part * Float(bytes[(y * width + x) * 3 + channel])
            }
          }
          planes.append(sum)
        }
      }
    }
    return planes
  }
}

/// Which old places make each new one along an axis: bilinear, over as many old places as a new one
/// covers, so that shrinking does not flicker.
private struct Taps {
  let weights: [[(place: Int, share: Float)]]

  init(from extent: Int, factor: Double, crop: Int) {
    let reach = max(1, 1 / factor)
    let first = (Double(extent) * factor - Double(crop)) / 2
    weights = (0..<crop).map { index in
      let centre = (first + Double(index) + 0.5) / factor - 0.5
      let places = Int((centre - reach).rounded(.up))...Int((centre + reach).rounded(.down))
      let shares = places.map { max(0, 1 - abs(Double($0) - centre) / reach) }
      let sum = shares.reduce(0, +)
      // Beyond the image its edge goes on.
      return zip(places, shares).map { (min(max($0, 0), extent - 1), Float($1 / sum)) }
    }
  }
}

extension Preprocessing.ChannelOrder {
  /// The network's channels from the image's red, green and blue.
  fileprivate func value(_ colour: (Int) -> Float) -> [Float] {
    let (red, green, blue) = (colour(0), colour(1), colour(2))
    return switch self {
    case .rgb: [red, green, blue]
    case .bgr: [blue, green, red]
    // ITU-R BT.601
    case .grey: [0.299 * red + 0.587 * green + 0.114 * blue]
    case .none: []
    }
  }
}
