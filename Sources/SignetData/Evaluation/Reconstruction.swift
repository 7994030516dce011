import Foundation
import SignetModel

/// How near the pictures that a network gives are to those that it should.
public struct Reconstruction: Sendable, Hashable {
  /// Peak signal-to-noise ratio in dB, 10 · log₁₀(peak² ÷ mean squared error), the mean over images;
  /// infinite where a picture is exactly right.
  public let psnr: Double
  /// From black to white.
  public let peak: Double
  /// What the outputs' numbers lie within.
  public let outputRange: ClosedRange<Float>
  /// Images measured.
  public let images: Int

  /// Whether the outputs lie where a target's black and white are, and not, say, 255 times as far
  /// apart.
  public func isOfRange(_ range: ClosedRange<Float>) -> Bool {
    let margin = range.upperBound - range.lowerBound
    let width = outputRange.upperBound - outputRange.lowerBound
    return outputRange.lowerBound >= range.lowerBound - margin
      && outputRange.upperBound <= range.upperBound + margin
      && (width == 0 || width * 64 >= margin)
  }

  /// Runs all images through the network.
  ///
  /// - Parameters:
  ///   - model: of the network: says how images become its input, and the order of colours
  ///   - map: which of the outputs; of one channel or three
  ///   - targets: of `dataset`, each of the output's size
  ///   - range: a target's black and white in the output's numbers
  ///   - skipping: called for each image that cannot be read and is left out; with `nil` the
  ///     first one is thrown. So it is where no image can be read.
  ///   - progress: called after each batch with the images done and their total
  /// - Throws: ``DataError`` also for targets that are wrong, ``EvaluationError`` or what the network
  ///   or `progress` throws.
  public static func measure(
    _ network: any NamedNetwork, of model: Model, map: OutputMap, dataset: any ImageDataset,
    targets: TargetFolder, range: ClosedRange<Float> = 0...1, batchSize: Int = 16,
    skipping: ((DataError) -> Void)? = nil, progress: ((Int, Int) throws -> Void)? = nil
  ) throws -> Reconstruction {
    let peak = Double(range.upperBound) - Double(range.lowerBound)
    var sum = 0.0
    var (least, most) = (Float.infinity, -Float.infinity)
    let run = OutputRun(
      network: network, model: model, output: map.name, dataset: dataset, batchSize: batchSize,
      skipping: skipping, progress: progress)
    let images = try run.each { index, values in
      let target = try TargetImage(
        contentsOf: targets.files[index], for: map,
        isReversed: model.preprocessing.channelOrder == .bgr)
      var error = 0.0
      for (value, byte) in zip(values, target.bytes) {
        let difference =
          Double(value) - (Double(range.lowerBound) + peak * Double(byte) / 255)
        error += difference * difference
        least = min(least, value)
        most = max(most, value)
      }
      sum += 10 * log10(peak * peak * Double(values.count) / error)
    }
    return Reconstruction(
      psnr: sum / Double(max(1, images)), peak: peak, outputRange: min(least, most)...most,
      images: images)
  }
}
