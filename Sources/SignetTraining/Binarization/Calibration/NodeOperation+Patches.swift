import SignetModel

extension NodeOperation {
  var isConvolution: Bool {
    if case .convolution = self { true } else { false }
  }

  /// Whether chunks have sums of their own, which are added up in order. Where G is large, there is
  /// one, and threads share its products.
  var sumsChunksInParallel: Bool {
    patchExtractions.reduce(0) {
      $0 + GroupSums.bytes(of: $1.extraction, filters: $1.filters.count)
    } <= 8 << 20
  }

  /// One problem per group: its inputs and its filters.
  var patchExtractions: [(extraction: PatchExtraction, filters: Range<Int>)] {
    switch self {
    case .convolution(let attributes):
      let inputs = attributes.inputChannels / attributes.groups
      let filters = attributes.outputChannels / attributes.groups
      return (0..<attributes.groups).map { group in
        (
          PatchExtraction(
            channels: inputs, firstChannel: group * inputs, convolution: attributes),
          group * filters..<(group + 1) * filters
        )
      }
    case .linear(let attributes):
      return [
        (
          PatchExtraction(channels: attributes.inputs, firstChannel: 0, convolution: nil),
          0..<attributes.outputs
        )
      ]
    default:
      return []
    }
  }
}
