import SignetModel

extension Weight {
  /// The largest share of all squared weights that one input channel has, of a layer's weight of
  /// O × C × kH × kW or O × C.
  ///
  /// Integer kernels round all inputs by the largest of them. Where weights rest on one channel, as
  /// behind a channel that hardly ever leaves zero, its inputs may be small beside the others', and
  /// their rounding errors are multiplied by all its weights.
  var concentration: Double {
    guard shape.count >= 2 else { return 0 }
    let area = shape.dropFirst(2).reduce(1, *)
    var energies = [Double](repeating: 0, count: shape[1])
    for (index, weight) in floats.enumerated() {
      energies[index / area % shape[1]] += Double(weight) * Double(weight)
    }
    let total = energies.reduce(0, +)
    return total > 0 ? (energies.max() ?? 0) / total : 0
  }
}
