import Foundation
import Testing

@testable import SignetTraining

@Suite struct RankBeatsTests {
  @Test func whoCountsUpIsNotSilent() {
    var beats = RankBeats(of: [1, 2])
    beats.heard("1 step 4", of: 1)
    beats.heard("1 step 4", of: 2)
    Thread.sleep(forTimeInterval: 0.1)
    beats.heard("2 step 5", of: 2)
    let silent = beats.silent(for: .seconds(0.05))
    #expect(silent?.rank == 1)
    #expect(silent?.place == "step 4")
    #expect(beats.silent(for: .seconds(60)) == nil)
  }

  @Test func whoNeverCameIsSilentFromTheStart() {
    let beats = RankBeats(of: [3])
    Thread.sleep(forTimeInterval: 0.02)
    let silent = beats.silent(for: .seconds(0.01))
    #expect(silent?.rank == 3)
    #expect(silent?.place == nil)
  }

  @Test func whoHasLeftMayBeSilent() {
    var beats = RankBeats(of: [1])
    beats.left(1)
    Thread.sleep(forTimeInterval: 0.02)
    #expect(beats.silent(for: .seconds(0.01)) == nil)
  }

  @Test func silenceBeforeTheSearchDoesNotCount() {
    let beats = RankBeats(of: [1])
    Thread.sleep(forTimeInterval: 0.05)
    #expect(beats.silent(for: .seconds(0.04), since: .now) == nil)
  }
}
