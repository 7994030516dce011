import SignetTraining

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#endif

/// What Ctrl-C and a termination request do.
enum Interruption {
  /// The first signal asks the running work to stop at its next safe point; a second one ends the
  /// process at once.
  static func stopAtNextSafePoint() {
    install { _ in Interruption.flag.pointee = 1 }
  }

  /// The process ends at once, with the exit code of an interruption.
  static func exitAtOnce() {
    install { _ in _exit(ExitStatus.interrupted.rawValue) }
  }

  static var isRequested: Bool { flag.pointee != 0 }

  /// For work that ends at its next safe point.
  static var cancellation: Cancellation { Cancellation { isRequested } }

  /// A signal handler may do nothing but store to such a word. It lives outside Swift's objects
  /// and is never freed, so the handler touches no memory that anyone manages.
  nonisolated(unsafe) private static let flag: UnsafeMutablePointer<sig_atomic_t> = {
    let word = UnsafeMutablePointer<sig_atomic_t>.allocate(capacity: 1)
    word.initialize(to: 0)
    return word
  }()

  private static func install(_ handler: @escaping @convention(c) (Int32) -> Void) {
    // Made before a signal can come: the handler must not be the first to touch it.
    flag.pointee = 0
    var action = sigaction()
    #if canImport(Darwin)
      action.__sigaction_u.__sa_handler = handler
    #else
      action.__sigaction_handler.sa_handler = handler
    #endif
    action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND)) | SA_RESTART
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGINT, SIGTERM] {
      sigaction(signal, &action, nil)
      sigaddset(&signals, signal)
    }
    // A parent that starts us from a thread of a pool may hand its blocked signals down.
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }
}
