import CSignetKernels

/// A layer problem laid out for the kernels: rows padded with zeros to whole vectors.
struct PaddedProblem {
  /// S, the true patch length.
  let size: Int
  /// The padded row length.
  let stride: Int
  /// N.
  let filterCount: Int
  /// G: stride × stride.
  let gram: UnsafePointer<Float>
  /// The diagonal of G: stride.
  let diagonal: AlignedBuffer<Float>
  /// q: N × stride.
  let correlation: UnsafePointer<Float>
  let weights: [Float]  // N × S
  let energy: [Double]  // N
  private let owned: [AlignedBuffer<Float>]

  /// Lays `problem` out for the duration of `body`; buffers that need no padding are not copied.
  static func with<Result>(_ problem: LayerProblem, _ body: (PaddedProblem) -> Result) -> Result {
    problem.gram.withUnsafeBufferPointer { gram in
      problem.correlation.withUnsafeBufferPointer { correlation in
        body(PaddedProblem(problem, gram: gram, correlation: correlation))
      }
    }
  }

  private init(
    _ problem: LayerProblem, gram: UnsafeBufferPointer<Float>,
    correlation: UnsafeBufferPointer<Float>
  ) {
    size = problem.patchLength
    stride = roundUp(size, to: Int(SIGNET_HASHING_PADDING))
    filterCount = problem.filterCount
    weights = problem.weights
    energy = problem.energy
    diagonal = AlignedBuffer(count: stride, repeating: 0)
    for input in 0..<size { diagonal[input] = gram[input * size + input] }
    if stride == size, let gram = gram.baseAddress, let correlation = correlation.baseAddress {
      self.gram = gram
      self.correlation = correlation
      owned = []
    } else {
      let paddedGram = padded(gram, rows: size, paddedRows: stride, size: size, stride: stride)
      let paddedCorrelation = padded(
        correlation, rows: filterCount, paddedRows: filterCount, size: size, stride: stride)
      self.gram = UnsafePointer(paddedGram.base)
      self.correlation = UnsafePointer(paddedCorrelation.base)
      owned = [paddedGram, paddedCorrelation]
    }
  }
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
