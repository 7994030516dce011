import NetworkOracle
import SignetModel
import SignetRuntime
import Testing

/// Which kernel a binary layer runs on: tables of signed sums pay with many filters and few codes.
@Suite struct KernelChoiceTests {
  /// The sets whose pointwise kernels' costs are known.
  static let kernels = KernelSet.available.filter { ["avx2", "avx512"].contains($0.name) }

  private func kernel(
    _ kernels: KernelSet, inputs: Int, filters: Int, codes: Int
  ) throws -> String {
    var builder = GraphBuilder(inputShape: .map(3, 5, 5))
    let wide = builder.append(
      "wide",
      .convolution(Convolution(inputChannels: 3, outputChannels: inputs, kernel: Size2D(1))),
      builder.input)
    let layer = builder.append(
      "layer",
      .convolution(
        Convolution(inputChannels: inputs, outputChannels: filters, kernel: Size2D(1))),
      wide)
    let model = try Model.random(builder.graph(output: layer), weights: .codes(codes))
    var tester = EngineTester(model: model, images: 1)
    tester.options = Engine.Options(kernels: kernels)
    try tester.run()
    let engine = try Engine(model: model, options: tester.options)
    let step = try #require(engine.plan.steps.first { $0.nodes.contains { $0.name == "layer" } })
    return step.kernel
  }

  @Test(arguments: kernels)
  func manyFiltersAreLookedUp(_ kernels: KernelSet) throws {
    let kernel = try kernel(kernels, inputs: 256, filters: 512, codes: 1)
    #expect(kernel.hasPrefix("b1"), "\(kernel)")
  }

  @Test(arguments: kernels)
  func fewFiltersAreMultiplied(_ kernels: KernelSet) throws {
    for codes in 1...3 {
      let kernel = try kernel(kernels, inputs: 96, filters: 16, codes: codes)
      #expect(kernel.contains("_pointwise_"), "\(codes): \(kernel)")
    }
  }

  @Test(arguments: kernels)
  func manyCodesOfShortPatchesAreMultiplied(_ kernels: KernelSet) throws {
    let kernel = try kernel(kernels, inputs: 16, filters: 128, codes: 4)
    #expect(kernel.contains("_pointwise_"), "\(kernel)")
  }
}
