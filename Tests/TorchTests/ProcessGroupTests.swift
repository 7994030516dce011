import Foundation
import SideBySide
import Testing
import Torch

/// Several members of one group, each on a thread: they meet over sockets as processes do.
@Suite(.serialized) struct ProcessGroupTests {
  private static let count = 3

  /// Runs a body in each member; the members' results in order.
  private static func together<Result: Sendable>(
    _ count: Int = count, _ body: @escaping @Sendable (ProcessGroup) throws -> Result
  ) throws -> [Result] {
    let port = UInt16.random(in: 30_000..<50_000)
    return try sideBySide(count) { rank in
      let store = try ProcessStore(
        host: "127.0.0.1", port: port, serves: rank == 0, prefix: "test", timeout: 20)
      return try body(ProcessGroup(store: store, rank: rank, count: count, timeout: 20))
    }
  }

  @Test func eachTensorBecomesTheSumInAllMembers() throws {
    let sums = try Self.together { group in
      let own = Float(group.rank + 1)
      let tensors = [
        try Tensor([own, 10 * own], shape: [2]), try Tensor([100 * own], shape: [1]),
      ]
      try group.sumInPlace(tensors)
      return try tensors.flatMap { try $0.toFloats() }
    }
    for sum in sums { #expect(sum == [6, 60, 600]) }
  }

  @Test func membersAreGatheredInTheirOrderAndTakeWhatOneHas() throws {
    let found = try Self.together { group in
      let own = try Tensor([UInt8(group.rank), 7], shape: [2])
      let all = try group.gather(own)
      let common = try Tensor([Float(group.rank)], shape: [1])
      try group.broadcast(common, from: 2)
      return (all.shape, try all.toBytes(), try common.item())
    }
    for (shape, bytes, common) in found {
      #expect(shape == [3, 2])
      #expect(bytes == [0, 7, 1, 7, 2, 7])
      #expect(common == 2)
    }
  }

  /// Σ over members of rank² · x, squared: each member's gradient has all members' losses in it.
  @Test func gradientsFlowThroughASum() throws {
    let gradients = try Self.together { group in
      let x = try Tensor([Float(group.rank + 1)], shape: [1])
      try x.setRequiresGrad()
      let sum = try group.sum(x)
      try (sum * sum).sum().backward()
      return try #require(try x.grad).item()
    }
    // d/dx Σ_members (1 + 2 + 3)² = 3 · 2 · 6
    #expect(gradients == [36, 36, 36])
  }

  @Test func gradientsAreAveragedWhereverTheyAreAndMissingOnesDoNotHang() throws {
    let found = try Self.together { group in
      let (used, unused) = (try Tensor.ones([4, 4]), try Tensor.ones([3]))
      for tensor in [used, unused] { try tensor.setRequiresGrad() }
      let reducer = try GradientReducer(
        group: group, parameters: [used, unused], bucketBytes: 32)
      var gradients: [Float] = []
      for step in 1...3 {
        try used.clearGrad()
        let loss = try (used * Double(step * (group.rank + 1))).sum()
        try reducer.prepare(for: loss)
        try loss.backward()
        gradients.append(try #require(try used.grad).toFloats()[5])
      }
      return gradients
    }
    for gradients in found { #expect(gradients == [2, 4, 6]) }
  }

  @Test func aLostMemberIsAnError() throws {
    let found = try Self.together(2) { group in
      guard group.rank == 0 else { return "gone" }
      // The other's connections close with it.
      Thread.sleep(forTimeInterval: 0.3)
      do throws(TorchError) {
        try group.sumInPlace([Tensor.ones([1])])
        return "no error"
      } catch {
        return error.operation
      }
    }
    #expect(found == ["sum over processes", "gone"])
  }

  @Test func theStoreKeepsTextsAndTheFirstOffer() throws {
    let store = try ProcessStore(
      host: "127.0.0.1", port: UInt16.random(in: 30_000..<50_000), serves: true, prefix: "a",
      timeout: 5)
    #expect(try store.value("none") == nil)
    try store.set("place", "step 1")
    try store.set("place", "step 2")
    #expect(try store.value("place") == "step 2")
    try store.offer("lost", "first")
    try store.offer("lost", "second")
    #expect(try store.value("lost") == "first")
  }
}
