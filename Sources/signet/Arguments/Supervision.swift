import ArgumentParser

/// What binary networks learn from.
enum Supervision: String, ExpressibleByArgument, CaseIterable {
  case labels, teacher, both
}
