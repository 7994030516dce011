import SignetModel
import SignetRuntime

// Foundation's tables of languages would be most of a static binary.
#if canImport(FoundationEssentials)
  import FoundationEssentials
  import Glibc
#else
  import Foundation
#endif

/// Says what an image shows, and how long it took to be ready.
@main
struct Classify {
  static func main() {
    let arguments = CommandLine.arguments.dropFirst()
    guard arguments.count == 2, let file = arguments.first, let image = arguments.last else {
      finish("usage: classify MODEL.signet IMAGE.ppm", status: 64)
    }
    do {
      try classify(URL(fileURLWithPath: image), with: URL(fileURLWithPath: file))
    } catch {
      finish("classify: error: \(error)", status: 65)
    }
  }

  private static func classify(_ image: URL, with file: URL) throws {
    let clock = ContinuousClock()
    let start = clock.now
    let model = try Model(contentsOf: file)
    let engine = try Engine(model: model)
    let ready = clock.now
    let picture = try PixelMap(contentsOf: image)
    let input = try model.input(of: picture.image()).values
    let began = clock.now
    let scores = try engine.run(input)
    let end = clock.now

    for (index, probability) in best(5, of: scores) {
      let name = model.labels.isEmpty ? "class \(index)" : model.labels[index]
      print("\(percent(probability)) \(name)")
    }
    print(
      "start-up \(milliseconds(ready - start)): the model loaded and laid out for the "
        + "\(engine.plan.kernels) kernels; first run \(milliseconds(end - began))")
  }

  /// The classes of highest probability (softmax), best first.
  private static func best(_ count: Int, of scores: [Float]) -> [(index: Int, probability: Float)] {
    let highest = scores.max() ?? 0
    let weights = scores.map { exp($0 - highest) }
    let sum = weights.reduce(0, +)
    let order = weights.indices.sorted { weights[$0] > weights[$1] }
    return order.prefix(count).map { ($0, weights[$0] / sum) }
  }

  private static func percent(_ share: Float) -> String {
    let text = decimal(Double(share) * 100, digits: 1)
    return String(repeating: " ", count: max(0, 5 - text.count)) + text + " %"
  }

  private static func milliseconds(_ duration: Duration) -> String {
    decimal(duration / .milliseconds(1), digits: 2) + " ms"
  }

  /// A number that is not negative, with so many digits behind the point.
  private static func decimal(_ value: Double, digits: Int) -> String {
    let unit = (0..<digits).reduce(1) { unit, _ in unit * 10 }
    let (whole, rest) = Int((value * Double(unit)).rounded()).quotientAndRemainder(dividingBy: unit)
    let fraction = String(rest)
    return "\(whole)." + String(repeating: "0", count: digits - fraction.count) + fraction
  }

  private static func finish(_ message: String, status: Int32) -> Never {
    let line = Array((message + "\n").utf8)
    _ = write(2, line, line.count)
    exit(status)
  }
}
