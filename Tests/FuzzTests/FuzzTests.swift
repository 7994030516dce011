import FuzzSupport
import Testing

/// A short run of the fuzz target: damaged files end in typed errors, soon. `Tests/Fuzz/Command`
/// says how to run it at length and under sanitizers.
@Suite struct FuzzTests {
  @Test(arguments: FuzzTarget.allCases) func damagedFilesAreErrors(_ target: FuzzTarget) throws {
    let corpus = try Corpus()
    let clock = ContinuousClock()
    var taken = 0
    for index in 0..<UInt64(300) {
      let input = target.input(index, corpus: corpus)
      let elapsed = clock.measure { taken += target.read(input) ? 1 : 0 }
      #expect(elapsed < .seconds(5), "\(target) \(index)")
    }
    // Some damage changes nothing that matters, most is noticed.
    #expect(taken < 250)
  }

  @Test func theCorpusIsSound() throws {
    let corpus = try Corpus()
    for bytes in corpus.networks { #expect(FuzzTarget.onnx.read(bytes)) }
    for bytes in corpus.modelFiles { #expect(FuzzTarget.modelFile.read(bytes)) }
    for bytes in corpus.images { #expect(FuzzTarget.image.read(bytes)) }
    #expect(corpus.images.count == 12)
  }
}
