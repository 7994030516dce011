import ArgumentParser

/// Range checks of options, all worded alike.
func check<Value: Comparable>(
  _ option: String, _ value: Value?, in range: ClosedRange<Value>
) throws(ValidationError) {
  guard let value, !range.contains(value) else { return }
  throw ValidationError(
    "\(option): expected \(range.lowerBound) to \(range.upperBound), found \(value)")
}
