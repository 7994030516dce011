import HashingOracles
import Testing
import ThrownErrors

@testable import SignetHashing

@Suite("Layer problems")
struct LayerProblemTests {
  private func problem(
    gram: [Float] = [2, 1, 1, 3], correlation: [Float] = [1, -1], weights: [Float] = [1, 1],
    energy: [Double] = [4]
  ) throws(HashingError) -> LayerProblem {
    try LayerProblem(
      patchLength: 2, filterCount: 1, gram: gram, correlation: correlation, weights: weights,
      energy: energy)
  }

  @Test("sizes, NaN, infinities and asymmetry are named")
  func checks() throws {
    #expect(throws: HashingError.wrongSize(buffer: .gram, expected: 4, found: 3)) {
      try problem(gram: [1, 2, 3])
    }
    #expect(throws: HashingError.wrongSize(buffer: .energy, expected: 1, found: 2)) {
      try problem(energy: [1, 2])
    }
    #expect(throws: HashingError.notFinite(buffer: .gram, index: 3)) {
      try problem(gram: [2, 1, 1, .infinity])
    }
    #expect(throws: HashingError.notFinite(buffer: .correlation, index: 1)) {
      try problem(correlation: [1, .nan])
    }
    #expect(throws: HashingError.notFinite(buffer: .weights, index: 0)) {
      try problem(weights: [-.infinity, 0])
    }
    #expect(throws: HashingError.notFinite(buffer: .energy, index: 0)) {
      try problem(energy: [.nan])
    }
    #expect(throws: HashingError.notSymmetric(row: 0, column: 1, upper: 1, lower: 2)) {
      try problem(gram: [2, 1, 2, 3])
    }
    #expect(throws: HashingError.negativeDiagonal(index: 1, value: -3)) {
      try problem(gram: [2, 1, 1, -3])
    }
  }

  @Test("every error reads as a sentence about what is wrong")
  func descriptions() {
    let cases: [(HashingError, String)] = [
      (.notFinite(buffer: .weights, index: 7), "the weights: element 7 is NaN or infinite"),
      (
        .wrongSize(buffer: .gram, expected: 4, found: 3),
        "the Gram matrix: expected 4 elements, found 3"
      ),
      (
        .invalidOption(name: "codes", value: "5", allowed: "1 to 4"),
        "codes 5 is not allowed; expected 1 to 4"
      ),
      (
        .kernelsUnavailable(name: "mmx", available: ["reference", "avx2"]),
        "SIGNET_KERNELS names 'mmx', which is not available here; available: reference, avx2"
      ),
    ]
    for (error, text) in cases { #expect(error.description == text) }
  }

  @Test("options out of range are named")
  func options() throws {
    let problem = try problem()
    #expect(
      throws: HashingError.invalidOption(name: "codes", value: "5", allowed: "1 to 4")
    ) { try DescentSolver(HashingOptions(codes: 5)).solve(problem) }
    #expect(
      throws: HashingError.invalidOption(name: "threads", value: "0", allowed: "1 or more")
    ) { try DescentSolver(HashingOptions(threads: 0)).solve(problem) }
    #expect(
      throws: HashingError.invalidOption(name: "sweeps", value: "-1", allowed: "0 or more")
    ) { try ReferenceSolver(sweeps: -1).solve(problem) }
  }

  @Test("the environment chooses kernels")
  func environment() throws {
    #expect(
      try Kernels.chosen(environment: ["SIGNET_KERNELS": "reference"]).instructionSet == .reference)
    #expect(try Kernels.chosen(environment: [:]).instructionSet == Kernels.available.last)
    #expect(
      try Kernels.chosen(environment: ["SIGNET_KERNELS": ""]).instructionSet
        == Kernels.available.last)
    if Kernels.available.contains(.avx512) {
      // The runtime's tile kernels have no counterpart here.
      #expect(
        try Kernels.chosen(environment: ["SIGNET_KERNELS": "amx"]).instructionSet == .avx512)
    }
    #expect(
      thrown(HashingError.self) { try Kernels.chosen(environment: ["SIGNET_KERNELS": "x"]) }
        == "SIGNET_KERNELS names 'x', which is not available here; available: "
        + Kernels.available.map(\.rawValue).joined(separator: ", "))
  }
}
