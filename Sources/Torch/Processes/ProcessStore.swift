internal import CTorch

/// What processes tell one another by name: texts kept by one of them, or by what started them
/// (libtorch's `TCPStore`).
// Unchecked: the handle never changes, and libtorch locks the connection for each request.
public final class ProcessStore: @unchecked Sendable {
  let handle: OpaquePointer

  /// - Parameters:
  ///   - serves: whether this process keeps the store, for all of them
  ///   - prefix: what tells this run's names from those of another
  ///   - timeout: seconds that a request, and finding the store, may take
  public init(
    host: String, port: UInt16, serves: Bool, prefix: String, timeout: Double
  ) throws(TorchError) {
    guard let handle = ctorch_store_connect(host, port, serves, prefix, timeout) else {
      throw .latest("process store")
    }
    self.handle = handle
  }

  deinit {
    ctorch_store_free(handle)
  }

  /// Seconds that a request may take from now on.
  public func setTimeout(_ seconds: Double) throws(TorchError) {
    try perform("process store", self) { ctorch_store_set_timeout(handle, seconds) }
  }

  /// Sets a value, or replaces it.
  public func set(_ key: String, _ text: String) throws(TorchError) {
    try perform("process store", self) { ctorch_store_set(handle, key, text) }
  }

  /// Sets a value unless some process has.
  public func offer(_ key: String, _ text: String) throws(TorchError) {
    try perform("process store", self) { ctorch_store_offer(handle, key, text) }
  }

  /// The value; `nil` where none is set.
  public func value(_ key: String) throws(TorchError) -> String? {
    var isThere = false
    try perform("process store", self) { ctorch_store_has(handle, key, &isThere) }
    guard isThere else { return nil }
    let bytes = try call("process store", self) { ctorch_store_get(handle, key) }.toBytes()
    return String(decoding: bytes, as: UTF8.self)
  }
}
