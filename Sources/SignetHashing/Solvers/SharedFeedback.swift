/// Error-feedback rounding for all jobs of a layer: its factor depends on G alone, costs S³/3 and is
/// as large as G. Made when it is first asked for.
final class SharedFeedback {
  private let problem: PaddedProblem
  private let products: KernelProducts
  private var known: ErrorFeedback??

  init(_ problem: PaddedProblem, products: KernelProducts) {
    self.problem = problem
    self.products = products
  }

  /// Nil where G has no usable factor.
  var value: ErrorFeedback? {
    if let known { return known }
    let made = ErrorFeedback(problem, products: products)
    known = .some(made)
    return made
  }
}
