import Testing
import ThrownErrors
import Torch

@Suite struct SettingsTests {
  @Test func versionIsTheOneSetUpInstalls() {
    #expect(TorchSettings.version.hasPrefix("2.13"))
  }

  @Test func threads() throws {
    try TorchSettings.setThreads(2)
    #expect(TorchSettings.threads == 2)
    try TorchSettings.setThreads(1)
    #expect(TorchSettings.threads == 1)
    #expect(
      thrown(TorchError.self) { try TorchSettings.setThreads(0) }
        == "setThreads: expected at least one thread, got 0")
  }

  @Test func denormalsCountAsZeroWhereAsked() throws {
    let tiny = try Tensor([1e-30] as [Float], shape: [1])
    let isPossible = TorchSettings.setFlushDenormals(true)
    #if arch(x86_64)
      #expect(isPossible)
    #endif
    let flushed = try (tiny * 1e-10).toFloats()
    TorchSettings.setFlushDenormals(false)
    #expect((flushed == [0]) == isPossible)
    #expect(try (tiny * 1e-10).toFloats()[0] > 0)
  }
}
