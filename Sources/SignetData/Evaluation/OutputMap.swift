import SignetModel

/// An output that has numbers for each place of an image, and how they lie.
public struct OutputMap: Sendable, Hashable {
  /// The output's name.
  public let name: String
  /// Numbers per place.
  public let channels: Int
  /// Rows.
  public let height: Int
  /// Columns.
  public let width: Int
  /// Whether a place's numbers lie beside one another: height × width × channels.
  public let isChannelsLast: Bool
  /// What the numbers are.
  public let content: MapContent

  /// - Returns: `nil` for an output that is no map
  public init?(_ output: GraphOutput, of model: Model) {
    let extents = model.graph.shape(of: output).extents
    name = output.name
    content = model.mapContent(of: output)
    if extents.count == 2, content == .classNumbers {
      (channels, height, width) = (1, extents[0], extents[1])
      isChannelsLast = false
      return
    }
    guard extents.count == 3 else { return nil }
    // A file that lays images so lays maps so, unless its own shape speaks against it.
    let fileIsChannelsLast = model.interface?.inputs.first?.isChannelsLast ?? false
    isChannelsLast =
      Shape(extents).isChannelsLastMap
      || fileIsChannelsLast && extents[2] < min(extents[0], extents[1])
    (channels, height, width) =
      isChannelsLast
      ? (extents[2], extents[0], extents[1]) : (extents[0], extents[1], extents[2])
    guard height * width > 1 else { return nil }
  }

  /// Whether labels of 8 bits can be its classes.
  public var mayHoldClasses: Bool { channels <= Int(LabelMap.ignored) }

  /// Whether it can be a picture, in grey or colours.
  public var mayBePicture: Bool { content != .classNumbers && [1, 3].contains(channels) }

  /// The class of each place, the first of several with the largest number; of one channel class 1
  /// above a threshold.
  ///
  /// - Parameter values: of one sample
  /// - Returns: height × width; `nil` where a number is none
  func classes(_ values: ArraySlice<Float>) -> [Int]? {
    guard !values.contains(where: \.isNaN) else { return nil }
    if content == .classNumbers {
      let numbers = values.compactMap { Int(exactly: $0) }
      return numbers.count == values.count ? numbers : nil
    }
    if channels == 1 { return values.map { $0 > threshold ? 1 : 0 } }
    let area = height * width
    let (placeStep, channelStep) = isChannelsLast ? (channels, 1) : (1, area)
    return values.withUnsafeBufferPointer { values in
      (0..<area).map { place in
        var best = 0
        for channel in 1..<channels
        where values[place * placeStep + channel * channelStep]
          > values[place * placeStep + best * channelStep]
        {
          best = channel
        }
        return best
      }
    }
  }

  /// Of one channel: what lies above is class 1.
  private var threshold: Float { content == .probabilities ? 0.5 : 0 }

  /// How many classes there can be; `nil`: the network does not say.
  var classCount: Int? {
    content == .classNumbers ? nil : max(2, channels)
  }
}
