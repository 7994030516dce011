import CSignetKernels
import SignetModel

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The kernels of one instruction set. An engine chooses one when it is made and keeps it.
///
/// The environment variable `SIGNET_KERNELS` forces a set by name. `avx512:` and a name of ``Lookup``
/// force also how its table kernels look sums up.
public struct KernelSet: Sendable, Hashable {
  /// `reference`, `avx2`, `avx512`, `amx` or `neon`; with a forced lookup `avx512:words` or the like.
  public let name: String
  /// The name without a forced lookup.
  public var family: String { String(name.prefix { $0 != ":" }) }
  let table: KernelTable

  init(table: KernelTable) {
    self.table = table
    name = String(cString: table.pointer.pointee.name)
  }

  private init(table: KernelTable, name: String) {
    self.table = table
    self.name = name
  }

  /// The sets this build contains, best first, whether the processor can run them or not.
  public static let all: [KernelSet] = KernelTable.all.map(KernelSet.init(table:))

  /// The sets this processor can run, best first; `reference` is always the last.
  public static let available: [KernelSet] = all.filter(\.isAvailable)

  /// Whether this processor and operating system can run the set.
  public var isAvailable: Bool { signet_kernel_set_is_available(table.pointer) }

  /// Finds a set by name.
  ///
  /// - Throws: ``EngineError/unknownKernels(name:available:suggestion:)`` or
  ///   ``EngineError/unavailableKernels(name:available:)``.
  public init(named name: String) throws(EngineError) {
    let names = Self.available.map(\.name)
    let known = Self.all + Self.all.flatMap(\.withLookups)
    guard let set = known.first(where: { $0.name == name }) else {
      // A set of another architecture is a right name on the wrong machine.
      if Self.architectures.contains(name) {
        throw .unavailableKernels(name: name, available: names)
      }
      throw .unknownKernels(
        name: name, available: names,
        suggestion: closestName(to: name, among: Self.architectures + known.map(\.name)))
    }
    guard set.isAvailable else { throw .unavailableKernels(name: name, available: names) }
    self = set
  }

  /// The set `SIGNET_KERNELS` names, or the best the processor can run.
  ///
  /// - Throws: ``EngineError`` if the variable holds a name that is unknown or cannot run here.
  public static func preferred(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(EngineError) -> KernelSet {
    if let name = environment["SIGNET_KERNELS"], !name.isEmpty {
      return try KernelSet(named: name)
    }
    guard let best = available.first else {
      throw .unavailableKernels(name: "reference", available: [])
    }
    return best
  }

  /// This set with each of the lookups between which its table kernels would choose.
  private var withLookups: [KernelSet] {
    Lookup.all.compactMap { lookup in
      guard let pointer = signet_kernel_set_with_lookup(table.pointer, lookup.index) else {
        return nil
      }
      return KernelSet(table: KernelTable(pointer: pointer), name: "\(name):\(lookup.name)")
    }
  }

  private static let architectures = ["reference", "avx2", "avx512", "amx", "neon"]
}

/// A table of C functions that lives as long as the process and is never written.
struct KernelTable: @unchecked Sendable, Hashable {
  let pointer: UnsafePointer<signet_kernel_set>

  static let all: [KernelTable] = {
    var tables: [KernelTable] = []
    while let pointer = signet_kernel_set_at(Int32(tables.count)) {
      tables.append(KernelTable(pointer: pointer))
    }
    return tables
  }()
}
