/// Names and addresses that only this machine can reach.
enum LoopbackHost {
  /// - Parameter host: without a port, IPv6 without brackets
  static func contains(_ host: String) -> Bool {
    let host = host.lowercased()
    if ["localhost", "::1"].contains(host) { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}
