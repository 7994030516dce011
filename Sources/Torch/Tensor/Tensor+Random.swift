internal import CTorch

extension Tensor {
  /// Normally distributed with mean 0 and variance 1, float32.
  public static func randn(
    _ shape: [Int], generator: Generator
  ) throws(TorchError) -> Tensor {
    try call("randn", generator) { ctorch_randn(shape, shape.count, generator.handle) }
  }

  /// Uniform in 0 ..< 1, float32.
  public static func rand(_ shape: [Int], generator: Generator) throws(TorchError) -> Tensor {
    try call("rand", generator) { ctorch_rand(shape, shape.count, generator.handle) }
  }

  /// Uniform integers of `range`, int64.
  public static func randint(
    _ range: Range<Int>, _ shape: [Int], generator: Generator
  ) throws(TorchError) -> Tensor {
    try call("randint", generator) {
      ctorch_randint(
        range.lowerBound, range.upperBound, shape, shape.count, generator.handle)
    }
  }

  /// The numbers 0 ..< count in random order, int64.
  public static func randperm(_ count: Int, generator: Generator) throws(TorchError) -> Tensor {
    try call("randperm", generator) { ctorch_randperm(count, generator.handle) }
  }
}
