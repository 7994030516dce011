/// How often each class was taken for each.
package struct ConfusionMatrix: Sendable, Hashable {
  package private(set) var classCount: Int
  /// label × found
  private var counts: [Int]

  package init(classCount: Int) {
    self.classCount = classCount
    counts = Array(repeating: 0, count: classCount * classCount)
  }

  package subscript(label label: Int, found found: Int) -> Int {
    counts[label * classCount + found]
  }

  package mutating func add(label: Int, found: Int) {
    grow(to: max(label, found) + 1)
    counts[label * classCount + found] += 1
  }

  /// Networks that choose classes themselves do not say how many there are.
  private mutating func grow(to count: Int) {
    guard count > classCount else { return }
    var larger = ConfusionMatrix(classCount: count)
    for label in 0..<classCount {
      for found in 0..<classCount {
        larger.counts[label * count + found] = self[label: label, found: found]
      }
    }
    self = larger
  }

  package var total: Int { counts.reduce(0, +) }
  package var correct: Int { (0..<classCount).reduce(0) { $0 + self[label: $1, found: $1] } }

  /// How many have this label.
  package func labelled(_ label: Int) -> Int {
    (0..<classCount).reduce(0) { $0 + self[label: label, found: $1] }
  }

  /// How many were taken for this class.
  func found(_ found: Int) -> Int {
    (0..<classCount).reduce(0) { $0 + self[label: $1, found: found] }
  }

  /// Of those that are or were taken for a class, the share that is and was: 0…1; `nil` where there
  /// are none.
  func intersectionOverUnion(_ index: Int) -> Double? {
    let both = self[label: index, found: index]
    let either = labelled(index) + found(index) - both
    return either == 0 ? nil : Double(both) / Double(either)
  }
}
