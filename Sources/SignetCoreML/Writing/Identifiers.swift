/// Names of a program's values: letters, digits and underscores, each once.
struct Identifiers {
  private var taken: Set<String> = []

  /// A name that is free, as like `name` as the rules allow.
  mutating func free(_ name: String) -> String {
    var plain = String(
      name.unicodeScalars.map { scalar in
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
          ? Character(scalar) : "_"
      })
    if plain.first.map({ $0.isNumber }) ?? true { plain = "_" + plain }
    var free = plain
    var suffix = 2
    while !taken.insert(free).inserted {
      free = "\(plain)_\(suffix)"
      suffix += 1
    }
    return free
  }
}
