import Foundation
import SignetHashing
import SignetModel
import Testing
import Torch

@testable import SignetTraining

/// How fast G and q come from patches, beside the best plain matrix product of the same library.
///
/// A measurement, run by `Benchmarks/hashing/gram`: a test run on a shared machine proves nothing.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["SIGNET_MEASURE"] != nil), .serialized)
struct GramThroughputTests {
  /// Processor time per thread, which other work on the machine disturbs least.
  private func seconds(threads: Int, _ body: () throws -> Void) rethrows -> Double {
    func now() -> Double {
      var time = timespec()
      clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
      return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
    }
    let start = now()
    try body()
    return (now() - start) / Double(threads)
  }

  /// Patch length S, filters N and patches M of a 3×3 layer of ResNet-18 each.
  @Test(
    arguments: [true, false],
    [(576, 64, 24_000), (1152, 128, 12_000), (2304, 256, 8000), (4608, 512, 6000)])
  func gram(weighted: Bool, layer: (Int, Int, Int)) throws {
    let (size, filters, count) = layer
    let threads = ProcessInfo.processInfo.environment["SIGNET_THREADS"].flatMap(Int.init) ?? 2
    try TorchSettings.setThreads(threads)
    TorchSettings.keepFreedMemory()
    let side = 3072
    let square = try Tensor.ones([side, side])
    let patches = try Tensor.ones([count, size])
    let outputs = try Tensor.ones([count, filters])
    let weights = weighted ? try Tensor.ones([count]) : nil
    let extraction = PatchExtraction(
      channels: size / 9, firstChannel: 0,
      convolution: Convolution(
        inputChannels: size / 9, outputChannels: filters, kernel: Size2D(3)))
    let kernels = try KernelProducts(threads: threads)
    var calibration = GroupSums(extraction: extraction, filters: 0..<filters)
    var products: [Double] = []
    var grams: [Double] = []
    // Alternating, so that whatever else the machine does meets both.
    for _ in 0..<7 {
      let product = try seconds(threads: threads) { _ = try square.matmul(square) }
      products.append(2 * Double(side * side * side) / product / 1e9)
      let gram = try seconds(threads: threads) {
        try calibration.add(
          patches: patches, outputs: outputs, weights: weights, products: kernels)
      }
      let useful = Double(count) * Double(size) * (Double(size + 1) + 2 * Double(filters))
      grams.append(useful / gram / 1e9)
    }
    let ratio = zip(grams, products).map(/).sorted()[3]
    let best = try #require(products.max())
    print(
      String(
        format: "| %d×%d | %@ | %d | %.0f | %.0f | %.2f |", size, filters,
        weighted ? "yes" : "no", count, best, grams.sorted()[3], ratio))
    #expect(ratio >= 0.7)
  }
}
