import Foundation
import SignetModel
import Testing

@testable import SignetData

/// Arrays as samples (`Fixtures/arrays/make.py` says what the files hold).
@Suite struct TensorDatasetTests {
  private static let folder = Place.images.deletingLastPathComponent()
    .appendingPathComponent("arrays")
  private let image = NetworkInput(name: "image", shape: .map(2, 3, 4))
  private let gain = NetworkInput(name: "gain", shape: .vector(1))

  private func open(_ file: String, _ inputs: [NetworkInput]) throws -> any ImageDataset {
    try DatasetSpecification(parsing: "tensors:\(Self.folder.appendingPathComponent(file).path)")
      .open(split: .test, inputs: inputs)
  }

  /// Of the sample `n`, as make.py counts.
  private func expected(_ n: Int) -> [Float] { (0..<24).map { Float(100 * n + $0) + 0.5 } }

  private func wrong(_ file: String, _ inputs: [NetworkInput]) -> String {
    do {
      _ = try open(file, inputs)
      return ""
    } catch {
      return "\(error)".replacingOccurrences(of: Self.folder.path + "/", with: "")
    }
  }

  @Test(arguments: ["stored.npz", "deflated.npz"])
  func severalInputsAreStackedInOneFile(file: String) throws {
    let data = try open(file, [gain, image])
    #expect(data.count == 2 && data.isLabelled && data.holdsTensors)
    #expect(data.labels == [2, 0] && data.classNames == ["0", "1", "2"])
    #expect(try data.values(at: 0, inputs: [gain, image]) == [[3], expected(0)])
    #expect(try data.values(at: 1, inputs: [image, gain]) == [expected(1), [250]])
    let batches = BatchLoader(
      dataset: data, inputs: [gain, image], preprocessing: .none, batchSize: 3
    ).batches(epoch: 0)
    let batch = try #require(try batches.next())
    #expect(batch.inputs == [[3, 250], expected(0) + expected(1)])
    #expect(batch.labels == [2, 0])
  }

  @Test func oneArrayOfOneSampleNeedsNoName() throws {
    let data = try open("one.npy", [image])
    #expect(data.count == 1 && !data.isLabelled)
    #expect(try data.values(at: 0, inputs: [image]) == [expected(0)])
  }

  /// The file's height × width × channels become the network's channels × height × width.
  @Test func arraysOfTheFilesLayoutAreTurned() throws {
    let input = NetworkInput(
      name: "input", shape: .map(2, 3, 4), fileName: "image:0", fileShape: .map(3, 4, 2),
      isChannelsLast: true)
    let data = try open("channels-last.npy", [input])
    // Whole numbers: the halves are cut off.
    #expect(try data.values(at: 1, inputs: [input]) == [expected(1).map { $0 - 0.5 }])
    // And the network's own order is taken, too.
    #expect(try open("one.npy", [input]).values(at: 0, inputs: [input]) == [expected(0)])
  }

