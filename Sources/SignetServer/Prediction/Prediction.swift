import Foundation
import NIOCore
import SignetData
import SignetModel
import SignetRuntime

/// One request for a prediction: what is to be run, and how the answer is wanted.
struct Prediction: Sendable {
  let model: ServedModel
  let type: BodyType
  /// Classes that are named, at most.
  let top: Int
  /// Whether maps come as pictures instead of numbers.
  let drawsMaps: Bool
  /// Whether the time of each step is wanted.
  let timesLayers: Bool
  let limits: ServerSettings

  /// Bytes that a number of an output may take: twice as a float, and as text; and as pixels.
  static let bytesPerOutput = 8 + JSONWriter.bytesPerFloat
  /// Bytes that a number of an input may take: as it comes, and three times as a float.
  static let bytesPerInput = 24

  /// - Parameters:
  ///   - waited: milliseconds in the queue
  ///   - ran: told the seconds of the run
  func run(
    _ body: RequestBody, engine: Engine, memory: RequestMemory, deadline: Date, waited: Double,
    ran: (Double) -> Void
  ) throws(RequestError) -> Response {
    let clock = ContinuousClock()
    let start = clock.now
    let bytes = Array(body.bytes.readableBytesView)
    let input = try PredictionInput(bytes, of: self, memory: memory, deadline: deadline)
    guard Date() < deadline else { throw .outOfTime }
    let began = clock.now
    let outputs: [String: DenseTensor]
    let steps: [Double]
    do throws(EngineError) {
      (outputs, steps) = try engine.measuredRun(input.tensors)
    } catch {
      throw .unusable("\(error)")
    }
    let seconds = (clock.now - began) / .seconds(1)
    ran(seconds)
    for (name, tensor) in outputs where !tensor.values.allSatisfy(\.isFinite) {
      throw .unusable("the output '\(name.printable)' holds what is no number")
    }
    let answer = PredictionAnswer(
      prediction: self, count: input.count, outputs: outputs, imageSize: input.imageSize,
      layers: timesLayers
        ? zip(engine.plan.steps, steps).map { ($0.name, $0.kernel, $1 * 1e3) } : nil,
      milliseconds: .init(
        queue: waited, input: .milliseconds(began - start), run: seconds * 1e3))
    var response = Response(json: answer.json)
    response.claim = input.claim
    input.claim.shrink(to: response.body.capacity)
    return response
  }
}
