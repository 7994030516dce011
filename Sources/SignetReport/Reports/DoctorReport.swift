/// What this machine offers and which of Signet's ways to compute it takes.
public struct DoctorReport: Report {
  public struct Processor: Encodable, Hashable, Sendable {
    public var name: String
    public var architecture: String
    public var cores: Int
    public var memoryBytes: Int
    /// The features kernels ask for, by whether the processor has them.
    public var has: [String]
    public var lacks: [String]

    public init(
      name: String, architecture: String, cores: Int, memoryBytes: Int, has: [String],
      lacks: [String]
    ) {
      self.name = name
      self.architecture = architecture
      self.cores = cores
      self.memoryBytes = memoryBytes
      self.has = has
      self.lacks = lacks
    }
  }

  public struct KernelSet: Encodable, Hashable, Sendable {
    public var name: String
    public var runs: Bool
    /// Features it needs and the processor has not.
    public var lacks: [String]

    public init(name: String, runs: Bool, lacks: [String]) {
      self.name = name
      self.runs = runs
      self.lacks = lacks
    }
  }

  public struct Kernels: Encodable, Hashable, Sendable {
    /// The set engines take; absent if `SIGNET_KERNELS` names none that runs.
    public var chosen: String?
    /// What `SIGNET_KERNELS` asks for.
    public var forced: String?
    /// Best first.
    public var sets: [KernelSet]

    public init(chosen: String?, forced: String?, sets: [KernelSet]) {
      self.chosen = chosen
      self.forced = forced
      self.sets = sets
    }
  }

  public struct Torch: Encodable, Hashable, Sendable {
    public var version: String
    /// The library file that was loaded.
    public var path: String
    public var threads: Int
    /// Whether bfloat16 pays on this processor.
    public var bfloat16: Bool

    public init(version: String, path: String, threads: Int, bfloat16: Bool) {
      self.version = version
      self.path = path
      self.threads = threads
      self.bfloat16 = bfloat16
    }
  }

  public var version: String
  public var processor: Processor
  public var kernels: Kernels
  public var libtorch: Torch
  /// Of commands that are not told how many.
  public var threads: Int
  /// Variables that are set and change how fast or with what Signet runs.
  public var environment: [String: String]

  public init(
    version: String, processor: Processor, kernels: Kernels, libtorch: Torch, threads: Int,
    environment: [String: String]
  ) {
    self.version = version
    self.processor = processor
    self.kernels = kernels
    self.libtorch = libtorch
    self.threads = threads
    self.environment = environment
  }
}

extension DoctorReport {
  public var text: String { text(columns: .max) }

  public func text(columns: Int) -> String {
    var table = Table([
      Table.Column("kernels", .left), Table.Column("run here", .left),
      Table.Column("lacks", .left),
    ])
    for set in kernels.sets {
      let runs = set.runs ? "yes" : "no"
      table.append([
        set.name, set.name == kernels.chosen ? "\(runs), chosen" : runs,
        set.runs || !set.lacks.isEmpty
          ? set.lacks.joined(separator: ", ") : "the operating system's permission",
      ])
    }
    let facts = [
      ("signet", version),
      (
        "processor",
        [processor.name, processor.architecture].filter { !$0.isEmpty }.joined(separator: ", ")
          + ", \(processor.cores) core\(processor.cores == 1 ? "" : "s"), "
          + "\(Quantity.bytes(processor.memoryBytes))"
      ),
      ("has", list(processor.has)),
      ("lacks", list(processor.lacks)),
      ("kernels", choice),
      ("threads", "\(threads) unless --threads says otherwise"),
      (
        "libtorch",
        "\(libtorch.version), \(libtorch.threads) threads, "
          + "bfloat16 \(libtorch.bfloat16 ? "pays" : "does not pay"), \(libtorch.path)"
      ),
      (
        "set",
        list(environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
      ),
    ]
    return Paragraph.facts(facts, width: 11, columns: columns) + "\n\n"
      + table.text(columns: columns)
  }

  private var choice: String {
    switch (kernels.chosen, kernels.forced) {
    case (let chosen?, nil): "\(chosen), the best that runs here"
    case (let chosen?, _?): "\(chosen), which SIGNET_KERNELS asks for"
    case (nil, let forced): "none: SIGNET_KERNELS asks for '\(forced ?? "")'"
    }
  }

  private func list(_ words: [String]) -> String {
    words.isEmpty ? "–" : words.joined(separator: ", ")
  }
}
