import SignetModel
import Testing

@testable import SignetData

@Suite struct AugmentationTests {
  @Test func drawsDependOnSeedEpochAndImageAlone() {
    let draw = Augmentation.cifar.draw(
      seed: 1, epoch: 2, index: 3, height: 32, width: 32)
    #expect(
      draw
        == Augmentation.cifar.draw(
          seed: 1, epoch: 2, index: 3, height: 32, width: 32))
    let draws = (0..<100).map {
      Augmentation.cifar.draw(
        seed: 1, epoch: 2, index: $0, height: 32, width: 32)
    }
    for other in [(2, 2), (1, 3)] {
      let others = (0..<100).map {
        Augmentation.cifar.draw(
          seed: UInt64(other.0), epoch: other.1, index: $0, height: 32, width: 32)
      }
      #expect(zip(draws, others).filter { $0 == $1 }.count < 10)
    }
    // By the same Python version as the shuffle of the loader's tests.
    #expect(
      Augmentation.cifar.draw(
        seed: 9, epoch: 3, index: 4, height: 32, width: 32)
        == Augmentation.Draw(dx: -2, dy: 4, isFlipped: false))
    #expect(
      Augmentation.none.draw(
        seed: 1, epoch: 2, index: 3, height: 32, width: 32) == Augmentation.Draw())
  }

  @Test func shiftsFillTheirRangeEvenlyAndHalfTheImagesAreFlipped() {
    let draws = (0..<9000).map {
      Augmentation.cifar.draw(
        seed: 7, epoch: 0, index: $0, height: 32, width: 32)
    }
    for shift in -4...4 {
      // 1000 expected; five standard deviations are 149.
      #expect(abs(draws.filter { $0.dx == shift }.count - 1000) < 150)
      #expect(abs(draws.filter { $0.dy == shift }.count - 1000) < 150)
    }
    #expect(draws.allSatisfy { (-4...4).contains($0.dx) && (-4...4).contains($0.dy) })
    // 4500 expected; five standard deviations are 237.
    #expect(abs(draws.filter(\.isFlipped).count - 4500) < 238)
    let still = (0..<100).map {
      Augmentation(cropPadding: 4, flip: false).draw(
        seed: 7, epoch: 0, index: $0, height: 32, width: 32)
    }
    #expect(still.allSatisfy { !$0.isFlipped })
  }

  /// Pads, crops and flips as the words say, byte by byte.
  private func plain(_ pixels: [UInt8], _ shape: Shape, _ draw: Augmentation.Draw) -> [UInt8] {
    var result: [UInt8] = []
    for channel in 0..<shape.channels {
      for y in 0..<shape.height {
        for x in 0..<shape.width {
          let row = y + draw.dy
          let column = (draw.isFlipped ? shape.width - 1 - x : x) + draw.dx
          let isInside = (0..<shape.height).contains(row) && (0..<shape.width).contains(column)
          result.append(
            isInside ? pixels[(channel * shape.height + row) * shape.width + column] : 0)
        }
      }
    }
    return result
  }

  @Test(arguments: [false, true])
  func everyShiftEqualsThePlainVersion(isFlipped: Bool) throws {
    let shape = Shape.map(3, 4, 5)
    let preprocessing = Preprocessing(mean: [0.5, 0.25, 0.125], std: [0.5, 0.25, 2])
    let normalizer = try Normalizer(shape: shape, preprocessing: preprocessing)
    let pixels = (0..<60).map { UInt8($0 * 4 + 3) }
    for dx in -7...7 {
      for dy in -6...6 {
        let draw = Augmentation.Draw(dx: dx, dy: dy, isFlipped: isFlipped)
        var output = [Float](repeating: .nan, count: 60)
        output.withUnsafeMutableBufferPointer {
          normalizer.normalize(pixels, draw, into: $0)
        }
        let expected = plain(pixels, shape, draw).enumerated().map { place, byte in
          (Float(byte) * preprocessing.scale - preprocessing.mean[place / 20])
            / preprocessing.std[place / 20]
        }
        #expect(output == expected, "dx \(dx), dy \(dy)")
      }
    }
  }

  @Test func cutoutZeroesASquareAtARandomPlace() throws {
    let augmentation = Augmentation(cropPadding: 0, flip: false, cutout: 2)
    let grey = Preprocessing(mean: [0.5, 0.5, 0.5], std: [1, 1, 1])
    let normalizer = try Normalizer(shape: .map(3, 4, 5), preprocessing: grey)
    var corners: Set<[Int]> = []
    for index in 0..<400 {
      let draw = augmentation.draw(seed: 5, epoch: 1, index: index, height: 4, width: 5)
      #expect(draw.cutRows.count == 2 && draw.cutColumns.count == 2)
      // The centre, and with it a pixel, lies in the image.
      #expect((0..<4).contains(draw.cutRows.lowerBound + 1))
      #expect((0..<5).contains(draw.cutColumns.lowerBound + 1))
      corners.insert([draw.cutRows.lowerBound, draw.cutColumns.lowerBound])
      var output = [Float](repeating: .nan, count: 60)
      output.withUnsafeMutableBufferPointer {
        normalizer.normalize([UInt8](repeating: 255, count: 60), draw, into: $0)
      }
      for (place, value) in output.enumerated() {
        let isCut =
          draw.cutRows.contains(place / 5 % 4) && draw.cutColumns.contains(place % 5)
        #expect(value == (isCut ? 0 : 0.5))
      }
    }
    #expect(corners.count == 4 * 5)
    // What was drawn before there was a cut stays.
    var with = Augmentation.cifar
    with.cutout = 8
    let before = Augmentation.cifar.draw(seed: 1, epoch: 2, index: 3, height: 32, width: 32)
    let after = with.draw(seed: 1, epoch: 2, index: 3, height: 32, width: 32)
    #expect([before.dx, before.dy] == [after.dx, after.dy])
    #expect(before.isFlipped == after.isFlipped)
  }

  @Test func mixupSharesFollowTheBetaDistribution() {
    #expect(Mixup.none.share(seed: 1, epoch: 0, step: 0) == nil)
    for alpha in [0.2, 1, 2] {
      let mixup = Mixup(alpha: alpha)
      let shares = (0..<4000).compactMap { mixup.share(seed: 3, epoch: $0 / 100, step: $0 % 100) }
      #expect(shares.count == 4000)
      #expect(shares.allSatisfy { (0...1).contains($0) })
      let mean = shares.reduce(0, +) / 4000
      let variance = shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4000
      // Beta(α, α): mean ½, variance 1 / (4 (2α + 1)); five standard errors.
      let expected = 1 / (4 * (2 * alpha + 1))
      #expect(abs(mean - 0.5) < 5 * (expected / 4000).squareRoot())
      #expect(abs(variance - expected) < 0.1 * expected)
      #expect(
        shares[17] == mixup.share(seed: 3, epoch: 0, step: 17)
          && shares[17] != mixup.share(seed: 4, epoch: 0, step: 17))
    }
  }

  /// As a program of its own works them out from the definition: checkpoints rely on them.
  @Test func numbersDependOnTheirPlaceAloneAndStay() {
    var random = RandomStream(seed: 3, purpose: .augmentation, epoch: 5, index: 7)
    #expect(
      (0..<3).map { _ in random.next() } == [
        7_855_616_288_273_408_611, 15_034_628_547_481_764_208,
        10_305_676_689_608_793_723,
      ])
  }

  @Test func boundedNumbersFillTheirRangeEvenly() {
    var random = RandomStream(seed: 3, purpose: .shuffle, epoch: 0)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<7000 { counts[random.next(below: 7)] += 1 }
    // 1000 expected; five standard deviations are 146.
    #expect(counts.allSatisfy { abs($0 - 1000) < 147 })
    #expect(random.next(below: 1) == 0)
  }
}
