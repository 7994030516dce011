import SignetModel

/// The array of a file that is given to one input, and how its samples lie there.
struct InputSlot {
  let array: NumberArray
  /// Samples in the array.
  let count: Int
  let input: NetworkInput
  /// Whether a sample is height × width × channels where the network's is channels × height × width.
  let isChannelsLast: Bool

  /// One per input.
  ///
  /// - Throws: ``DataError/array(file:array:expected:found:)`` naming what is missing or does not fit.
  static func all(
    _ inputs: [NetworkInput], in arrays: [NumberArray], file: String
  ) throws(DataError) -> [InputSlot] {
    var slots: [InputSlot] = []
    let candidates = arrays.filter { $0.name != TensorDataset.labelsName }
    for input in inputs {
      var array = arrays.first { input.names.contains($0.name) }
      // Nothing else can be meant.
      if array == nil, inputs.count == 1, candidates.count == 1 { array = candidates[0] }
      guard let array else {
        let names = arrays.map { $0.name.isEmpty ? "one without a name" : "'\($0.name)'" }
        throw .array(
          file: file, array: input.names[0],
          expected: "an array of this name for the input of \(input.shape)",
          found: names.isEmpty ? "no array" : names.prefix(8).joined(separator: ", "))
      }
      slots.append(try InputSlot(array, for: input, file: file))
    }
    return slots
  }

  private init(_ array: NumberArray, for input: NetworkInput, file: String) throws(DataError) {
    self.array = array
    self.input = input
    let layouts = [(input.fileShape, input.isChannelsLast), (input.shape, false)]
    for (shape, isChannelsLast) in layouts {
      guard let shape else { continue }
      if array.extents == shape.extents {
        count = 1
      } else if !array.extents.isEmpty, Array(array.extents.dropFirst()) == shape.extents {
        count = array.extents[0]
      } else {
        continue
      }
      self.isChannelsLast = isChannelsLast
      return
    }
    let shape = input.fileShape ?? input.shape
    throw .array(
      file: file, array: array.name, expected: "\(shape), or N×\(shape)", found: array.described)
  }

  /// A sample in the network's order.
  func sample(_ index: Int) -> [Float] {
    let size = input.shape.elementCount
    let values = array.floats(from: index * size, count: size)
    guard isChannelsLast else { return values }
    let (channels, area) = (input.shape.channels, input.shape.height * input.shape.width)
    return [Float](unsafeUninitializedCapacity: size) { output, count in
      for channel in 0..<channels {
        for place in 0..<area {
          output[channel * area + place] = values[place * channels + channel]
        }
      }
      count = size
    }
  }
}

extension NetworkInput {
  /// The names that an array for it may have.
  var names: [String] { [fileName, name].compactMap { $0 } }
}
