extension HashingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .wrongSize(let buffer, let expected, let found):
      return "\(buffer.words): expected \(expected) elements, found \(found)"
    case .emptyProblem(let patchLength, let filterCount):
      return "a layer needs at least one input per patch and one filter;"
        + " found patch length \(patchLength) and \(filterCount) filters"
    case .notFinite(let buffer, let index):
      return "\(buffer.words): element \(index) is NaN or infinite"
    case .notSymmetric(let row, let column, let upper, let lower):
      return "the Gram matrix is not symmetric: [\(row), \(column)] is \(upper),"
        + " [\(column), \(row)] is \(lower)"
    case .negativeDiagonal(let index, let value):
      return "the Gram matrix has the negative diagonal element \(value) at \(index)"
    case .invalidOption(let name, let value, let allowed):
      return "\(name) \(value) is not allowed; expected \(allowed)"
    case .kernelsUnavailable(let name, let available):
      return "SIGNET_KERNELS names '\(name)', which is not available here;"
        + " available: \(available.joined(separator: ", "))"
    case .exchange(let defect): return defect
    case .notPositiveDefinite(let pivot):
      return "the matrix is not positive definite: pivot \(pivot) is not positive"
    }
  }
}

extension HashingError.Buffer {
  var words: String {
    switch self {
    case .gram: "the Gram matrix"
    case .correlation: "the correlation q"
    case .weights: "the weights"
    case .energy: "the output energy"
    case .inputs: "the input patches"
    case .outputs: "the layer's outputs"
    case .inputSum: "the sum of the inputs"
    case .outputSum: "the sum of the outputs"
    case .outputSquares: "the sum of the squared outputs"
    case .codeCounts: "the numbers of codes"
    case .importance: "what the filters count"
    }
  }
}
