import NetworkOracle
import Testing

@testable import SignetRuntime

@Suite struct ArenaPlanTests {
  @Test(arguments: 0..<60)
  func buffersAliveTogetherNeverOverlap(_ seed: UInt64) {
    var random = RandomNumbers(seed: seed)
    let buffers = (0..<Int.random(in: 1...40, using: &random)).map { _ in
      let first = Int.random(in: 0...30, using: &random)
      return BufferLifetime(
        size: Int.random(in: 1...5000, using: &random),
        steps: first...(first + Int.random(in: 0...12, using: &random)))
    }
    let plan = ArenaPlan(buffers)
    for (index, buffer) in buffers.enumerated() {
      let place = plan.offsets[index]..<(plan.offsets[index] + buffer.size)
      #expect(place.upperBound <= plan.size)
      #expect(place.lowerBound % ArenaPlan.alignment == 0)
      for other in buffers.indices where other != index {
        guard buffers[other].steps.overlaps(buffer.steps) else { continue }
        let otherPlace = plan.offsets[other]..<(plan.offsets[other] + buffers[other].size)
        #expect(!place.overlaps(otherPlace))
      }
    }
    // No step needs more than what is alive in it; all buffers apart would take the sum.
    let alive = (0...42).map { step in
      buffers.filter { $0.steps.contains(step) }.reduce(0) { $0 + $1.size }
    }
    #expect(plan.size >= alive.max() ?? 0)
    #expect(plan.size <= buffers.reduce(0) { $0 + $1.size + ArenaPlan.alignment })
  }

  @Test func aChainNeedsTwoBuffers() {
    let chain = (0..<10).map { BufferLifetime(size: 160, steps: $0...($0 + 1)) }
    #expect(ArenaPlan(chain).size == 320)
  }

  @Test func nothingNeedsNothing() {
    #expect(ArenaPlan([]).size == 0)
  }
}
