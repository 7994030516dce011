import CSignetKernels

/// What solving a layer takes in memory, known before it begins.
package struct LayerMemory {
  /// What the codes of the filters that are solved at once may take, with their products and the
  /// copies that a search compares.
  package static let solvingBytes = 128 << 20

  let patchLength: Int
  let filterCount: Int
  let codes: Int

  /// - Parameters:
  ///   - patchLength: S
  ///   - filterCount: N
  ///   - codes: K
  package init(patchLength: Int, filterCount: Int, codes: Int) {
    self.patchLength = patchLength
    self.filterCount = filterCount
    self.codes = codes
  }

  private var stride: Int { roundUp(patchLength, to: Int(SIGNET_SOLVER_PADDING)) }

  /// Codes and products of the solution and of a candidate, the codes as floats; targets, half-way
  /// results and rounded values of error feedback.
  private var bytesPerFilter: Int { stride * (14 * codes + 12) }

  package var filtersAtOnce: Int { max(16, Self.solvingBytes / bytesPerFilter) }

  /// Bytes of G, S × S.
  package var gramBytes: Int { 4 * patchLength * patchLength }

  /// Bytes of q, w or an estimate: N × S.
  package var filterBytes: Int { 4 * filterCount * patchLength }

  /// Bytes that a descent holds beside the problem: padded copies of G and q, L, and the filters
  /// at work.
  package var descentBytes: Int {
    let padded = stride == patchLength ? 0 : 4 * stride * (stride + filterCount)
    let factor = 4 * stride * stride
    // The codes that are done, once in parts and once joined.
    return padded + factor + min(filtersAtOnce, filterCount) * bytesPerFilter
      + 2 * codes * filterCount * patchLength
  }

  /// Bytes that whole weights take beside a descent: the problem as it is left for codes, of all filters
  /// and of those with equally many codes, estimates, and the moments and the matrix of the scales of
  /// inputs.
  ///
  /// - Parameter channels: those that have scales
  package func wholeBytes(channels: Int) -> Int {
    gramBytes + 7 * filterBytes + (8 << 20) + 8 * channels * channels
  }

  /// Bytes that a refit of real weights holds beside the problem: padded copies, L, and what is
  /// missing, its solution and the result.
  package var refitBytes: Int {
    let padded = stride == patchLength ? 0 : 4 * stride * (stride + filterCount)
    return padded + 4 * stride * stride + 4 * 4 * filterCount * stride
  }
}
