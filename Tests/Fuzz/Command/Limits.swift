import Foundation

/// What one input may take.
enum Limits {
  static let seconds = 2.0
  static let bytes = 1 << 30
  /// A hang ends the run; the state file names the input.
  static let hangSeconds: UInt32 = 120

  /// AddressSanitizer refuses larger allocations at once, touched or not. It reads this only as the
  /// process starts, so that the process starts anew.
  static func holdAllocations() {
    let name = "ASAN_OPTIONS"
    let option = "max_allocation_size_mb=\(bytes >> 20)"
    let options = ProcessInfo.processInfo.environment[name] ?? ""
    guard !options.contains("max_allocation_size_mb") else { return }
    setenv(name, options.isEmpty ? option : "\(options):\(option)", 1)
    var arguments: [UnsafeMutablePointer<CChar>?] = CommandLine.arguments.map { strdup($0) } + [nil]
    execv("/proc/self/exe", &arguments)
  }

  /// Forgets the most memory the process has held; Linux only.
  static func forgetPeak() {
    guard let file = fopen("/proc/self/clear_refs", "w") else { return }
    fputs("5", file)
    fclose(file)
  }

  /// The most memory held since, and what is held now.
  static var memory: (peak: Int, now: Int) {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else {
      return (0, 0)
    }
    func bytes(_ key: String) -> Int {
      let line = status.split(separator: "\n").first { $0.hasPrefix(key) }
      return (line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0) << 10
    }
    return (bytes("VmHWM:"), bytes("VmRSS:"))
  }
}
