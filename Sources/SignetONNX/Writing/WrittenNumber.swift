import SignetModel

/// A number in an operator's input: written down, or worked out by the file from the extents of its
/// values.
struct WrittenNumber {
  /// For the extents that the model has until a run chooses others.
  let usual: Int
  /// `nil` where it is the same for all.
  var rule: OpenExtent?
}

extension Region.Axis {
  /// Where a slice of one period ends.
  var end: Int {
    let end = start + count * step
    return step < 0 && end < 0 ? Int(Int64.min) : end
  }
}

/// The five numbers of a region's axis.
struct WrittenAxis {
  let extent: WrittenNumber
  let start: WrittenNumber
  let step: WrittenNumber
  let count: WrittenNumber
  let repeats: WrittenNumber

  /// - Parameter numbers: in the order of `NodeOperation.sizes`
  init(_ numbers: ArraySlice<WrittenNumber>) {
    let numbers = Array(numbers)
    (extent, start, step, count, repeats) = (
      numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]
    )
  }

  /// Where a slice of one period ends; `nil` where no product of extents says it.
  var end: WrittenNumber? {
    let axis = Region.Axis(
      extent: extent.usual, start: start.usual, step: step.usual, count: count.usual)
    guard start.rule != nil || step.rule != nil || count.rule != nil else {
      return WrittenNumber(usual: axis.end, rule: nil)
    }
    guard step.rule == nil, step.usual > 0 else { return nil }
    guard let many = count.rule else {
      return start.rule?.scaled(by: 1, adding: count.usual * step.usual).map {
        WrittenNumber(usual: axis.end, rule: $0)
      }
    }
    guard let first = start.rule else {
      return many.scaled(by: step.usual, adding: start.usual).map {
        WrittenNumber(usual: axis.end, rule: $0)
      }
    }
    guard first.factors == many.factors, first.denominator == many.denominator,
      var rule = many.scaled(by: step.usual, adding: first.offset)
    else { return nil }
    let (numerator, overflow) = rule.numerator.addingReportingOverflow(first.numerator)
    guard !overflow else { return nil }
    rule.numerator = numerator
    return WrittenNumber(usual: axis.end, rule: rule)
  }
}

extension OpenExtent {
  /// Its multiple and a number; `nil` where that is too large for a file.
  fileprivate func scaled(by factor: Int, adding number: Int) -> OpenExtent? {
    let numerator = numerator.multipliedReportingOverflow(by: factor)
    let offset = offset.multipliedReportingOverflow(by: factor)
    let sum = offset.partialValue.addingReportingOverflow(number)
    guard !numerator.overflow, !offset.overflow, !sum.overflow else { return nil }
    return OpenExtent(
      factors: factors, numerator: numerator.partialValue, denominator: denominator,
      offset: sum.partialValue)
  }
}
