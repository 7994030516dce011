/// Factors of a binary weight's input channels, the same at each position of the kernel. With
/// binary codes they say which channels count for more.
public struct InputScales: Sendable, Hashable {
  /// c, above 0: groups × I
  public let values: FloatValues
  /// I: input channels of one group.
  public let channelCount: Int

  /// - Parameters:
  ///   - values: c, groups × I
  ///   - channelCount: I
  /// - Throws: ``WeightError`` if the numbers are not those of whole groups.
  public init(_ values: FloatValues, channelCount: Int) throws(WeightError) {
    guard channelCount > 0, values.count > 0, values.count % channelCount == 0 else {
      throw .inputScales(channels: channelCount, found: values.count)
    }
    self.values = values
    self.channelCount = channelCount
  }

  /// - Parameters:
  ///   - values: c, groups × I
  ///   - channelCount: I
  /// - Throws: ``WeightError`` if the numbers are not those of whole groups.
  public init(_ values: [Float], channelCount: Int) throws(WeightError) {
    try self.init(FloatValues(values), channelCount: channelCount)
  }

  /// How many groups of filters read input channels of their own.
  public var groupCount: Int { values.count / channelCount }

  /// - Throws: ``WeightError`` if filters of S elements cannot have I channels, or N filters not as
  ///   many groups.
  func check(filterCount: Int, patchLength: Int) throws(WeightError) {
    guard patchLength % channelCount == 0, filterCount % groupCount == 0 else {
      throw .inputScalesOfOthers(
        channels: channelCount, groups: groupCount, filters: filterCount, patchLength: patchLength)
    }
  }
}
