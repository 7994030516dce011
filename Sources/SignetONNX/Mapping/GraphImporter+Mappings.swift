/// The operators that may read values computed from the image.
extension GraphImporter {
  typealias Mapping =
    @Sendable (inout GraphImporter, NodeContext) throws(NodeFailure) -> [ImportedValue]

  static let mappings: [String: Mapping] =
    [
      layerMappings, poolingMappings, activationMappings, arithmeticMappings, viewMappings,
      regionMappings, sequenceMappings, elementaryMappings, binaryMappings, reductionMappings,
      normalizationMappings, resizeMappings, transposedConvolutionMappings, gridMappings,
      quantizationMappings, contributedMappings, rankingMappings, einsumMappings,
      recurrenceMappings, placeMappings, branchMappings, quantizerMappings,
      signetMappings, gridSampleMappings, dynamicQuantizationMappings,
    ].reduce(into: [:]) { all, some in all.merge(some) { first, _ in first } }
}
