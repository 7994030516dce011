import Foundation
import SignetModel
import Testing
import ThrownErrors

@testable import SignetData

@Suite struct ReconstructionTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for name in ["1", "2"] {
      try folder.writePNG([9, 9, 9, 9], 2, 2, to: "images/\(name).png")
    }
  }

  private func measure(
    _ rows: [[Float]], _ preprocessing: Preprocessing = .unit, channels: Int = 3,
    range: ClosedRange<Float> = 0...1
  ) throws -> Reconstruction {
    let model = try Model.of(
      .activation(.elementary(.negate)), .map(channels, 2, 2), preprocessing)
    let dataset = try folder.open("imagefolder", "images")
    let targets = try TargetFolder(
      folder.url.appendingPathComponent("targets"), of: dataset, kind: .images)
    return try Reconstruction.measure(
      RowNetwork(rows, for: model), of: model, map: try #require(model.map), dataset: dataset,
      targets: targets, range: range)
  }

  private func write(_ first: [UInt8], _ second: [UInt8]) throws {
    try folder.writePNG(first, 2, 2, channels: first.count / 4, to: "targets/1.png")
    try folder.writePNG(second, 2, 2, channels: second.count / 4, to: "targets/2.png")
  }

  private let grey = Preprocessing(channelOrder: .grey, mean: [0], std: [1])

  @Test func meanOfDecibels() throws {
    try write(Array(repeating: 255, count: 12), Array(repeating: 0, count: 12))
    // Mean squared errors of 0.01 and, in a quarter of the numbers 0.02², 0.0001: 20 and 40 dB.
    let second = [Float](repeating: 0.02, count: 3) + [Float](repeating: 0, count: 9)
    let result = try measure([Array(repeating: 0.9, count: 12), second])
    #expect(abs(result.psnr - 30) < 1e-4)
    #expect(result.peak == 1 && result.images == 2)
    #expect(result.outputRange == 0...0.9 && result.isOfRange(0...1))
  }

  @Test func blackAndWhiteAreWhereTheRangeSays() throws {
    try write([0, 255, 255, 0], [51, 51, 51, 51])
    // All off by 2 of 255: 10 · log₁₀(255² / 4).
    let bytes = try measure(
      [[2, 253, 257, -2], [53, 49, 53, 49]], grey, channels: 1, range: 0...255)
    #expect(abs(bytes.psnr - 10 * log10(255.0 * 255 / 4)) < 1e-9 && bytes.peak == 255)
    #expect(bytes.isOfRange(0...255) && !bytes.isOfRange(0...1))
    // Bytes 0, 51, 255 are -1, -0.6, 1; all off by 0.2, a tenth of the peak: 20 dB.
    let signed = try measure(
      [[-0.8, 0.8, 1.2, -1.2], [-0.4, -0.8, -0.4, -0.8]], grey, channels: 1, range: -1...1)
    #expect(abs(signed.psnr - 20) < 1e-4 && signed.peak == 2)
  }

  @Test func channelsLieAsTheOutputs() throws {
    // Red, then blue where the network has it first.
    let red: [UInt8] = [255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0]
    try write(red, red)
    let row: [Float] = [1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    #expect(try measure([row, row]).psnr == .infinity)
    let reversed = Array(row.reversed())
    var bgr = Preprocessing.unit
    bgr.channelOrder = .bgr
    #expect(try measure([reversed, reversed], bgr).psnr == .infinity)
    // Luminance of red is 76 of 255.
    let luma = [Float](repeating: 76.0 / 255, count: 4)
    #expect(try measure([luma, luma], grey, channels: 1).psnr > 100)
    // Grey stands in all three.
    try write([255, 255, 255, 255], [255, 255, 255, 255])
    let white = [Float](repeating: 1, count: 12)
    #expect(try measure([white, white]).psnr == .infinity)
  }

  @Test func targetsAreNeverResized() throws {
    try write([0, 0, 0, 0], [0, 0, 0, 0])
    try folder.writePNG([0, 0, 0, 0, 0, 0], 3, 2, to: "targets/2.png")
    let row = [Float](repeating: 0, count: 12)
    #expect(
      thrown(DataError.self) { try measure([row, row]) }
        == "\(folder.url.path)/targets/2.png: expected the output's size, 2×2 pixels, found 3×2")
    try folder.write("no image", to: "targets/2.png")
    #expect(
      thrown(DataError.self) { try measure([row, row]) }
        == "\(folder.url.path)/targets/2.png: expected a JPEG or PNG image, found the bytes 6e 6f 20 "
        + "69 6d 61 67 65")
  }
}
