import SignetModel

/// Why a server cannot begin.
package enum ServerError: Error, Hashable, Sendable {
  /// Others could reach the address, and nothing would keep them out.
  case tokenMissing(host: String)
  /// A token that others could guess, or that no header can hold.
  case token(reason: String)
  /// The port is taken.
  case portInUse(host: String, port: Int)
  /// The address cannot be listened on.
  case address(host: String, port: Int, reason: String)
  /// One answer of the model takes more than all requests may.
  case memory(model: String, needed: Int, allowed: Int)
}

extension ServerError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .tokenMissing(let host):
      return "others can reach '\(host.printable)', so requests must show a token: give one of at "
        + "least \(AccessRules.shortestToken) characters as SIGNET_TOKEN or with --token, or leave "
        + "--host out to listen on this machine alone"
    case .token(let reason):
      return "--token (or SIGNET_TOKEN): \(reason)"
    case .portInUse(let host, let port):
      return
        "port \(port) of \(host.printable) is taken; --port 0 takes a free one, and --take-over "
        + "shares it with a signet serve that is there, until that one stops"
    case .address(let host, let port, let reason):
      return "cannot listen on port \(port) of '\(host.printable)': \(reason) (--host, --port)"
    case .memory(let model, let needed, let allowed):
      return
        "'\(model.printable)': one request can take \(needed) bytes, and all together may take "
        + "\(allowed); --memory allows more"
    }
  }
}
