import SignetHashing
import SignetModel

extension LayerSolving {
  /// λ of a float layer's refit: it has as many free numbers as weights, often more than patches.
  static let refitRidge: Float = 0.1

  /// The float weights that bring the outputs closest, and their offset.
  ///
  /// - Parameter groups: in the filters' order
  func refit(
    _ groups: inout [CalibrationSums]
  ) throws(TrainingError) -> (weight: Weight, offset: [Float]) {
    do {
      let floats = weight.floats
      var values: [Float] = []
      var offset: [Float] = []
      for index in groups.indices {
        let own = own(index, of: groups, in: floats)
        let problem = try groups[index].takeProblem(weights: own, centred: options.centred)
        let refitted = try problem.refittedWeights(
          ridge: max(options.ridge, Self.refitRidge), threads: threads)
        values += refitted
        offset += groups[index].outputOffset(weights: refitted, centred: options.centred)
      }
      return (try Weight(shape: weight.shape, values: values), offset)
    } catch let error as HashingError {
      throw layerError(error)
    } catch {
      throw TrainingError(error)
    }
  }
}
