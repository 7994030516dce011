import Foundation
import Testing
import Torch

@testable import SignetTraining

/// How fast G and q come from patches, beside the best plain matrix product of the same library.
///
/// A measurement, run by `Benchmarks/hashing/gram`: a test run on a shared machine proves nothing.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["SIGNET_MEASURE"] != nil), .serialized)
struct GramThroughputTests {
  private func seconds(_ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    return try clock.measure(body) / .seconds(1)
  }

  /// Patch length S, filters N and patches M of a 3×3 layer of ResNet-18 each.
  @Test(arguments: [(576, 64, 24_000), (1152, 128, 12_000), (2304, 256, 8000), (4608, 512, 6000)])
  func gram(size: Int, filters: Int, count: Int) throws {
    let threads = ProcessInfo.processInfo.environment["SIGNET_THREADS"].flatMap(Int.init) ?? 2
    try TorchSettings.setThreads(threads)
    let side = 3072
    let square = try Tensor.ones([side, side])
    let patches = try Tensor.ones([count, size])
    let outputs = try Tensor.ones([count, filters])
    let extraction = PatchExtraction(channels: size, firstChannel: 0, convolution: nil)
    var calibration = try LayerCalibration(extraction: extraction, filters: 0..<filters)
    var products: [Double] = []
    var grams: [Double] = []
    // Alternating, so that whatever else the machine does meets both.
    for _ in 0..<7 {
      let product = try seconds { _ = try square.matmul(square) }
      products.append(2 * Double(side * side * side) / product / 1e9)
      let gram = try seconds { try calibration.add(patches: patches, outputs: outputs) }
      let useful = Double(count) * Double(size) * (Double(size + 1) + 2 * Double(filters))
      grams.append(useful / gram / 1e9)
    }
    let ratio = zip(grams, products).map(/).sorted()[3]
    let best = try #require(products.max())
    print(
      String(
        format: "| %d×%d | %d | %.0f | %.0f | %.2f |", size, filters, count, best,
        grams.sorted()[3], ratio))
    #expect(ratio >= 0.7)
  }
}
