import Foundation
import SignetModel
import Testing
import ThrownErrors

@testable import SignetData

@Suite struct VerificationTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for name in ["a", "b", "c", "d e"] {
      try folder.writePNG([9, 9, 9, 9], 2, 2, to: "faces/\(name).png")
    }
  }

  private func pairs(_ text: String) throws -> ImagePairs {
    try ImagePairs(
      contentsOf: URL(fileURLWithPath: try folder.write(text, to: "pairs.txt")))
  }

  private func measure(
    _ text: String, _ rows: [[Float]], skipping: ((DataError) -> Void)? = nil
  ) throws -> Verification {
    let model = try Model.of(.globalAveragePool, .map(3, 2, 2))
    return try Verification.measure(
      RowNetwork(rows, for: model), of: model, output: "y", pairs: pairs(text),
      skipping: skipping)
  }

  @Test func cosinesOfPairs() throws {
    let text = """
      # who is who
      faces/a.png faces/b.png same

      faces/a.png\tfaces/d e.png\tsame
      faces/a.png faces/c.png different
      faces/b.png faces/c.png different
      """
    // a, b, d e, c: cosines 0.6, 0.8; 0, 0.8 (3·0 + 4·1 over 5).
    let result = try measure(text, [[1, 0, 0], [3, 4, 0], [8, 0, 6], [0, 2, 0]])
    #expect(abs(result.meanOfSame - 0.7) < 1e-12 && abs(result.meanOfDifferent - 0.4) < 1e-12)
    // Both same at 0.6 or more, with one of the others: 3 of 4.
    #expect(result.accuracy == 75 && abs(result.threshold - 0.6) < 1e-12)
    #expect(result.pairs == 4 && result.images == 4)
  }

  @Test func theBestThresholdIsTheLargestOfThoseAsGood() {
    let result = Verification(
      [(0.9, true), (0.8, false), (0.7, true), (0.1, false)], images: 8)
    #expect(result.accuracy == 75 && result.threshold == 0.9)
    // None of equal ones falls on the other side.
    let equal = Verification([(0.5, true), (0.5, false), (0.5, false)], images: 6)
    #expect(abs(equal.accuracy - 200.0 / 3) < 1e-12 && equal.threshold == .infinity)
    let all = Verification([(0.5, true), (0.5, true), (0.5, false)], images: 6)
    #expect(abs(all.accuracy - 200.0 / 3) < 1e-12 && all.threshold == 0.5)
    #expect(Verification.cosine([0, 0], [1, 2]) == 0)
  }

  @Test func pairsOfUnreadableImagesAreLeftOut() throws {
    try folder.write("no image", to: "faces/c.png")
    let text = """
      faces/a.png faces/b.png same
      faces/a.png faces/c.png same
      faces/b.png faces/c.png different
      faces/b.png\tfaces/d e.png\tdifferent
      """
    var skipped: [DataError] = []
    let result = try measure(text, [[1, 0], [1, 0], [0, 1]]) { skipped.append($0) }
    #expect(result.pairs == 2 && result.images == 3 && skipped.count == 1)
    #expect(result.meanOfSame == 1 && result.meanOfDifferent == 0 && result.accuracy == 100)
    #expect(throws: skipped[0]) { try measure(text, [[1, 0], [1, 0], [0, 1]]) }
  }

  @Test func wrongLinesAreNamed() throws {
    let list = folder.url.appendingPathComponent("pairs.txt").path
    for line in ["a.png b.png", "a.png b.png alike", "a.png same", "a b c same"] {
      #expect(
        thrown(DataError.self) { try pairs("# pairs\n\(line)\n") }
          == "\(list): line 2: expected 'path path same' or 'path path different', found '\(line)'")
    }
    #expect(
      thrown(DataError.self) { try pairs("a.png b.png same\na.png c.png same\n") }
        == "\(list): expected pairs of both kinds, 'same' and 'different', found 2 and 0")
  }
}
