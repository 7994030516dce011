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
}
