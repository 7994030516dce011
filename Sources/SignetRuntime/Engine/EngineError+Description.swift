extension EngineError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownKernels(let name, let available, let suggestion):
      return "no kernels are called '\(name.printable)'"
        + (suggestion.map { "; did you mean '\($0)'?" } ?? "")
        + " (this processor runs \(available.joined(separator: ", ")))"
    case .unavailableKernels(let name, let available):
      return "the kernels '\(name.printable)' cannot run on this processor, which runs "
        + available.joined(separator: ", ")
    case .option(let name, let expected, let found):
      return "\(name): expected \(expected), found \(found)"
    case .variable(let name, let expected, let found):
      return "\(name): expected \(expected), found '\(found.printable)'"
    case .tooLarge(let layer, let found):
      return "layer '\(layer.printable)': \(found) is larger than the runtime can count"
    case .missingTensor(let layer, let tensor):
      return "layer '\(layer.printable)': the model has no tensor '\(tensor.printable)'"
    case .missingValue(let layer):
      return "the value '\(layer.printable)' is read before a layer makes it"
    case .memory(let purpose, let bytes):
      return "cannot get \(bytes) bytes of memory for \(purpose)"
    case .memoryLimit(let purpose, let needed, let allowed):
      let amount = needed == .max ? "more than can be counted" : "\(needed) bytes"
      return "\(purpose): the model needs \(amount) of memory, and an engine may take \(allowed) "
        + "(memoryLimit, or SIGNET_MEMORY_LIMIT in bytes)"
    case .threads(let count):
      return "cannot start \(count) threads"
    case .inputCount(let input, let samples, let expected, let found):
      return
        "input '\(input.printable)': \(samples) samples need \(expected) numbers, found \(found)"
    case .unknownInput(let name, let expected, let suggestion):
      return "the network has no input '\(name.printable)'"
        + (suggestion.map { "; did you mean '\($0.printable)'?" } ?? "")
        + " (it takes \(expected.map { "'\($0.printable)'" }.joined(separator: ", ")))"
    case .missingInput(let name):
      return "input '\(name.printable)': expected a tensor, found none"
    case .inputExtents(let name, let expected, let found):
      return "input '\(name.printable)': expected extents of \(expected), found \(found)"
    }
  }
}
