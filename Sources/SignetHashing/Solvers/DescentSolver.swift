import CSignetKernels

/// The fast solver: cyclic coordinate descent that keeps h = G b, so that a flip costs one row of
/// G and a coordinate that stays costs nothing to speak of (method.md, equation 8).
///
/// Filters are worked on in blocks whose h stays in the second-level cache, blocks on threads. At
/// effort 0 it makes the steps of the paper's procedure in the paper's order; higher efforts go on from there and
/// never end worse for any filter. The same seed gives the same codes on any number of threads.
public struct DescentSolver: LayerSolver {
  /// How long to search, and with how many codes and threads.
  public var options: HashingOptions
  /// The kernels to use; nil: the fastest of this processor, or what `SIGNET_KERNELS` names.
  var instructionSet: Kernels.InstructionSet?
  /// The processes that each solve some of the filters; nil: this one solves all.
  public var sharing: (any LayerSharing)?
  /// Filters that are solved at once; nil: as many as ``LayerMemory/solvingBytes`` hold.
  var filtersAtOnce: Int?

  /// A solver; the options are checked when it is asked to solve.
  public init(_ options: HashingOptions = HashingOptions()) {
    self.options = options
  }

  /// Codes and scales of every filter.
  ///
  /// - Throws: ``HashingError`` for options that are out of range, or kernels that cannot run.
  public func solve(_ problem: LayerProblem) throws(HashingError) -> LayerSolution {
    try options.check()
    let kernels = try chosenKernels()
    return try DescentJob.solve(
      problem, options: options, kernels: kernels, atOnce: filtersAtOnce, sharing: sharing
    ) {
      $0.run()
    }
  }

  func chosenKernels() throws(HashingError) -> Kernels {
    guard let instructionSet else { return try Kernels.chosen() }
    guard let kernels = Kernels(instructionSet) else {
      throw .kernelsUnavailable(
        name: instructionSet.rawValue, available: Kernels.available.map(\.rawValue))
    }
    return kernels
  }
}
