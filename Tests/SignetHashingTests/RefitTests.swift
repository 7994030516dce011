import Testing
import ThrownErrors

@testable import SignetHashing

@Suite("Refitted float weights")
struct RefitTests {
  @Test("solve the normal equations with a ridge", arguments: [1, 5, 16, 130, 300])
  func normalEquations(size: Int) throws {
    let layer = RandomLayer(
      seed: UInt64(size), patchLength: size, filterCount: 3, patchCount: size / 2 + 4, drift: 0.5)
    let problem = try layer.problem()
    let ridge: Float = 0.1
    let refitted = try problem.refittedWeights(ridge: ridge, threads: 2)
    let trace = (0..<size).reduce(0.0) { $0 + Double(problem.gram[$1 * size + $1]) }
    let added = Double(ridge) * trace / Double(size)
    var largest = 0.0
    var worst = 0.0
    for filter in 0..<3 {
      for row in 0..<size {
        let change = Double(refitted[filter * size + row] - layer.weights[filter * size + row])
        var rest = Double(problem.correlation[filter * size + row]) - added * change
        for column in 0..<size {
          rest -=
            Double(problem.gram[row * size + column])
            * Double(refitted[filter * size + column])
        }
        worst = max(worst, abs(rest))
        largest = max(largest, abs(Double(problem.correlation[filter * size + row])))
      }
    }
    // Float elimination and products over `size` terms.
    #expect(worst <= Double(Float.ulpOfOne) * Double(size + 16) * max(largest, trace))
  }

  @Test("the outputs come closer, and unchanged inputs change nothing")
  func comesCloser() throws {
    func errors(drift: Float) throws -> (own: Double, refitted: Double, change: Float) {
      let layer = RandomLayer(
        seed: 3, patchLength: 20, filterCount: 4, patchCount: 400, drift: drift)
      let problem = try layer.problem()
      let refitted = try problem.refittedWeights(ridge: 0.01, threads: 1)
      func error(_ weights: [Float]) -> Double {
        var sum = 0.0
        for patch in 0..<400 {
          for filter in 0..<4 {
            var output = 0.0
            for input in 0..<20 {
              output += Double(layer.patches[patch * 20 + input] * weights[filter * 20 + input])
            }
            let missing = Double(layer.outputs[patch * 4 + filter]) - output
            sum += missing * missing
          }
        }
        return sum
      }
      let change = zip(refitted, layer.weights).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
      return (error(layer.weights), error(refitted), change)
    }
    let drifted = try errors(drift: 0.5)
    #expect(drifted.refitted < 0.95 * drifted.own)
    #expect(try errors(drift: 0).change < 1e-5)
  }

  @Test("dead inputs keep their weights, and ridge must be more than zero")
  func edges() throws {
    let problem = try LayerProblem(
      patchLength: 2, filterCount: 1, gram: [4, 0, 0, 0], correlation: [2, 0], weights: [1, 7],
      energy: [4])
    let refitted = try problem.refittedWeights(ridge: 0.5, threads: 1)
    // λ = 0.5 · mean(4, 0) = 1: (4 + 1) v = 2 + 1 · 1.
    #expect(abs(refitted[0] - 0.6) < 1e-6)
    #expect(refitted[1] == 7)
    var texts: [String] = []
    for ridge in [0, -1, Float.nan, .infinity] {
      texts.append(
        thrown(HashingError.self) {
          try problem.refittedWeights(ridge: ridge, threads: 1)
        })
    }
    #expect(
      texts == [
        "ridge 0.0 is not allowed; expected more than 0",
        "ridge -1.0 is not allowed; expected more than 0",
        "ridge nan is not allowed; expected more than 0",
        "ridge inf is not allowed; expected more than 0",
      ])
  }
}
