import SignetModel

/// Runs a set through a network and hands out one of its outputs, sample by sample.
struct OutputRun {
  let network: any NamedNetwork
  /// Of the network: says how images become its input.
  let model: Model
  let output: String
  let dataset: any ImageDataset
  let batchSize: Int
  /// Called for each image that cannot be read and is left out; with `nil` the first one is thrown.
  /// So it is where no image can be read.
  let skipping: ((DataError) -> Void)?
  /// Called after each batch with the images done and their total.
  let progress: ((Int, Int) throws -> Void)?

  /// - Parameter body: gets a sample's place in the set and its numbers, all finite
  /// - Returns: how many samples there were
  func each(_ body: (Int, ArraySlice<Float>) throws -> Void) throws -> Int {
    var skipped: [DataError] = []
    let note = skipping.map { skipping in
      { (error: DataError) in
        skipped.append(error)
        skipping(error)
      }
    }
    let batches = BatchLoader(dataset: dataset, model: model, batchSize: batchSize)
      .batches(epoch: 0, skipping: note)
    var done = 0
    while let batch = try batches.next() {
      guard let values = try network.outputs(batch.tensors(for: network.inputs))[output]?.values
      else { throw EvaluationError.output(name: output) }
      let size = values.count / batch.count
      for (place, index) in batch.indices.enumerated() {
        let sample = values[place * size..<(place + 1) * size]
        guard sample.allSatisfy(\.isFinite) else {
          throw EvaluationError.notANumber(dataset: dataset.name, image: index)
        }
        try body(index, sample)
      }
      done += batch.count
      try progress?(done + skipped.count, dataset.count)
    }
    if done == 0, let error = skipped.first { throw error }
    return done
  }
}
