/// The place of this process among those of its run, as the environment says it.
public struct Launch: Sendable, Equatable {
  /// From 0.
  public let rank: Int
  /// Processes in all.
  public let count: Int
  /// Among the processes of this machine, from 0.
  public let localRank: Int
  /// Processes on this machine.
  public let localCount: Int
  /// Where the first process, or the launcher, keeps what they tell one another.
  public let host: String
  /// Where it listens.
  public let port: UInt16
  /// The launcher keeps it, and not the first process.
  let launcherListens: Bool
  /// Tells this run from others.
  let run: String

  /// - Returns: `nil` for a process on its own
  /// - Throws: ``TrainingError/launch(variable:expected:found:)``
  public init?(_ environment: [String: String]) throws(TrainingError) {
    guard let launcher = Launcher.known.first(where: { environment[$0.count] != nil }),
      let count = try Self.number(launcher.count, in: environment, range: 1...65_536), count > 1
    else { return nil }
    self.count = count
    guard let rank = try Self.number(launcher.rank, in: environment, range: 0...count - 1) else {
      throw .launch(variable: launcher.rank, expected: "0 to \(count - 1)", found: nil)
    }
    self.rank = rank
    let variables = (launcher.localRank, launcher.localCount)
    let local = try Self.number(variables.0, in: environment, range: 0...count - 1)
    let localCount = try variables.1.flatMap { (name) throws(TrainingError) in
      try Self.number(name, in: environment, range: 1...count)
    }
    // Where nobody says so there is one machine.
    self.localCount = localCount ?? (environment[Launcher.host] == nil ? count : 1)
    localRank = local ?? (self.localCount == count ? rank : 0)
    run = launcher.run.compactMap { environment[$0] }.joined(separator: ".")
    launcherListens = environment["TORCHELASTIC_USE_AGENT_STORE"] == "True"
    let first = launcher.machines.flatMap { environment[$0] }.flatMap(Self.firstMachine)
    guard
      let host = environment[Launcher.host] ?? first
        ?? (self.localCount == count ? "127.0.0.1" : nil)
    else {
      throw .launch(
        variable: Launcher.host, expected: "the name or address of rank 0's machine", found: nil)
    }
    self.host = host
    let port = try Self.number(Launcher.port, in: environment, range: 1...65_535)
    self.port = UInt16(port ?? Self.port(of: run))
  }

  private static func number(
    _ name: String, in environment: [String: String], range: ClosedRange<Int>
  ) throws(TrainingError) -> Int? {
    guard let text = environment[name] else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw .launch(
        variable: name, expected: "\(range.lowerBound) to \(range.upperBound)", found: text)
    }
    return number
  }

  /// `node[03-07,09],other` begins with `node03`.
  static func firstMachine(_ list: String) -> String? {
    guard let open = list.firstIndex(of: "[") else {
      return list.split(separator: ",").first.map(String.init)
    }
    let first = list[list.index(after: open)...].prefix { !"-,]".contains($0) }
    let stem = list[..<open]
    guard !stem.contains(",") else { return stem.split(separator: ",").first.map(String.init) }
    return String(stem + first)
  }

  /// libtorch's usual port where nothing tells runs apart, else one of the run's own.
  static func port(of run: String) -> Int {
    guard !run.isEmpty else { return 29_500 }
    let hash = run.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
    return 20_000 + Int(hash % 10_000)
  }
}