  @Test func filesOfAFolderFollowOneAnother() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("arrays-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = SafetensorsWriter.tensor
    for (name, value) in [("b", Float(7)), ("a", 1)] {
      try file("x", [2], [value, value + 1]).write(
        to: folder.appendingPathComponent("\(name).safetensors"))
    }
    try Data("notes".utf8).write(to: folder.appendingPathComponent("notes.txt"))
    let input = NetworkInput(name: "x", shape: .vector(2))
    let data = try DatasetSpecification(parsing: "tensors:\(folder.path)")
      .open(split: .train, inputs: [input])
    #expect(data.count == 2)
    #expect(try data.values(at: 0, inputs: [input]) == [[1, 2]])
    #expect(try data.values(at: 1, inputs: [input]) == [[7, 8]])
    let before = data.contentDigest(of: [0, 1])
    try file("x", [3], [1, 2, 3]).write(to: folder.appendingPathComponent("c.safetensors"))
    #expect(throws: DataError.self) {
      try DatasetSpecification(parsing: "tensors:\(folder.path)")
        .open(split: .train, inputs: [input])
    }
    try file("x", [2], [5, 5]).write(to: folder.appendingPathComponent("a.safetensors"))
    #expect(data.contentDigest(of: [0, 1]) != before)
  }

  @Test func whatDoesNotFitIsNamed() throws {
    #expect(
      wrong("stored.npz", [NetworkInput(name: "pixels", shape: .vector(3))])
        == "stored.npz: array 'pixels': expected an array of this name for the input of 3, "
        + "found 'image', 'gain', 'labels'")
    #expect(
      wrong("stored.npz", [NetworkInput(name: "image", shape: .map(2, 4, 3))])
        == "stored.npz: array 'image': expected 2×4×3, or N×2×4×3, found 2×2×3×4 of float64")
    #expect(
      wrong("one.npy", [image, gain])
        == "one.npy: array 'image': expected an array of this name for the input of 2×3×4, "
        + "found one without a name")
    #expect(
      wrong("fortran.npy", [image])
        == "fortran.npy: expected the last axis to run fastest (C order), found Fortran's order")
    #expect(
      wrong("big-endian.npy", [image])
        == "big-endian.npy: expected little-endian numbers (float16, float32, float64, integers, "
        + "booleans), found '>f4'")
    #expect(wrong("objects.npy", [image]).hasPrefix("objects.npy: expected plain numbers, their"))
    #expect(
      wrong("make.py", [image]) == "make.py: expected a .npz, .npy or .safetensors file, found .py")
    // Arrays without a network.
    #expect(wrong("one.npy", []).contains("arrays belong to the inputs of a network"))
  }

  /// Whatever is done to a file, it is refused or read, and never more than is there.
  @Test(arguments: ["stored.npz", "deflated.npz", "one.npy"])
  func damagedFilesAreRefused(file: String) throws {
    let bytes = [UInt8](try Data(contentsOf: Self.folder.appendingPathComponent(file)))
    let target = FileManager.default.temporaryDirectory
      .appendingPathComponent("damaged-\(UUID().uuidString).\(file.suffix(3))")
    defer { try? FileManager.default.removeItem(at: target) }
    let inputs = file == "one.npy" ? [image] : [image, gain]
    func outcome(_ damaged: [UInt8]) throws -> Bool {
      try Data(damaged).write(to: target)
      do {
        _ = try DatasetSpecification(parsing: "tensors:\(target.path)")
          .open(split: .test, inputs: inputs)
        return true
      } catch {
        #expect(error is DataError)
        return false
      }
    }
    for length in stride(from: 0, to: bytes.count, by: 3) {
      #expect(try !outcome(Array(bytes.prefix(length))))
    }
    var refused = 0
    for position in bytes.indices {
      for flip in [UInt8(0xff), 0x01] {
        var damaged = bytes
        damaged[position] ^= flip
        refused += try outcome(damaged) ? 0 : 1
      }
    }
    #expect(refused > bytes.count / 2 || file == "one.npy")
  }

  @Test func imagesAreNotGivenToWhatIsNoImage() throws {
    let images = FixedSizeDataset(
      name: "pictures", classNames: ["a"], labels: [0], size: .map(1, 1, 1), bytes: [5],
      firstRecord: 0, recordLength: 1, sourceFiles: FileList())
    func error(_ inputs: [NetworkInput], _ preprocessing: Preprocessing) -> String {
      do {
        _ = try BatchLoader(
          dataset: images, inputs: inputs, preprocessing: preprocessing, batchSize: 1
        ).batches(epoch: 0).next()
        return ""
      } catch {
        return "\(error)"
      }
    }
    let wave = NetworkInput(name: "wave", shape: .map(1, 1, 1))
    let grey = Preprocessing(channelOrder: .grey, scale: 1, mean: [0], std: [1])
    #expect(error([wave], grey) == "")
    #expect(
      error([wave], .none)
        == "pictures: images cannot be given to it: the network's input 'wave' is no image; give "
        + "arrays named like the inputs with --data tensors:PATH")
    #expect(error([wave, gain], grey).contains("the network has 2 inputs; give arrays"))
  }
}

/// A safetensors file of one tensor.
private enum SafetensorsWriter {
  static func tensor(_ name: String, _ shape: [Int], _ values: [Float]) -> Data {
    let header =
      #"{"\#(name)":{"dtype":"F32","shape":\#(shape),"data_offsets":[0,\#(4 * values.count)]}}"#
    var data = Data()
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { data.append(contentsOf: $0) }
    data.append(Data(header.utf8))
    for value in values {
      withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
    }
    return data
  }
}
