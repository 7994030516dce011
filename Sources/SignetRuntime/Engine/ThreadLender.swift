import CSignetKernels

/// Threads of the program that an engine runs inside of.
package struct ThreadLender: @unchecked Sendable {
  /// Calls a function once for each of 0 ..< count, on threads of its own choice, and returns after
  /// the last.
  package typealias ParallelFor =
    @convention(c) (
      UnsafeMutableRawPointer?, (@convention(c) (UnsafeMutableRawPointer?, Int) -> Void)?,
      UnsafeMutableRawPointer?, Int
    ) -> Void

  /// How many may come at most; 1 or more.
  let threads: Int
  let parallelFor: ParallelFor
  /// The first argument of ``parallelFor``.
  let owner: UnsafeMutableRawPointer?

  /// Threads that are there while the run takes place.
  package init(
    threads: Int, _ parallelFor: @escaping ParallelFor, owner: UnsafeMutableRawPointer?
  ) {
    self.threads = threads
    self.parallelFor = parallelFor
    self.owner = owner
  }
}
