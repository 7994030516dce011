import SignetModel
import Testing

@testable import SignetZoo

@Suite struct InitialisationTests {
  @Test func seedsDecideEverything() throws {
    let first = try Architecture.resnet20.model(seed: 1)
    #expect(try Architecture.resnet20.model(seed: 1) == first)
    let second = try Architecture.resnet20.model(seed: 2)
    #expect(second.weights["conv1.weight"] != first.weights["conv1.weight"])
  }

  @Test func distribution() throws {
    let model = try Architecture.resnet20.model(seed: 3)
    let weights = try #require(model.weights["layer3.1.conv1.weight"]).floats
    let bound = (6 / Float(64 * 9)).squareRoot()
    #expect(weights.allSatisfy { abs($0) <= bound })
    let variance = weights.reduce(0) { $0 + Double($1) * Double($1) } / Double(weights.count)
    // 36,864 samples: the sample variance strays by √(4/5 / n), 0.5 %; five times that.
    let expected = 2.0 / (64 * 9)
    #expect(abs(variance / expected - 1) < 0.025)
    #expect(model.weights["linear.bias"]?.floats == [Float](repeating: 0, count: 10))
    #expect(model.weights["bn1.weight"]?.floats == [Float](repeating: 1, count: 16))
    #expect(model.weights["bn1.running_var"]?.floats == [Float](repeating: 1, count: 16))
    #expect(model.weights["bn1.running_mean"]?.floats == [Float](repeating: 0, count: 16))
  }

  @Test func greyInputs() throws {
    let model = try Architecture.resnet20.model(inputShape: .map(1, 28, 28), seed: 1)
    #expect(model.preprocessing.channelOrder == .grey)
    #expect(model.preprocessing.mean.count == 1)
  }

  @Test func binaryModelKeepsBothEnds() throws {
    let model = try Architecture.resnet20.binaryModel(seed: 1)
    let layers = model.graph.layers
    #expect(layers.map(model.isBinary) == [false] + Array(repeating: true, count: 18) + [false])
    let float = try Architecture.resnet20.model(seed: 1)
    let name = "layer1.0.conv1.weight"
    let weights = try #require(float.weights[name]).floats
    let codes = try #require(model.weights[name]?.codes)
    let first = weights.prefix(144)
    #expect(codes.scales.array[0] == Float(first.reduce(0.0) { $0 + Double(abs($1)) } / 144))
    #expect(codes.signs.prefix(144).elementsEqual(first.map { $0 > 0 ? 1 : -1 }))
  }
}
