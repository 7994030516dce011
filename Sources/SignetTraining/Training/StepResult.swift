import Torch

/// What one step tells.
struct StepResult: Equatable {
  /// The mean over the images.
  var loss: Double
  var images: Int
  /// Images whose largest score is where it should be, if outputs are scores.
  var right: Int?
  /// Whether the run is to end.
  var isStopping = false
}

extension Ranks {
  /// The step of all processes together, and the means of batch norms' running statistics, which each
  /// has moved by what it has seen of its images; none where there is one process.
  func sum(
    _ own: StepResult, statistics: [Tensor]
  ) throws -> (result: StepResult, statistics: [Tensor]) {
    guard count > 1 else { return (own, []) }
    let images = Double(own.images)
    let numbers = try Tensor(
      [own.loss * images, images, Double(own.right ?? 0), own.isStopping ? 1 : 0].map(Float.init),
      shape: [4])
    let means = try statistics.map { try $0.clone() }
    try sum(means + [numbers])
    for tensor in means { try tensor.multiplyInPlace(1 / Double(count)) }
    let sums = try numbers.toDoubles()
    let result = StepResult(
      loss: sums[0] / sums[1], images: Int(sums[1]), right: own.right.map { _ in Int(sums[2]) },
      isStopping: sums[3] > 0)
    return (result, means)
  }
}
