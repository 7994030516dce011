import SignetModel
import Torch

extension Reduction {
  /// - Parameter input: N × the elements of `extents`
  func apply(to input: Tensor) throws(TorchError) -> Tensor {
    let grid = try input.reshape([input.shape[0]] + extents)
    return try reduced(grid, axes.map { $0 + 1 }).reshape([input.shape[0]] + shape.extents)
  }

  private func reduced(_ grid: Tensor, _ axes: [Int]) throws(TorchError) -> Tensor {
    switch function {
    case .sum: return try grid.sum(axes)
    case .mean: return try grid.mean(axes)
    case .maximum: return try grid.amax(axes)
    case .minimum: return try grid.amin(axes)
    case .product:
      var product = grid
      for axis in axes.reversed() { product = try product.product(axis) }
      return product
    case .sumOfSquares: return try grid.square().sum(axes)
    case .l1: return try grid.abs().sum(axes)
    case .l2: return try grid.square().sum(axes).sqrt()
    case .logSum: return try grid.sum(axes).log()
    case .logSumExp:
      let largest = try grid.amax(axes, keepDimensions: true)
      let sum = try (grid - largest).exp().sum(axes)
      return try sum.log() + largest.reshape(sum.shape)
    }
  }
}

extension ArgExtreme {
  func apply(to input: Tensor) throws(TorchError) -> Tensor {
    var grid = try input.reshape([input.shape[0]] + extents)
    if !isMaximum { grid = try -grid }
    // Of equal numbers libtorch takes any; the largest that counts from one end is the one meant.
    let extreme = try grid.amax([axis + 1], keepDimensions: true)
    let length = extents[axis]
    let weights = (0..<length).map { Float(takesLast ? $0 + 1 : length - $0) }
    let order = try Tensor(
      weights, shape: [length] + [Int](repeating: 1, count: extents.count - axis - 1))
    let first = try (grid.eq(extreme).to(.float32) * order).amax([axis + 1])
    let place = takesLast ? try first - 1 : try Double(length) - first
    return try place.reshape([input.shape[0]] + shape.extents)
  }
}

extension Normalization {
  func apply(to input: Tensor) throws(TorchError) -> Tensor {
    let grid = try input.reshape([input.shape[0]] + extents)
    let axes = axes.map { $0 + 1 }
    let centred = try grid - grid.mean(axes, keepDimensions: true)
    let variance = try centred.square().mean(axes, keepDimensions: true)
    return try (centred / (variance + Double(epsilon)).sqrt()).reshape(input.shape)
  }
}

extension MatrixProduct {
  /// - Parameters:
  ///   - left: N × batch · rows · inner
  ///   - right: N × batch · inner · columns
  func apply(to left: Tensor, _ right: Tensor) throws(TorchError) -> Tensor {
    let count = left.shape[0]
    let product = try left.reshape([count, batch, rows, inner])
      .matmul(right.reshape([count, batch, inner, columns]))
    return try product.reshape([count] + shape.extents)
  }
}

extension Region {
  func apply(to input: Tensor) throws(TorchError) -> Tensor {
    var grid = try input.reshape([input.shape[0]] + axes.map(\.extent))
    for (index, axis) in axes.enumerated() where axis != Axis(extent: axis.extent) {
      let places = (0..<axis.length).map { Int64(axis.source(of: $0)) }
      grid = try grid.indexSelect(index + 1, Tensor(places, shape: [places.count]))
    }
    return try grid.reshape([input.shape[0]] + shape.extents)
  }
}

extension Selection {
  func apply(to input: Tensor) throws(TorchError) -> Tensor {
    let grid = try input.reshape([input.shape[0]] + extents)
    let places = try Tensor(places.map(Int64.init), shape: [places.count])
    return try grid.indexSelect(axis + 1, places).reshape([input.shape[0]] + shape.extents)
  }
}

extension Size2D {
  /// - Parameters:
  ///   - input: N × C × H × W
  ///   - shape: the result's
  func spread(_ input: Tensor, to shape: Shape) throws(TorchError) -> Tensor {
    let (count, size) = (input.shape[0], input.shape)
    let grid = try input.reshape([count, size[1], size[2], 1, size[3], 1])
    let padded = try grid.pad([0, width - 1, 0, 0, 0, height - 1])
    return try padded.reshape([count, size[1], size[2] * height, size[3] * width])
      .narrow(2, start: 0, length: shape.height).narrow(3, start: 0, length: shape.width)
  }
}

extension Resize {
  /// As products with one matrix per axis, whose rows say what an element is made of.
  ///
  /// - Parameter input: N × C × H × W
  func apply(to input: Tensor) throws(TorchError) -> Tensor {
    let (rows, columns) = (input.shape[2], input.shape[3])
    var result = input
    var outside: [Float]?
    for (axis, extent, isRows) in [(height, rows, true), (width, columns, false)] {
      let taps = taps(axis, extent: extent)
      var matrix = [Float](repeating: 0, count: taps.count * extent)
      for (row, taps) in taps.enumerated() {
        for tap in taps { matrix[row * extent + tap.index] += tap.weight }
      }
      let operand = try Tensor(matrix, shape: [taps.count, extent])
      result = isRows ? try operand.matmul(result) : try result.matmul(operand.transpose(0, 1))
      guard taps.contains(where: \.isEmpty) else { continue }
      let mask = taps.map { $0.isEmpty ? Float(1) : 0 }
      let known = outside ?? [Float](repeating: 0, count: height.size * width.size)
      outside = known.indices.map {
        max(known[$0], mask[isRows ? $0 / width.size : $0 % width.size])
      }
    }
    guard let outside else { return result }
    let mask = try Tensor(outside, shape: [height.size, width.size])
    return try result * (1 - mask) + mask * Double(extrapolation)
  }
}

extension GridSample {
  /// - Parameters:
  ///   - input: N × C × H × W
  ///   - places: N × H′ × W′ × 2
  func apply(to input: Tensor, at places: Tensor) throws(TorchError) -> Tensor {
    let interpolation: Tensor.Interpolation =
      switch mode {
      case .nearest: .nearest
      case .linear: .linear
      case .cubic: .cubic
      }
    let outside: Tensor.SamplePadding =
      switch padding {
      case .zeros: .zeros
      case .border: .border
      case .reflection: .reflection
      }
    return try input.gridSample(
      places, interpolation: interpolation, padding: outside, alignsCorners: alignsCorners)
  }
}
