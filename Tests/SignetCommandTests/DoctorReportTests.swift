import SignetReport
import Testing

@testable import signet

@Suite struct DoctorReportTests {
  private func report(chosen: String?, forced: String? = nil) -> DoctorReport {
    DoctorReport(
      version: "1.2.3",
      processor: .init(
        name: "A Processor", architecture: "x86_64", cores: 2, memoryBytes: 8_000_000_000,
        has: ["avx2", "fma"], lacks: ["avx512f"]),
      kernels: .init(
        chosen: chosen, forced: forced,
        sets: [
          .init(name: "amx", runs: false, lacks: []),
          .init(name: "avx512", runs: false, lacks: ["avx512f"]),
          .init(name: "avx2", runs: true, lacks: []),
          .init(name: "reference", runs: true, lacks: []),
        ]),
      libtorch: .init(version: "2.13.0", path: "/lib/torch.so", threads: 2, bfloat16: false),
      threads: 2, environment: forced.map { ["SIGNET_KERNELS": $0] } ?? [:])
  }

  @Test func text() {
    #expect(
      report(chosen: "avx2").text == """
        signet     1.2.3
        processor  A Processor, x86_64, 2 cores, 8.00 GB
        has        avx2, fma
        lacks      avx512f
        kernels    avx2, the best that runs here
        lookups    –
        threads    2 unless --threads says otherwise
        libtorch   2.13.0, 2 threads, bfloat16 does not pay, /lib/torch.so
        set        –

        kernels    run here     lacks
        ─────────  ───────────  ─────────────────────────────────
        amx        no           the operating system's permission
        avx512     no           avx512f
        avx2       yes, chosen
        reference  yes
        """)
  }

  @Test func lookupsAreTimed() {
    var measured = report(chosen: "avx512:bytes", forced: "avx512:bytes")
    measured.kernels.lookups = [
      .init(name: "words", nanoseconds: 0.306), .init(name: "bytes", nanoseconds: 0.394),
    ]
    let text = measured.text
    #expect(text.contains("lookups    words 0.31 ns, the fastest measured, bytes 0.39 ns\n"))
    #expect(text.contains("avx512     no, chosen"))
  }

  @Test func whatIsForcedIsSaid() {
    let forced = report(chosen: "reference", forced: "reference").text
    #expect(forced.contains("kernels    reference, which SIGNET_KERNELS asks for\n"))
    #expect(forced.contains("set        SIGNET_KERNELS=reference\n"))
    #expect(forced.contains("reference  yes, chosen"))
    #expect(
      report(chosen: nil, forced: "avx9").text
        .contains("kernels    none: SIGNET_KERNELS asks for 'avx9'\n"))
  }
}
