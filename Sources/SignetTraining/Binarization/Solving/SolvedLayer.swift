import SignetModel

/// What hashing found for a whole layer.
struct SolvedLayer: Sendable {
  var codes: BinaryCodes
  /// To be added to the layer's outputs: N; zeros when not centred.
  var offset: [Float]
  var record: LayerRecord
}
