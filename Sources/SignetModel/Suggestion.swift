/// The candidate nearest to a mistyped name, if one is near enough to be what was meant.
///
/// Nearness is the Levenshtein distance; a third of the name's length may differ.
public func closestName(to name: String, among candidates: some Sequence<String>) -> String? {
  let allowed = max(1, name.count / 3)
  let length = name.utf8.count
  return
    candidates
    .filter { abs($0.utf8.count - length) <= allowed * longestCharacter }
    .map { (candidate: $0, distance: editDistance(name, $0, atMost: allowed)) }
    .filter { $0.distance <= allowed && $0.candidate != name }
    .min { ($0.distance, $0.candidate) < ($1.distance, $1.candidate) }?
    .candidate
}

/// UTF-8 bytes a character may take.
private let longestCharacter = 4

/// The distance, or any number above `limit` if it is above it: most candidates are told apart after
/// a few characters.
private func editDistance(_ left: String, _ right: String, atMost limit: Int) -> Int {
  let left = Array(left.utf8.prefix(256))
  let right = Array(right.utf8.prefix(256))
  var previous = Array(0...right.count)
  for (i, byte) in left.enumerated() {
    var current = [i + 1]
    current.reserveCapacity(right.count + 1)
    for (j, other) in right.enumerated() {
      let substitution = previous[j] + (byte == other ? 0 : 1)
      current.append(min(substitution, previous[j + 1] + 1, current[j] + 1))
    }
    guard current.contains(where: { $0 <= limit }) else { return limit + 1 }
    previous = current
  }
  return previous[right.count]
}
