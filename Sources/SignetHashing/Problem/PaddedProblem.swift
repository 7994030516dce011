import CSignetKernels

/// A layer problem laid out for the kernels: rows padded with zeros to whole vectors.
struct PaddedProblem {
  /// S, the true patch length.
  let size: Int
  /// The padded row length.
  let stride: Int
  /// The filters that are to be solved, of the layer's.
  let filters: Range<Int>
  /// N, of the whole layer.
  let layerFilterCount: Int
  /// G: stride × stride.
  let gram: UnsafePointer<Float>
  /// The diagonal of G: stride.
  let diagonal: AlignedBuffer<Float>
  /// q: filters × stride.
  let correlation: UnsafePointer<Float>
  /// What rounding may leave of bᵀGb where the inputs cancel: S terms, each off by a few units in the
  /// last place.
  let noise: Double
  private let weights: [Float]  // N × S
  private let energy: [Double]  // N
  private let owned: [AlignedBuffer<Float>]

  var filterCount: Int { filters.count }

  /// Lays `problem` out for the duration of `body`; buffers that need no padding are not copied.
  static func with<Result>(
    _ problem: LayerProblem, _ body: (PaddedProblem) throws -> Result
  ) rethrows -> Result {
    try problem.gram.withUnsafeBufferPointer { gram in
      try problem.correlation.withUnsafeBufferPointer { correlation in
        try body(PaddedProblem(problem, gram: gram, correlation: correlation))
      }
    }
  }

  private init(
    _ problem: LayerProblem, gram: UnsafeBufferPointer<Float>,
    correlation: UnsafeBufferPointer<Float>
  ) {
    size = problem.patchLength
    stride = roundUp(size, to: Int(SIGNET_SOLVER_PADDING))
    filters = 0..<problem.filterCount
    layerFilterCount = problem.filterCount
    weights = problem.weights
    energy = problem.energy
    diagonal = AlignedBuffer(count: stride, repeating: 0)
    for input in 0..<size { diagonal[input] = gram[input * size + input] }
    let trace = diagonal.sum
    noise = Double(Float.ulpOfOne) * 8 * Double(size).squareRoot() * trace
    if stride == size, let gram = gram.baseAddress, let correlation = correlation.baseAddress {
      self.gram = gram
      self.correlation = correlation
      owned = []
    } else {
      let paddedGram = padded(gram, rows: size, paddedRows: stride, size: size, stride: stride)
      let paddedCorrelation = padded(
        correlation, rows: filters.count, paddedRows: filters.count, size: size, stride: stride)
      self.gram = UnsafePointer(paddedGram.base)
      self.correlation = UnsafePointer(paddedCorrelation.base)
      owned = [paddedGram, paddedCorrelation]
    }
  }

  /// Some of the filters, which lie where they lay.
  private init(_ whole: PaddedProblem, filters: Range<Int>) {
    size = whole.size
    stride = whole.stride
    self.filters = filters
    layerFilterCount = whole.layerFilterCount
    gram = whole.gram
    diagonal = whole.diagonal
    noise = whole.noise
    correlation = whole.correlation + (filters.lowerBound - whole.filters.lowerBound) * stride
    weights = whole.weights
    energy = whole.energy
    owned = whole.owned
  }

  /// The same in parts of at most `count` filters.
  func parts(of count: Int) -> [PaddedProblem] {
    Swift.stride(from: 0, to: filterCount, by: count).map { first in
      PaddedProblem(self, filters: first..<min(first + count, filterCount))
    }
  }

  /// w of a filter, counted within `filters`: S.
  func weights(ofFilter filter: Int) -> ArraySlice<Float> {
    let row = filters.lowerBound + filter
    return weights[row * size..<(row + 1) * size]
  }

  /// ‖Xᵀw‖² of a filter, counted within `filters`.
  func energy(ofFilter filter: Int) -> Double { energy[filters.lowerBound + filter] }
}

private func padded(
  _ values: UnsafeBufferPointer<Float>, rows: Int, paddedRows: Int, size: Int, stride: Int
) -> AlignedBuffer<Float> {
  let result = AlignedBuffer<Float>(count: paddedRows * stride, repeating: 0)
  for row in 0..<rows {
    for column in 0..<size { result[row * stride + column] = values[row * size + column] }
  }
  return result
}
