import SignetModel
import Testing

@testable import SignetData

@Suite struct ColorChangeTests {
  private static let jitter = ColorJitter(strength: 0.4)

  /// Two pixels, red, green, blue: (100, 50, 0) and (200, 0, 255).
  private static let pixels: [UInt8] = [100, 200, 50, 0, 0, 255]

  @Test(arguments: [
    // Worked out by hand: luminances are 59.24 and 88.85, their mean 74.045.
    (ColorJitter.Change.brightness(1.5), [150, 255, 75, 0, 0, 255] as [UInt8]),
    (.contrast(0.5), [87, 137, 62, 37, 37, 165]),
    (.saturation(0), [59, 89, 59, 89, 59, 89]),
    (.saturation(1.25), [110, 228, 48, 0, 0, 255]),
    (.brightness(0), [0, 0, 0, 0, 0, 0]),
  ])
  func changesBlendWithBlackMeanAndLuminance(change: ColorJitter.Change, expected: [UInt8]) {
    var pixels = Self.pixels
    ColorJitter.apply([change], to: &pixels, order: .rgb)
    #expect(pixels == expected)
    // The same picture with its channels the other way round.
    func turned(_ pixels: [UInt8]) -> [UInt8] {
      Array(pixels[4..<6] + pixels[2..<4] + pixels[0..<2])
    }
    var other = turned(Self.pixels)
    ColorJitter.apply([change], to: &other, order: .bgr)
    #expect(other == turned(expected))
  }

  @Test func chainsAreRoundedOnceAndHeldToAByteInBetween() {
    var pixels: [UInt8] = [200, 3]
    // 200 is held to 255 in between, where 400 would have given 100.
    ColorJitter.apply([.brightness(2), .brightness(0.25)], to: &pixels, order: .grey)
    #expect(pixels == [64, 2])
    var grey: [UInt8] = [10, 30]
    ColorJitter.apply([.contrast(0.5), .saturation(0)], to: &grey, order: .grey)
    #expect(grey == [15, 25])
  }

  @Test func factorsFillTheirRangesInEveryOrder() {
    let draws = (0..<6000).map { Self.jitter.draw(seed: 5, epoch: 1, index: $0) }
    #expect(draws == (0..<6000).map { Self.jitter.draw(seed: 5, epoch: 1, index: $0) })
    var orders: [[Int]: Int] = [:]
    var factors = [[Float]](repeating: [], count: 3)
    for draw in draws {
      let kinds = draw.map { change in
        switch change {
        case .brightness(let factor):
          factors[0].append(factor)
          return 0
        case .contrast(let factor):
          factors[1].append(factor)
          return 1
        case .saturation(let factor):
          factors[2].append(factor)
          return 2
        }
      }
      orders[kinds, default: 0] += 1
    }
    #expect(orders.count == 6)
    // 1000 expected; five standard deviations are 145.
    #expect(orders.values.allSatisfy { abs($0 - 1000) < 145 })
    for factors in factors {
      #expect(factors.allSatisfy { (0.6...1.4).contains($0) })
      #expect(factors.min()! < 0.61 && factors.max()! > 1.39)
      // Below the middle: 3000 expected; five standard deviations are 194.
      #expect(abs(factors.count { $0 < 1 } - 3000) < 194)
    }
    // A strength above 1 takes no light away below black.
    let strong = ColorJitter(strength: 3).draw(seed: 1, epoch: 0, index: 0)
    #expect(strong.count == 3)
  }

