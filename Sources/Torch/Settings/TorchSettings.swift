internal import CTorch

/// Settings of libtorch that hold for the whole process.
public enum TorchSettings {
  /// For example "2.13.0".
  public static var version: String { String(cString: ctorch_version()) }

  /// Vector instructions that libtorch's own kernels were chosen for, for example "AVX2".
  public static var processorCapability: String { String(cString: ctorch_cpu_capability()) }

  /// The library file that was loaded; empty if unknown.
  public static var libraryPath: String { String(cString: ctorch_library_path()) }

  /// Chooses where tensors that are made from now on lie, and so where is computed. Call it before the
  /// first is made.
  ///
  /// - Parameter name: `cpu`, `cuda`, `cuda:N`, `mps`, or `auto`, which takes a GPU where there is one
  /// - Throws: what was looked for, where it is not there
  public static func setDevice(_ name: String) throws(TorchError) {
    try perform("device", ()) { ctorch_set_device(name) }
  }

  /// Whether tensors lie in the processor's memory.
  public static var computesOnProcessor: Bool { ctorch_computes_on_processor() }

  /// Threads within one operation; operations themselves run one after the other.
  public static var threads: Int { Int(ctorch_threads()) }

  /// Sets the threads within one operation. Call it once, before the first operation, and run the
  /// operations from one thread: libtorch keeps a pool per calling thread.
  ///
  /// The pool's threads wait spinning for about 0.8 ms after each operation and sleep afterwards, so
  /// another pool that works right then shares the cores with them. Measured on a two-core machine,
  /// that wait makes a small operation 2.5 times faster (27 against 71 µs), and a training step two
  /// to three times slower while other work keeps the cores busy. `OMP_WAIT_POLICY=passive`
  /// turns it off; it must be in the environment before the program starts.
  public static func setThreads(_ count: Int) throws(TorchError) {
    let count = Int32(clamping: count)
    try perform("setThreads", ()) { ctorch_set_threads(count) }
  }

  /// Runs `body` with this many threads within one operation, and restores the setting afterwards,
  /// also when it throws.
  public static func withThreads<Result>(
    _ count: Int, _ body: () throws -> Result
  ) throws -> Result {
    let previous = threads
    guard previous != count else { return try body() }
    try setThreads(count)
    defer { try? setThreads(previous) }
    return try body()
  }

  /// Has operations that the calling thread asks for run on it alone. Meant for threads of a pool,
  /// each of which works on its own part.
  public static func computeOnCallingThread() throws(TorchError) {
    if threads != 1 { try setThreads(1) }
  }

  /// Lets the process keep memory that is freed instead of handing it back to the system, which
  /// would fill every page with zeros anew at each training step. Cannot be undone; does nothing
  /// where the C library is not glibc.
  public static func keepFreedMemory() {
    ctorch_keep_freed_memory()
  }

  /// Hands memory back to the system when it is freed, blocks of 16 MiB and more at once: what the
  /// process takes is then what it uses. The opposite of ``keepFreedMemory()``.
  public static func returnFreedMemory() {
    ctorch_return_freed_memory()
  }

  /// Whether the processor has matrix units or full-rate vector units for bfloat16 that oneDNN may
  /// use. Where it has not, mixed precision works but is slower than float32.
  public static var hasFastBFloat16: Bool { ctorch_has_bfloat16() }

  /// Denormal numbers count as zero on the calling thread: they slow arithmetic down a hundredfold
  /// and training meets them in decayed momentum. False where the processor cannot.
  @discardableResult
  public static func setFlushDenormals(_ enabled: Bool) -> Bool {
    ctorch_set_flush_denormals(enabled)
  }
}
