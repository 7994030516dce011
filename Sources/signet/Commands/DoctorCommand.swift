import ArgumentParser
import Foundation
import SignetReport
import SignetRuntime
import Torch

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Shows what the processor has and which kernels and libraries run.",
    discussion: """
      SIGNET_KERNELS=reference|avx2|avx512|amx|neon forces kernels; it is an error if they cannot \
      run here. avx512:words, avx512:saturated and avx512:bytes also force how table kernels look \
      sums up, of which a process takes the fastest it measures.

      Example:
        signet doctor
      """)

  @OptionGroup var common: CommonOptions

  func run() throws {
    Interruption.exitAtOnce()
    let environment = ProcessInfo.processInfo.environment
    let choice = Result { try KernelSet.preferred(environment: environment) }
    let report = DoctorReport(
      version: Signet.configuration.version, processor: .current,
      kernels: DoctorReport.Kernels(
        chosen: (try? choice.get())?.name,
        forced: environment["SIGNET_KERNELS"].flatMap { $0.isEmpty ? nil : $0 },
        sets: KernelSet.all.map {
          DoctorReport.KernelSet(name: $0.name, runs: $0.isAvailable, lacks: $0.lacks)
        },
        lookups: Self.lookups),
      libtorch: DoctorReport.Torch(
        version: TorchSettings.version, path: TorchSettings.libraryPath,
        threads: TorchSettings.threads, bfloat16: TorchSettings.hasFastBFloat16),
      threads: common.threadCount,
      environment: environment.filter { Self.variables.contains($0.key) })
    try Console.print(report, json: common.json)
    do {
      _ = try choice.get()
    } catch {
      throw ErrorAfterResult(error: error)
    }
  }

  private static var lookups: [DoctorReport.Lookup] {
    Lookup.all
      .compactMap { lookup in
        lookup.nanoseconds.map { DoctorReport.Lookup(name: lookup.name, nanoseconds: $0) }
      }
      .sorted { $0.nanoseconds < $1.nanoseconds }
  }

  /// What changes how Signet computes.
  private static let variables: Set = [
    "SIGNET_KERNELS", "OMP_NUM_THREADS", "OMP_WAIT_POLICY", "ONEDNN_MAX_CPU_ISA",
    "DNNL_MAX_CPU_ISA",
  ]
}

extension DoctorReport.Processor {
  fileprivate static var current: DoctorReport.Processor {
    let processor = Processor.current
    return DoctorReport.Processor(
      name: processor.name, architecture: processor.architecture, cores: processor.cores,
      memoryBytes: Int(clamping: ProcessInfo.processInfo.physicalMemory),
      has: processor.features.filter(\.isPresent).map(\.name),
      lacks: processor.features.filter { !$0.isPresent }.map(\.name))
  }
}
