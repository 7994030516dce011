import Testing

@testable import SignetHashing

@Suite("Matrix products")
struct MatrixProductTests {
  static let shapes: [(Int, Int, Int)] = [
    (1, 1, 1), (3, 5, 7), (12, 32, 16), (13, 33, 17), (70, 65, 300), (25, 1100, 9), (800, 40, 20),
  ]

  @Test("every kernel against a sum in double", arguments: shapes)
  func products(rows: Int, columns: Int, depth: Int) throws {
    var generator = Generator(seed: UInt64(rows + columns + depth))
    let a = generator.normals(depth * rows)
    let b = generator.normals(depth * columns)
    for instructionSet in Kernels.available {
      let kernels = try #require(Kernels(instructionSet))
      for threads in [1, 3] {
        var result = [Float](repeating: 1, count: rows * columns)
        KernelProducts(kernels: kernels, threads: threads).multiplyTransposed(
          a, b, depth: depth, rows: rows, columns: columns, into: &result)
        var worst = 0.0
        for row in 0..<rows {
          for column in 0..<columns {
            var sum = 1.0
            var size = 1.0
            for inner in 0..<depth {
              let term = Double(a[inner * rows + row]) * Double(b[inner * columns + column])
              sum += term
              size += abs(term)
            }
            // A float sum of n terms errs by at most n half-units of the sum of their sizes.
            let bound = 0.5 * Double(Float.ulpOfOne) * Double(depth + 2) * size
            worst = max(worst, abs(Double(result[row * columns + column]) - sum) / bound)
          }
        }
        #expect(worst <= 1, "\(instructionSet), \(threads) threads")
      }
    }
  }

  @Test("a symmetric product is the whole product", arguments: [1, 9, 70, 530])
  func symmetric(size: Int) throws {
    var generator = Generator(seed: UInt64(size))
    let count = 6
    let patches = generator.normals(count * size)
    let products = KernelProducts(kernels: try Kernels.chosen(), threads: 2)
    var half = [Float](repeating: 0, count: size * size)
    products.symmetricRankK(patches, count: count, size: size, into: &half)
    var whole = [Float](repeating: 0, count: size * size)
    products.multiplyTransposed(
      patches, patches, depth: count, rows: size, columns: size, into: &whole)
    #expect(half == whole)
  }
}
