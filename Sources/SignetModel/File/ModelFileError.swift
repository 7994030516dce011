/// Why a file could not be read or written, with the file it concerns.
public struct ModelFileError: Error, Hashable, Sendable {
  /// The file's path as it was given.
  public let path: String
  /// What is wrong.
  public let defect: Defect

  /// Names the file that `defect` was found in.
  public init(path: String, defect: Defect) {
    self.path = path
    self.defect = defect
  }

  /// What can be wrong with a file.
  public enum Defect: Error, Hashable, Sendable {
    /// The operating system refused `operation`.
    case system(operation: String, reason: String)
    /// A folder, a device or a pipe stands at the path.
    case notRegularFile
    /// Another process, whose number is known as a rule, is at work on the file.
    case locked(process: Int?)
    /// The file ends after `found` bytes, its contents need `expected`.
    case truncated(expected: Int, found: Int)
    /// The first eight bytes, the header's length, are out of range.
    case headerLength(found: UInt64, limit: Int)
    /// `part` is not the JSON it should be; `offset` counts bytes within it.
    case json(part: String, offset: Int?, reason: String)
    /// Two tensors or metadata entries share a name.
    case duplicate(name: String)
    /// The tensor's element type is `found`, which cannot be read here.
    case elementType(tensor: String, expected: String, found: String, suggestion: String?)
    /// The tensor's extents multiply to more than can be counted.
    case extents(tensor: String, found: [Int])
    /// The tensor's offsets span `found` bytes, its shape needs `expected`.
    case tensorSize(tensor: String, expected: Int, found: Int)
    /// The tensor does not start where the one before it ends.
    case offset(tensor: String, expected: Int, found: Int)
    /// Bytes after the last tensor.
    case trailingBytes(count: Int)
    /// Valid safetensors, but without what makes it a model.
    case notModel(missing: String)
    /// The format version is `found`; this version of Signet reads up to `supported`.
    case version(found: String, supported: Int)
    /// The contents' checksum is `found`; the file says `expected`.
    case checksum(expected: String, found: String)
    /// A number no trained tensor may hold.
    case value(tensor: String, index: Int, expected: String, found: Float)
    /// The tensor's bytes are no weight.
    case weight(tensor: String, WeightError)
    /// The file's nodes are no network.
    case graph(GraphError)
    /// The file's parts make no model.
    case model(ModelError)
  }
}
