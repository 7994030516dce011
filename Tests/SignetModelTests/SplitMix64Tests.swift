import SignetModel
import Testing

@Suite struct SplitMix64Tests {
  /// The first numbers of the generator's reference implementation for seed 1234567.
  private let reference: [UInt64] = [
    6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
    4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
  ]

  @Test func numbersAreTheReferences() {
    var generator = SplitMix64(seed: 1_234_567)
    #expect((0..<5).map { _ in generator.next() } == reference)
    #expect(SplitMix64.word(after: 1_234_567) == reference[0])
  }

  @Test func wordsAreNumbersOfTheirOwnAtEachIndex() {
    let words = (0..<100).map { SplitMix64.word(seed: 1_234_567, index: $0) }
    #expect(Set(words).count == 100)
    // The second stage starts at the first number of the seed, moved on by the index.
    var second = SplitMix64(seed: reference[0] &+ 7)
    #expect(words[7] == second.next())
  }

  @Test func symmetricNumbersAreTheUpperBits() {
    var generator = SplitMix64(seed: 1_234_567)
    for number in reference {
      #expect(generator.nextSymmetric() == Float(number >> 40) / Float(1 << 23) - 1)
    }
  }
}
