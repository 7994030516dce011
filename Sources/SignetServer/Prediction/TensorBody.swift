import SignetData
import SignetModel

/// Bodies of tensors: JSON, `{"inputs": {NAME: {"shape": [N, …], "data": [numbers]}}}`, or `.npz`.
struct TensorBody {
  let bytes: [UInt8]
  let type: BodyType
  let model: Model
  /// The most samples of a request, and the most bytes that a packed one may unpack to.
  let samples: Int
  let unpackedBytes: Int

  private var inputElements: Int { model.graph.inputs.reduce(0) { $0 + $1.shape.elementCount } }

  /// Bytes that reading it takes at most.
  ///
  /// - Throws: ``RequestError`` for what unpacks to too much.
  func bytesToRead() throws(RequestError) -> Int {
    // Numbers take two bytes of text at least, and an array that grows is there twice.
    guard type == .npz else { return 8 * min(bytes.count / 2, samples * inputElements) }
    let unpacked = try mapped { () throws(DataError) in
      try TensorArchive(bytes, name: "body").unpackedBytes
    }
    guard unpacked <= unpackedBytes else {
      throw .tooLarge("the body unpacks to \(unpacked) bytes; at most \(unpackedBytes) are taken")
    }
    return 3 * unpacked
  }

  /// What was read, before it becomes tensors.
  enum Content {
    case archive(TensorSamples)
    case tensors([String: DenseTensor], count: Int)

    var count: Int {
      switch self {
      case .archive(let samples): samples.count
      case .tensors(_, let count): count
      }
    }
  }

  /// - Throws: ``RequestError`` that says what was expected and found.
  func read() throws(RequestError) -> Content {
    guard type == .npz else { return try written() }
    return .archive(
      try mapped { () throws(DataError) in
        try TensorArchive(bytes, name: "body").samples(for: model.networkInputs, limit: samples)
      })
  }

  func tensors(_ content: Content) -> [String: DenseTensor] {
    switch content {
    case .tensors(let tensors, _): return tensors
    case .archive(let samples):
      var tensors: [String: DenseTensor] = [:]
      for (input, values) in zip(model.graph.inputs, samples.values) {
        tensors[input.name] = DenseTensor(
          extents: [samples.count] + input.shape.extents, values: values)
      }
      return tensors
    }
  }

  private func mapped<Result>(
    _ body: () throws(DataError) -> Result
  ) throws(RequestError) -> Result {
    do throws(DataError) {
      return try body()
    } catch {
      throw .unusable("\(error)")
    }
  }

  private func written() throws(RequestError) -> Content {
    var given: [String: Written] = [:]
    do throws(JSONCursor.Failure) {
      given = try Written.all(bytes, limit: samples * inputElements)
    } catch {
      throw .unusable("the body is no JSON of inputs: byte \(error.offset): \(error.reason)")
    }
    let names = model.graph.inputs.map(\.name)
    if let stranger = given.keys.sorted().first(where: { !names.contains($0) }) {
      throw .unusable(
        "the model has no input '\(stranger.printable)'; it takes "
          + names.map { "'\($0.printable)'" }.joined(separator: ", "))
    }
    var tensors: [String: DenseTensor] = [:]
    var count: Int?
    for input in model.graph.inputs {
      guard let written = given[input.name] else {
        throw .unusable("expected the input '\(input.name.printable)', found none")
      }
      let (tensor, samples) = try written.tensor(for: input, limit: samples)
      guard samples == count ?? samples else {
        throw .unusable("the inputs have \(count ?? 0) and \(samples) samples")
      }
      (tensors[input.name], count) = (tensor, samples)
    }
    return .tensors(tensors, count: count ?? 0)
  }
}

/// A tensor of a JSON body.
private struct Written {
  var shape: [Int]?
  var data: [Float] = []

  private static let mostAxes = 16

  /// - Parameter limit: the most numbers of all together
  static func all(_ bytes: [UInt8], limit: Int) throws(JSONCursor.Failure) -> [String: Written] {
    var cursor = JSONCursor(bytes)
    var tensors: [String: Written] = [:]
    var seen: Set<String> = []
    var rest = limit
    try cursor.object { (cursor, key) throws(JSONCursor.Failure) in
      guard seen.insert(key).inserted, key == "inputs" else {
        throw cursor.failure("expected inputs, once, and nothing else")
      }
      try cursor.object { (cursor, name) throws(JSONCursor.Failure) in
        guard tensors[name] == nil, tensors.count < 64 else {
          throw cursor.failure("an input that stands twice, or too many")
        }
        let tensor = try Written(&cursor, limit: rest)
        rest -= tensor.data.count
        tensors[name] = tensor
      }
    }
    try cursor.expectEnd()
    return tensors
  }

  private init(_ cursor: inout JSONCursor, limit: Int) throws(JSONCursor.Failure) {
    var shape: [Int]?
    var data: [Float]?
    try cursor.object { (cursor, key) throws(JSONCursor.Failure) in
      switch key {
      case "shape" where shape == nil: shape = try cursor.counts(limit: Self.mostAxes)
      case "data" where data == nil: data = try cursor.floats(limit: limit)
      default: throw cursor.failure("expected shape and data, once each")
      }
    }
    guard let data else { throw cursor.failure("expected data") }
    (self.shape, self.data) = (shape, data)
  }

  /// One sample may come without the axis that counts samples; without a shape there are as many as
  /// the numbers make.
  func tensor(
    for input: GraphInput, limit: Int
  ) throws(RequestError) -> (DenseTensor, Int) {
    let name = input.name.printable
    let size = input.shape.elementCount
    let own = input.shape.extents
    let samples = shape == own ? 1 : shape?.first ?? data.count / max(1, size)
    guard shape == nil || shape == own || shape == [samples] + own else {
      throw .unusable(
        "input '\(name)': expected the shape \(input.shape) or N×\(input.shape), found "
          + "\(Shape(shape ?? []))")
    }
    guard (1...limit).contains(samples) else {
      throw .unusable("input '\(name)': expected 1 to \(limit) samples, found \(samples)")
    }
    guard let tensor = DenseTensor(extents: [samples] + own, values: data) else {
      throw .unusable(
        "input '\(name)': \(samples) samples need \(samples * size) numbers, found \(data.count)")
    }
    return (tensor, samples)
  }
}
