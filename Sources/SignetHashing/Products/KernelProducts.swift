import CSignetKernels

/// Matrix products with this module's own kernels, blocked for the caches, on several threads.
///
/// Every element is summed in the same order whatever the thread count.
public struct KernelProducts: MatrixProducts {
  /// What computes the blocks.
  public let kernels: Kernels
  /// Threads that share the blocks.
  public let threads: Int

  /// The part of every block of sums that this process adds; the others are left as they are.
  package var share = (place: 0, count: 1)

  /// Products with these kernels on so many threads, at least 1.
  public init(kernels: Kernels, threads: Int) {
    self.kernels = kernels
    self.threads = threads
  }

  /// result (size × size) += patchesᵀ · patches, patches being count × size.
  public func symmetricRankK(
    _ patches: [Float], count: Int, size: Int, into result: inout [Float]
  ) {
    precondition(patches.count == count * size && result.count == size * size)
    result.withUnsafeMutableBufferPointer { result in
      patches.withUnsafeBufferPointer { patches in
        guard let from = patches.baseAddress, let to = result.baseAddress else { return }
        symmetricRankK(from, count: count, size: size, into: to)
      }
    }
  }

  /// result (rows × columns) += aᵀ · b, a being depth × rows and b depth × columns.
  public func multiplyTransposed(
    _ a: [Float], _ b: [Float], depth: Int, rows: Int, columns: Int, into result: inout [Float]
  ) {
    precondition(
      a.count == depth * rows && b.count == depth * columns && result.count == rows * columns)
    result.withUnsafeMutableBufferPointer { result in
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          guard let a = a.baseAddress, let b = b.baseAddress, let c = result.baseAddress else {
            return
          }
          multiply(
            Matrix(a, rowStride: 1, columnStride: rows), Matrix(b, rowStride: columns),
            rows: rows, columns: columns, depth: depth, beta: 1, into: c, stride: columns)
        }
      }
    }
  }
}

extension KernelProducts {
  /// With the kernels of ``Kernels/chosen(environment:)``.
  package init(threads: Int) throws(HashingError) {
    self.init(kernels: try Kernels.chosen(), threads: threads)
  }

  /// A matrix in memory that someone else owns; element (i, j) at i · rowStride + j · columnStride.
  package struct Matrix {
    let base: UnsafePointer<Float>
    let rowStride: Int
    let columnStride: Int

    package init(_ base: UnsafePointer<Float>, rowStride: Int, columnStride: Int = 1) {
      self.base = base
      self.rowStride = rowStride
      self.columnStride = columnStride
    }

    func advanced(row: Int, column: Int) -> Matrix {
      Matrix(
        base + row * rowStride + column * columnStride, rowStride: rowStride,
        columnStride: columnStride)
    }
  }

  /// c (rows × columns) = beta c + alpha a (rows × depth) · b (depth × columns).
  package func multiply(
    _ a: Matrix, _ b: Matrix, rows: Int, columns: Int, depth: Int, alpha: Float = 1,
    beta: Float = 0, into c: UnsafeMutablePointer<Float>, stride: Int
  ) {
    // A thread packs its own columns of b, so cut along columns; few columns are cut by rows too.
    let columnBlock = Swift.max(64, roundUp((columns + threads - 1) / threads, to: 64))
    let blocks = (columns + columnBlock - 1) / columnBlock
    forEach(count: blocks, threads: threads) { block in
      let first = block * columnBlock
      run(
        a, b.advanced(row: 0, column: first), rows: rows,
        columns: Swift.min(columnBlock, columns - first), depth: depth, alpha: alpha, beta: beta,
        into: c + first, stride: stride)
    }
  }

  /// c (rows × columns) += a · b, of this process's ``share`` of the rows.
  package func addProduct(
    _ a: Matrix, _ b: Matrix, rows: Int, columns: Int, depth: Int,
    into c: UnsafeMutablePointer<Float>
  ) {
    let own = rows * share.place / share.count..<rows * (share.place + 1) / share.count
    guard !own.isEmpty else { return }
    multiply(
      a.advanced(row: own.lowerBound, column: 0), b, rows: own.count, columns: columns,
      depth: depth, beta: 1, into: c + own.lowerBound * columns, stride: columns)
  }

  func symmetricRankK(
    _ patches: UnsafePointer<Float>, count: Int, size: Int,
    into result: UnsafeMutablePointer<Float>
  ) {
    addUpperProducts(patches, count: count, size: size, into: result)
    mirrorUpper(result, size: size)
  }

  /// result (size × size) += patchesᵀ · patches on and above the diagonal, patches being
  /// count × size; of what lies below nothing can be said until ``mirrorUpper(_:size:)``.
  package func addUpperProducts(
    _ patches: UnsafePointer<Float>, count: Int, size: Int,
    into result: UnsafeMutablePointer<Float>
  ) {
    // Smaller blocks pack more for each product, and are worth it where threads would idle.
    let block = size >= 384 * threads ? 384 : 192
    let blocks = (size + block - 1) / block
    let pairs = (0..<blocks).flatMap { row in (row..<blocks).map { (row, $0) } }
      .enumerated().filter { $0.offset % share.count == share.place }.map(\.element)
    let rows = Matrix(patches, rowStride: 1, columnStride: size)
    let columns = Matrix(patches, rowStride: size)
    forEach(count: pairs.count, threads: threads) { index in
      let (row, column) = (pairs[index].0 * block, pairs[index].1 * block)
      run(
        rows.advanced(row: row, column: 0), columns.advanced(row: 0, column: column),
        rows: Swift.min(block, size - row), columns: Swift.min(block, size - column), depth: count,
        alpha: 1, beta: 1, into: result + row * size + column, stride: size)
    }
  }

  /// One product on the calling thread.
  func run(
    _ a: Matrix, _ b: Matrix, rows: Int, columns: Int, depth: Int, alpha: Float, beta: Float,
    into c: UnsafeMutablePointer<Float>, stride: Int
  ) {
    let workspace = AlignedBuffer<Float>(uninitialized: Int(SIGNET_SOLVER_MATMUL_WORKSPACE))
    var product = signet_solver_matmul(
      m: rows, n: columns, k: depth, alpha: alpha, beta: beta, a: a.base, a_row_stride: a.rowStride,
      a_column_stride: a.columnStride, b: b.base, b_row_stride: b.rowStride,
      b_column_stride: b.columnStride, c: c, c_row_stride: stride, workspace: workspace.base)
    kernels.table.matmul(&product)
  }

  /// Copies the upper triangle to the lower, tile by tile so that neither side strides.
  package func mirrorUpper(_ matrix: UnsafeMutablePointer<Float>, size: Int) {
    let tile = 64
    let tiles = (size + tile - 1) / tile
    forEach(count: tiles, threads: threads) { rowTile in
      let rows = rowTile * tile..<Swift.min(size, (rowTile + 1) * tile)
      for columnTile in 0...rowTile {
        let end = Swift.min(size, (columnTile + 1) * tile)
        for row in rows {
          for column in columnTile * tile..<Swift.min(end, row) {
            matrix[row * size + column] = matrix[column * size + row]
          }
        }
      }
    }
  }
}

func roundUp(_ value: Int, to multiple: Int) -> Int {
  (value + multiple - 1) / multiple * multiple
}
