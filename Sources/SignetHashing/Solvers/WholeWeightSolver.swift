/// Finds whole binary weights W = c ∘ (Σ_k α_k b_k + β): codes by ``DescentSolver``, and around them a
/// constant per filter, a scale per input channel and a number of codes of each filter's own
/// (method.md, equations 18 to 20).
///
/// The constant is exact for whatever codes there are. Scales of inputs and codes are fitted in
/// turn, and only the last turn searches long.
public struct WholeWeightSolver: LayerSolver {
  /// Turns of codes and scales of inputs.
  static let rounds = 3

  /// How codes are searched for; `codes` is not used.
  public var options: HashingOptions
  /// K of each filter, N.
  public var codeCounts: [Int]
  /// Whether each filter has a constant β.
  public var fitsConstants: Bool
  /// C, channels that have a scale c, of S/C inputs each; `nil`: there are no such scales.
  public var inputChannels: Int?
  /// What a squared error of each filter counts beside others' where they share c, N; `nil`: all
  /// alike.
  public var importance: [Double]?

  /// What searches for codes, given options with the number of codes.
  public var codeSolver: @Sendable (HashingOptions) -> any LayerSolver = { DescentSolver($0) }

  /// A solver; what it is given is checked when it is asked to solve.
  public init(
    _ options: HashingOptions, codeCounts: [Int], fitsConstants: Bool = true,
    inputChannels: Int? = nil, importance: [Double]? = nil
  ) {
    self.options = options
    self.codeCounts = codeCounts
    self.fitsConstants = fitsConstants
    self.inputChannels = inputChannels
    self.importance = importance
  }

  /// Codes, scales and constants of every filter.
  ///
  /// - Throws: ``HashingError`` for options that are out of range or do not fit the problem, or
  ///   kernels that cannot run.
  public func solve(_ problem: LayerProblem) throws(HashingError) -> LayerSolution {
    try check(problem)
    let products = KernelProducts(kernels: try Kernels.chosen(), threads: options.threads)
    let found: FilterCodes
    var scales: [Float]?
    if let inputChannels {
      let fit = InputScaleFit(
        problem: problem, channelCount: inputChannels,
        importance: importance ?? [Double](repeating: 1, count: problem.filterCount),
        products: products)
      (found, scales) = try alternated(problem, fit)
    } else {
      found = try codes(
        ReducedProblem(problem, inputScales: nil, constants: fitsConstants), options)
    }
    return try found.solution(
      of: problem, inputScales: scales, fitsConstants: fitsConstants, products: products)
  }

  /// Codes and scales of inputs in turn.
  private func alternated(
    _ problem: LayerProblem, _ fit: InputScaleFit
  ) throws(HashingError) -> (FilterCodes, [Float]) {
    var brief = options
    brief.effort = min(options.effort, .starts)
    var scales = fit.start()
    var flips = 0
    for round in 1...Self.rounds {
      let reduced = try ReducedProblem(
        problem, inputScales: fit.spread(scales), constants: fitsConstants)
      var found = try codes(reduced, round < Self.rounds ? brief : options)
      flips += found.flips
      found.flips = flips
      scales = fit.refitted(scales, estimate: found.estimate)
      guard round == Self.rounds else { continue }
      let last = try ReducedProblem(
        problem, inputScales: fit.spread(scales), constants: fitsConstants)
      return (try refitted(found, to: last), scales)
    }
    preconditionFailure("there is at least one round")
  }

  /// Codes of every filter, those with equally many codes together.
  private func codes(
    _ reduced: ReducedProblem, _ options: HashingOptions
  ) throws(HashingError) -> FilterCodes {
    var found = FilterCodes(counts: codeCounts, patchLength: reduced.problem.patchLength)
    for (own, filters) in parts(options) {
      try found.take(
        codeSolver(own).solve(reduced.problem.with(filters: filters)), filters: filters)
    }
    found.fitConstants(reduced)
    return found
  }

  /// The best scales of the same codes.
  private func refitted(
    _ known: FilterCodes, to reduced: ReducedProblem
  ) throws(HashingError) -> FilterCodes {
    var found = known
    for (own, filters) in parts(options) {
      let rows = known.rows(of: filters)
      try found.take(
        DescentSolver(own).fitted(
          rows.codes, scales: rows.scales, to: reduced.problem.with(filters: filters)),
        filters: filters)
    }
    found.fitConstants(reduced)
    found.flips = known.flips
    return found
  }

  /// The filters of each number of codes, and the options to solve them with.
  private func parts(_ options: HashingOptions) -> [(HashingOptions, filters: [Int])] {
    Set(codeCounts).sorted().map { count in
      var own = options
      own.codes = count
      return (own, codeCounts.indices.filter { codeCounts[$0] == count })
    }
  }

  private func check(_ problem: LayerProblem) throws(HashingError) {
    guard codeCounts.count == problem.filterCount else {
      throw .wrongSize(
        buffer: .codeCounts, expected: problem.filterCount, found: codeCounts.count)
    }
    if let importance {
      try checkSize(importance, .importance, problem.filterCount)
      try checkFinite(importance, .importance)
    }
    if let inputChannels, inputChannels < 1 || problem.patchLength % inputChannels != 0 {
      throw .invalidOption(
        name: "input channels", value: "\(inputChannels)",
        allowed: "a divisor of the patch length \(problem.patchLength)")
    }
  }
}

extension LayerProblem {
  /// The problem of some of the filters.
  fileprivate func with(filters: [Int]) throws(HashingError) -> LayerProblem {
    guard filters.count < filterCount else { return self }
    func rows(_ values: [Float]) -> [Float] {
      filters.flatMap { values[$0 * patchLength..<($0 + 1) * patchLength] }
    }
    return try LayerProblem(
      patchLength: patchLength, filterCount: filters.count, gram: gram,
      correlation: rows(correlation), weights: rows(weights),
      energy: filters.map { energy[$0] })
  }
}
