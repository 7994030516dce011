import Foundation
import SignetReport

/// What this machine offers and which of Signet's ways to compute it takes.
struct DoctorReport: Report {
  struct Processor: Encodable, Hashable, Sendable {
    var name: String
    var architecture: String
    var cores: Int
    var memoryBytes: Int
    /// The features kernels ask for, by whether the processor has them.
    var has: [String]
    var lacks: [String]
  }

  struct KernelSet: Encodable, Hashable, Sendable {
    var name: String
    var runs: Bool
    /// Features it needs and the processor has not.
    var lacks: [String]
  }

  /// A way in which AVX-512's table kernels look sums up, measured here.
  struct Lookup: Encodable, Hashable, Sendable {
    var name: String
    var nanoseconds: Double
  }

  struct Kernels: Encodable, Hashable, Sendable {
    /// The set engines take; absent if `SIGNET_KERNELS` names none that runs.
    var chosen: String?
    /// What `SIGNET_KERNELS` asks for.
    var forced: String?
    /// Best first.
    var sets: [KernelSet]
    /// The name of the chosen set without a forced lookup.
    var chosenFamily: String? { chosen.map { String($0.prefix { $0 != ":" }) } }
    /// Fastest first; empty where the processor has none.
    var lookups: [Lookup] = []
  }

  struct Torch: Encodable, Hashable, Sendable {
    var version: String
    /// The library file that was loaded.
    var path: String
    var threads: Int
    /// Whether bfloat16 pays on this processor.
    var bfloat16: Bool
  }

  var version: String
  var processor: Processor
  var kernels: Kernels
  var libtorch: Torch
  /// Of commands that are not told how many.
  var threads: Int
  /// Variables that are set and change how fast or with what Signet runs.
  var environment: [String: String]
}

extension DoctorReport {
  var text: String { text(columns: .max) }

  func text(columns: Int) -> String {
    var table = Table([
      Table.Column("kernels", .left), Table.Column("run here", .left),
      Table.Column("lacks", .left),
    ])
    for set in kernels.sets {
      let runs = set.runs ? "yes" : "no"
      table.append([
        set.name, set.name == kernels.chosenFamily ? "\(runs), chosen" : runs,
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
      ("lookups", lookups),
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

  private var lookups: String {
    list(
      kernels.lookups.enumerated().map { index, lookup in
        let time = "\(lookup.name) \(String(format: "%.2f", lookup.nanoseconds)) ns"
        return index == 0 ? "\(time), the fastest measured" : time
      })
  }

  private func list(_ words: [String]) -> String {
    words.isEmpty ? "–" : words.joined(separator: ", ")
  }
}
