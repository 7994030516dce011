import SignetModel
import Testing

@testable import SignetData

@Suite struct AugmentationTests {
  @Test func drawsDependOnSeedEpochAndImageAlone() {
    let draw = Augmentation.cifar.draw(seed: 1, epoch: 2, index: 3)
    #expect(draw == Augmentation.cifar.draw(seed: 1, epoch: 2, index: 3))
    let draws = (0..<100).map { Augmentation.cifar.draw(seed: 1, epoch: 2, index: $0) }
    for other in [(2, 2), (1, 3)] {
      let others = (0..<100).map {
        Augmentation.cifar.draw(seed: UInt64(other.0), epoch: other.1, index: $0)
      }
      #expect(zip(draws, others).filter { $0 == $1 }.count < 10)
    }
    // By the same Python version as the shuffle of the loader's tests.
    #expect(
      Augmentation.cifar.draw(seed: 9, epoch: 3, index: 4)
        == Augmentation.Draw(dx: -2, dy: 4, isFlipped: false))
    #expect(Augmentation.none.draw(seed: 1, epoch: 2, index: 3) == Augmentation.Draw())
  }

  @Test func shiftsFillTheirRangeEvenlyAndHalfTheImagesAreFlipped() {
    let draws = (0..<9000).map { Augmentation.cifar.draw(seed: 7, epoch: 0, index: $0) }
    for shift in -4...4 {
      // 1000 expected; five standard deviations are 149.
      #expect(abs(draws.filter { $0.dx == shift }.count - 1000) < 150)
      #expect(abs(draws.filter { $0.dy == shift }.count - 1000) < 150)
    }
    #expect(draws.allSatisfy { (-4...4).contains($0.dx) && (-4...4).contains($0.dy) })
    // 4500 expected; five standard deviations are 237.
    #expect(abs(draws.filter(\.isFlipped).count - 4500) < 238)
    let still = (0..<100).map {
      Augmentation(cropPadding: 4, flip: false).draw(seed: 7, epoch: 0, index: $0)
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

  @Test func boundedNumbersFillTheirRangeEvenly() {
    var random = RandomStream(seed: 3, purpose: .shuffle, epoch: 0)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<7000 { counts[random.next(below: 7)] += 1 }
    // 1000 expected; five standard deviations are 146.
    #expect(counts.allSatisfy { abs($0 - 1000) < 147 })
    #expect(random.next(below: 1) == 0)
  }
}