  @Test func lightFollowsThePrincipalAxes() {
    let lighting = Lighting(deviation: 0.1)
    let draws = (0..<20_000).map { lighting.draw(seed: 3, epoch: 0, index: $0) }
    #expect(draws[0] == lighting.draw(seed: 3, epoch: 0, index: 0))
    #expect(draws[0] != lighting.draw(seed: 3, epoch: 1, index: 0))
    // Covariances of the shifts: the sum over the axes of (0.1 · eigenvalue)² times the axis's parts.
    let expected = [
      [1.5421e-4, 1.5585e-4, 1.5494e-4], [1.5585e-4, 1.5971e-4, 1.6029e-4],
      [1.5494e-4, 1.6029e-4, 1.6286e-4],
    ]
    for row in 0..<3 {
      let mean = draws.reduce(0) { $0 + $1[row] } / Double(draws.count)
      #expect(abs(mean) < 5 * 1.3e-2 / Double(draws.count).squareRoot())
      for column in 0..<3 {
        let found = draws.reduce(0) { $0 + $1[row] * $1[column] } / Double(draws.count)
        // Five standard errors of a variance from 20,000 draws are 5 %.
        #expect(abs(found / expected[row][column] - 1) < 0.05)
      }
    }
  }

  private func values(
    _ augmentation: Augmentation, _ preprocessing: Preprocessing, epoch: Int = 0
  ) throws -> [Float] {
    let loader = BatchLoader(
      dataset: CountingImages(count: 3), shape: .map(3, 4, 5), preprocessing: preprocessing,
      batchSize: 3, shuffleSeed: 8, augmentation: augmentation)
    return try #require(try loader.batches(epoch: epoch).next()).inputs[0]
  }

  @Test(arguments: [Preprocessing.ChannelOrder.rgb, .bgr])
  func lightAddsTheSameToEachValueOfAChannel(order: Preprocessing.ChannelOrder) throws {
    let preprocessing = Preprocessing(
      channelOrder: order, scale: 1 / 255, mean: [0.5, 0.4, 0.3], std: [0.2, 0.25, 0.5])
    let plain = try values(.none, preprocessing)
    let lit = try values(
      Augmentation(cropPadding: 0, flip: false, lighting: Lighting(deviation: 0.1)), preprocessing)
    let images = Shuffle.permutation(count: 3, seed: 8, epoch: 0)
    for (place, image) in images.enumerated() {
      var shifts = Lighting(deviation: 0.1).draw(seed: 8, epoch: 0, index: image)
      if order == .bgr { shifts.reverse() }
      for channel in 0..<3 {
        let expected = shifts[channel] / Double(preprocessing.std[channel])
        for value in 0..<20 {
          let at = (place * 3 + channel) * 20 + value
          #expect(abs(Double(lit[at] - plain[at]) - expected) < 1e-5)
        }
      }
    }
  }

  @Test func theLoaderChangesColoursAndDependsOnTheEpoch() throws {
    let jittered = Augmentation(cropPadding: 0, flip: false, colorJitter: Self.jitter)
    let plain = try values(.none, .bytes)
    #expect(try values(jittered, .bytes) == values(jittered, .bytes))
    #expect(try values(jittered, .bytes) != plain)
    var pixels = plain[0..<60].map { UInt8($0) }
    let image = Shuffle.permutation(count: 3, seed: 8, epoch: 0)[0]
    ColorJitter.apply(Self.jitter.draw(seed: 8, epoch: 0, index: image), to: &pixels, order: .rgb)
    #expect(try values(jittered, .bytes)[0..<60].map { UInt8($0) } == pixels)
  }

  @Test func whatMakesNoSenseIsRefused() {
    for (augmentation, expected) in [
      (
        Augmentation(cropPadding: 0, flip: false, colorJitter: ColorJitter(strength: -1)),
        "color jitter: expected strengths of 0 to 10, found -1.0"
      ),
      (
        Augmentation(cropPadding: 0, flip: false, lighting: Lighting(deviation: .nan)),
        "lighting: expected a deviation of 0 to 10, found nan"
      ),
    ] {
      let text = message { _ = try values(augmentation, .bytes) }
      #expect(text.contains(expected))
    }
  }

  @Test func provenanceSaysWhatWasChanged() {
    let augmentation = Augmentation(
      cropPadding: 0, flip: true, colorJitter: Self.jitter, lighting: Lighting(deviation: 0.1))
    #expect(
      "\(augmentation)"
        == "flip, brightness, contrast and saturation by up to 0.4, 0.4 and 0.4, "
        + "lighting of deviation 0.1")
  }
}
