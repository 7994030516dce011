import Foundation
import SignetData
import SignetModel
import Testing
import ThrownErrors
import Torch

@testable import SignetTraining

/// What memory does not hold goes through a file, and comes back as it would have been held.
@Suite struct ActivationFileTests {
  /// What a chunk gives back of two maps and a vector.
  private func restored(_ storage: ActivationStorage, partBytes: Int) throws -> [[Float]] {
    try withTemporaryFolder { folder in
      let held = try HeldActivations(storage: storage, folder: folder, partBytes: partBytes)
      let names = try Tiny.graph().inputValues + [try #require(Tiny.graph().value(named: "conv1"))]
      var results: [[Float]] = []
      for chunk in 0..<3 {
        let values = (0..<240).map { Float($0 * (chunk + 1)) / 7 }
        let map = try Tensor(values, shape: [2, 3, 5, 8]).channelsLast()
        held.append([names[0]: PairedValue(float: map)])
        try held.replace(
          [names[0]: PairedValue(float: map, changed: map + 1)], of: chunk)
        // A second value, larger than what is left of a small part.
        let flat = try Tensor(values + values, shape: [2, 240])
        try held.add(PairedValue(float: flat), names[1], to: chunk)
      }
      for chunk in [2, 0, 1] {
        let values = try held.values(of: chunk)
        let map = try #require(values[names[0]])
        #expect(try map.float.permute([0, 2, 3, 1]).isContiguous)
        results.append(try map.float.toFloats())
        results.append(try #require(map.changed).toFloats())
        results.append(try #require(values[names[1]]).float.toFloats())
        #expect(try held.values(of: chunk, [names[1]]).count == 1)
        // What was read is written again where it lay.
        try held.replace(values, of: chunk)
        #expect(try held.values(of: chunk)[names[1]]?.float.toFloats() == results.last)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
      return results
    }
  }

  @Test(arguments: [0, 1_000, 1 << 20])
  func comesBackRoundedAsInMemory(partBytes: Int) throws {
    let inFile = try restored(.file, partBytes: partBytes)
    #expect(try inFile == restored(.bfloat16, partBytes: 0))
    #expect(try inFile != restored(.float32, partBytes: 0))
    #expect(inFile[0][7] == 3 && inFile[0][8] == 3.421875)  // 24/7 to eight bits
  }

  @Test func aFileGivesTheCodesThatMemoryGives() throws {
    let model = try Tiny.model()
    var options = BinarizationOptions(
      keep: .none, images: 60, heldOutImages: 10, batchSize: 1, effort: .starts)
    let memory = try BinarizationRun(
      options: options, model: model, dataset: QuarterDataset(count: 80), checkpoint: nil
    ).memory
    let inMemory = memory.peak(images: 60, .bfloat16).bytes
    #expect(memory.peak(images: 60, .file).bytes < inMemory)
    try withTemporaryFolder { folder in
      let checkpoint = folder.appendingPathComponent("state")
      func binarized(_ bytes: Int, _ file: URL?) throws -> (Model, CalibrationImages?) {
        options.memoryBytes = bytes
        var told: CalibrationImages?
        let model = try Binarizer(options: options).run(
          model, dataset: QuarterDataset(count: 80), checkpoint: file, began: { told = $0 })
        return (model, told)
      }
      let (whole, held) = try binarized(inMemory, nil)
      #expect(held?.activations == .bfloat16 && held?.fileBytes == 0 && held?.taken == 60)
      let (filed, kept) = try binarized(inMemory - 1, checkpoint)
      #expect(kept?.activations == .file && kept?.taken == 60 && kept?.limit == nil)
      #expect(kept?.fileBytes == 60 * memory.fileBytesPerImage)
      #expect(whole.weights == filed.weights && whole.provenance == filed.provenance)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["state"])
      // It is the same run, wherever its activations lie.
      #expect(try binarized(inMemory, checkpoint).0.weights == whole.weights)
    }
  }

  @Test func theFolderSetsALimitToo() throws {
    let options = BinarizationOptions(keep: .none, images: 60, batchSize: 1, effort: .paper)
    let memory = try BinarizationRun(
      options: options, model: try Tiny.model(), dataset: QuarterDataset(count: 80),
      checkpoint: nil
    ).memory
    let allowed = memory.peak(images: 60, .file).bytes
    func room(_ free: Int) throws -> CalibrationMemory.Room {
      try #require(memory.room(within: allowed, scratch: free).last)
    }
    let ample = try room(1 << 40)
    #expect(ample.activations == .file && ample.images >= 60 && ample.freeBytes == nil)
    let tight = try room(memory.fileBytesPerImage * 20)
    #expect(tight.images == 18 && tight.freeBytes == memory.fileBytesPerImage * 20)
    #expect(try room(0).images == 0)
  }

  @Test func aFolderThatIsNotThereIsNamed() {
    let folder = URL(fileURLWithPath: "/not/there")
    #expect(
      thrown(ModelFileError.self) {
        _ = try HeldActivations(storage: .file, folder: folder, partBytes: 0)
      }.contains("/not/there"))
  }
}
