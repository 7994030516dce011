import Testing
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
    #expect(throws: TorchError.self) { try TorchSettings.setThreads(0) }
  }

  @Test func denormalsCountAsZeroWhereAsked() throws {
    let tiny = try Tensor([1e-30] as [Float], shape: [1])
    guard TorchSettings.setFlushDenormals(true) else { return }
    let flushed = try (tiny * 1e-10).toFloats()
    TorchSettings.setFlushDenormals(false)
    #expect(flushed == [0])
    #expect(try (tiny * 1e-10).toFloats()[0] > 0)
  }
}
