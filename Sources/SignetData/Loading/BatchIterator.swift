/// Hands out the batches of an epoch in order, while the next ones are made on other threads.
/// For one consumer. Dropping it, or ``cancel()``, stops the work ahead.
public final class BatchIterator {
  private let queue: BatchQueue
  private let ahead: Int
  private var steps: Range<Int>
  /// The first step that is not scheduled yet.
  private var nextScheduled: Int
  private var failure: DataError?
  private let skipping: ((DataError) -> Void)?

  init(
    steps: Range<Int>, ahead: Int, skipping: ((DataError) -> Void)?,
    make: @escaping BatchQueue.Make
  ) {
    queue = BatchQueue(make: make)
    self.ahead = ahead
    self.skipping = skipping
    self.steps = steps
    nextScheduled = steps.lowerBound
    scheduleAhead()
  }

  init(failing error: DataError) {
    queue = BatchQueue { _, _ in nil }
    ahead = 0
    skipping = nil
    steps = 0..<0
    nextScheduled = 0
    failure = error
  }

  deinit {
    queue.cancel()
  }

  /// The next batch, or `nil` after the last one. A batch none of whose images can be read is
  /// passed over where they are skipped.
  /// - Throws: ``DataError`` in the place of the batch it spoiled, which is then the last one.
  public func next() throws(DataError) -> Batch? {
    if let failure {
      self.failure = nil
      throw failure
    }
    while let step = steps.first {
      guard let batch = try take(step) else { return nil }
      for error in batch.skipped { skipping?(error) }
      if batch.count > 0 { return batch }
    }
    return nil
  }

  private func take(_ step: Int) throws(DataError) -> Batch? {
    steps = step + 1..<steps.upperBound
    nextScheduled = max(nextScheduled, step)
    let result = queue.take(step)
    switch result {
    case .success(let batch):
      nextScheduled = max(nextScheduled, step + 1)
      scheduleAhead()
      return batch
    case .failure(let error):
      cancel()
      throw error
    case nil:
      return nil
    }
  }

  /// Ends the sequence; batches under way are dropped.
  public func cancel() {
    steps = steps.upperBound..<steps.upperBound
    queue.cancel()
  }

  private func scheduleAhead() {
    while nextScheduled < min(steps.upperBound, steps.lowerBound + ahead) {
      queue.schedule(nextScheduled)
      nextScheduled += 1
    }
  }
}
