import SignetModel
import Torch

/// The random directions along which outputs are differentiated: their gradients' squares are, in the
/// mean, what an error costs.
///
/// Of class scores that is KL(p ‖ p̂): a direction's covariance is diag(p) − ppᵀ. Of any other output
/// it is ‖y − ŷ‖²/‖y‖², ‖y‖² being the mean over some images: the covariance is 1/‖y‖². Directions of
/// several outputs are independent, so the squares of their sum are, in the mean, the sum of squares.
struct FisherDirections {
  let kinds: [OutputKind]

  var needEnergies: Bool { kinds.contains { !$0.isOfClasses } }

  /// - Parameters:
  ///   - outputs: N × elements each
  ///   - energies: the mean of ‖y‖², by output
  func seeds(for outputs: [Tensor], energies: [Double]) throws(TorchError) -> Seeds {
    var parts: [Seeds.Part] = []
    for (index, output) in outputs.enumerated() {
      guard kinds[index].isOfClasses else {
        let energy = energies[index]
        parts.append(
          .values(
            shape: output.shape,
            deviation: energy > 0 && energy.isFinite ? (1 / energy).squareRoot() : 0))
        continue
      }
      let probabilities = try (output * (1 / FisherWeights.temperature)).softmax(1)
      parts.append(.classes(probabilities: probabilities, roots: try probabilities.sqrt()))
    }
    return Seeds(parts: parts)
  }

  /// What directions of some images are drawn from.
  struct Seeds {
    fileprivate enum Part {
      /// N × classes
      case classes(probabilities: Tensor, roots: Tensor)
      case values(shape: [Int], deviation: Double)

      func draw(_ generator: Generator) throws(TorchError) -> Tensor {
        switch self {
        case .classes(let probabilities, let roots):
          let noise = try roots * Tensor.randn(roots.shape, generator: generator)
          return try noise - probabilities * noise.sum([1], keepDimensions: true)
        case .values(let shape, let deviation):
          return try Tensor.randn(shape, generator: generator) * deviation
        }
      }
    }

    fileprivate let parts: [Part]

    /// - Returns: N × the elements of all outputs
    func draw(_ generator: Generator) throws(TorchError) -> Tensor {
      var drawn: [Tensor] = []
      for part in parts { drawn.append(try part.draw(generator)) }
      return drawn.count == 1 ? drawn[0] : try Tensor.cat(drawn, 1)
    }
  }
}
