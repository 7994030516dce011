import CSignet
import SignetModel
import SignetRuntime

/// Why a call of C's failed, where Signet's own errors do not say it.
enum ArgumentError: Error, CustomStringConvertible {
  case null(String)
  case index(Int, count: Int)
  case structureSize(of: String, expected: Int, found: Int)
  case layout(Int, count: Int)
  case rank(name: String, expected: String, found: Int)
  case extent(name: String, found: Int64)
  case otherExtents(name: String, expected: [Int], found: [Int])
  case unknownInput(String, expected: [String])
  case unknownOutput(String, expected: [String])
  case smallBuffer(name: String, needed: Int, found: Int)
  case text(String)

  var description: String {
    switch self {
    case .null(let name): "\(name): expected a pointer, found null"
    case .index(let index, let count): "index: expected below \(count), found \(index)"
    case .structureSize(let structure, let expected, let found):
      "size: expected \(expected), sizeof(\(structure)), found \(found)"
    case .layout(let found, let count): "image.layout: expected below \(count), found \(found)"
    case .rank(let name, let expected, let found):
      "'\(name)': rank: expected \(expected), found \(found)"
    case .extent(let name, let found): "'\(name)': extent: expected 1 or more, found \(found)"
    case .otherExtents(let name, let expected, let found):
      "input '\(name)': expected extents of \(Self.text(expected)), found \(Self.text(found))"
    case .unknownInput(let name, let expected):
      "the network has no input '\(name)': expected one of \(expected.joined(separator: ", "))"
    case .unknownOutput(let name, let expected):
      "the network has no output '\(name)': expected one of \(expected.joined(separator: ", "))"
    case .smallBuffer(let name, let needed, let found):
      "output '\(name)': expected room for \(needed) numbers, found \(found)"
    case .text(let name): "\(name): expected text in UTF-8"
    }
  }

  var status: signet_status {
    switch self {
    case .smallBuffer: SIGNET_SMALL_BUFFER
    case .extent, .rank, .otherExtents, .unknownInput: SIGNET_BAD_INPUT
    case .null, .index, .structureSize, .layout, .unknownOutput, .text: SIGNET_BAD_ARGUMENT
    }
  }

  /// An extent of 0 is any.
  private static func text(_ extents: [Int]) -> String {
    extents.map { $0 == 0 ? "N" : "\($0)" }.joined(separator: "×")
  }
}

/// Runs what may throw for C: the text of an error is kept, its kind returned.
func status(_ body: () throws -> Void) -> signet_status {
  do {
    try body()
    return SIGNET_OK
  } catch {
    "\(error)".withCString(signet_set_last_error)
    switch error {
    case let error as ArgumentError: return error.status
    case let error as EngineError: return error.status
    case is PixelImageError: return SIGNET_BAD_INPUT
    default: return SIGNET_BAD_FILE
    }
  }
}

extension EngineError {
  var status: signet_status {
    switch self {
    case .memory, .memoryLimit: SIGNET_OUT_OF_MEMORY
    case .inputCount, .unknownInput, .missingInput, .sizes, .inputExtents: SIGNET_BAD_INPUT
    case .option: SIGNET_BAD_ARGUMENT
    case .unknownKernels, .unavailableKernels, .variable, .tooLarge, .missingTensor, .missingValue,
      .threads:
      SIGNET_UNAVAILABLE
    }
  }
}
