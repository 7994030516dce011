import SignetModel

/// What hashing found for a whole layer.
struct SolvedLayer: Sendable {
  var codes: BinaryCodes
  /// To be added to the layer's outputs: N; zeros when not centred.
  var offset: [Float]
  var record: LayerRecord
  /// What each filter's outputs miss, squared: N; empty where it is not known any more.
  var objective: [Double] = []
}
