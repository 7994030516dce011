import Foundation
import SideBySide
import Testing
import ThrownErrors

@testable import SignetHashing

@Suite("Layers solved by several processes") struct LayerSharingTests {
  @Test("the solution is that of one process", arguments: [1, 2], [2, 3, 5])
  func same(codes: Int, processes: Int) throws {
    let problem = try RandomLayer(
      seed: 4, patchLength: 30, filterCount: 7, drift: 0.2, mean: 0.3
    ).problem()
    let solver = DescentSolver(HashingOptions(effort: .search, codes: codes, seed: 9))
    let alone = try solver.solve(problem)
    let table = Table(processes)
    let solutions = try sideBySide(processes) { place in
      var own = solver
      own.sharing = Member(place: place, table: table)
      return try own.solve(problem)
    }
    for solution in solutions { #expect(solution == alone) }
  }

  @Test("a solution's bytes are the solution, and no part of them is")
  func bytes() throws {
    let problem = try RandomLayer(
      seed: 4, patchLength: 9, filterCount: 2, drift: 0.2, mean: 0.3
    ).problem()
    let solution = try DescentSolver(HashingOptions(codes: 2)).solve(problem)
    let bytes = solution.bytes
    #expect(LayerSolution(bytes: bytes) == solution)
    for length in [0, 1, 39, 40, bytes.count - 1] {
      #expect(LayerSolution(bytes: Array(bytes.prefix(length))) == nil)
    }
    #expect(LayerSolution(bytes: bytes + [0]) == nil)
  }

  @Test("a process that sends nothing is an error")
  func silent() throws {
    struct Silent: LayerSharing {
      let place = 0
      let count = 2
      func gather(_ own: [UInt8]) throws(HashingError) -> [[UInt8]] { [own, []] }
    }
    let problem = try RandomLayer(
      seed: 4, patchLength: 9, filterCount: 4, drift: 0.2, mean: 0.3
    ).problem()
    var solver = DescentSolver(HashingOptions())
    solver.sharing = Silent()
    #expect(
      thrown(HashingError.self) { try solver.solve(problem) }
        == "another process sent no solution of part 1")
  }
}

/// Where members leave their bytes and wait for the others'.
private final class Table: @unchecked Sendable {
  private let condition = NSCondition()
  let count: Int
  private var rounds: [[Int: [UInt8]]] = []

  init(_ count: Int) {
    self.count = count
  }

  func exchange(_ bytes: [UInt8], from place: Int) -> [[UInt8]] {
    condition.lock()
    defer { condition.unlock() }
    var round = rounds.firstIndex { $0[place] == nil }
    if round == nil {
      rounds.append([:])
      round = rounds.count - 1
    }
    let index = round ?? 0
    rounds[index][place] = bytes
    condition.broadcast()
    while rounds[index].count < count { condition.wait() }
    return rounds[index].sorted { $0.key < $1.key }.map(\.value)
  }
}

private struct Member: LayerSharing {
  let place: Int
  let table: Table
  var count: Int { table.count }

  func gather(_ own: [UInt8]) throws(HashingError) -> [[UInt8]] {
    table.exchange(own, from: place)
  }
}
