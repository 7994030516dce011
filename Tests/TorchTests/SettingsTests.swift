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
}
