#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#endif

/// The state in which a parent hands down the three streams.
enum StandardStreams {
  /// Makes sure, before anything is opened, that no file gets the number of a stream that the parent
  /// closed: talk would be written into it. And lets writes to a closed pipe fail instead of ending
  /// the process: work must outlive whoever watches it.
  static func secure() {
    // The wrong way round, so that using a closed input or output still is an error.
    for (stream, mode) in [
      (STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_WRONLY),
    ] where fcntl(stream, F_GETFD) == -1 {
      _ = open("/dev/null", mode)
    }
    _ = endsAtBrokenPipe
  }

  /// Ends the process as a write to a closed pipe ends any tool, unless the parent had that ignored.
  static func endAtBrokenPipe() {
    guard endsAtBrokenPipe else { return }
    signal(SIGPIPE, SIG_DFL)
    raise(SIGPIPE)
  }

  /// Whether the parent left the signal as it is; ignored from the first use on.
  private static let endsAtBrokenPipe: Bool = {
    var earlier = sigaction()
    sigaction(SIGPIPE, nil, &earlier)
    signal(SIGPIPE, SIG_IGN)
    #if canImport(Darwin)
      let handler = earlier.__sigaction_u.__sa_handler
    #else
      let handler = earlier.__sigaction_handler.sa_handler
    #endif
    // The default is the null pointer, which Swift takes for no handler.
    return handler == nil
  }()
}
