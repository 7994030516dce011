import Testing

@testable import SignetHashing

@Suite("Cholesky factor")
struct CholeskyTests {
  @Test("LLᵀ is the Gram matrix with its ridge", arguments: [1, 16, 128, 150, 300])
  func factor(size: Int) throws {
    let problem = try RandomLayer(
      seed: UInt64(size), patchLength: size, filterCount: 1, patchCount: size + 20
    ).problem()
    let products = KernelProducts(kernels: try Kernels.chosen(), threads: 2)
    let mean = (0..<size).reduce(Float(0)) { $0 + problem.gram[$1 * size + $1] } / Float(size)
    let worst = try PaddedProblem.with(problem) { padded in
      Result { () throws(HashingError) -> Double in
        let factor = try CholeskyFactor(padded, ridge: 0.01, products: products)
        var worst = 0.0
        for row in 0..<size {
          for column in 0...row {
            var sum = 0.0
            for inner in 0...column {
              sum +=
                Double(factor.lower[row * factor.size + inner])
                * Double(factor.lower[column * factor.size + inner])
            }
            let expected = problem.gram[row * size + column] + (row == column ? 0.01 * mean : 0)
            worst = max(worst, abs(sum - Double(expected)))
          }
        }
        return worst
      }
    }.get()
    // Float elimination over `size` columns, each step rounding at the size of the diagonal.
    #expect(worst <= Double(Float.ulpOfOne) * Double(size + 8) * Double(mean) * 2)
  }

  @Test("a matrix that is not positive definite is refused")
  func indefinite() throws {
    let problem = try LayerProblem(
      patchLength: 2, filterCount: 1, gram: [1, 3, 3, 1], correlation: [1, 1], weights: [1, 1],
      energy: [1])
    let products = KernelProducts(kernels: try Kernels.chosen(), threads: 1)
    let result = PaddedProblem.with(problem) { padded in
      Result { () throws(HashingError) in
        try CholeskyFactor(padded, ridge: 0.01, products: products)
      }
    }
    #expect(throws: HashingError.notPositiveDefinite(pivot: 1)) { try result.get() }
  }
}
