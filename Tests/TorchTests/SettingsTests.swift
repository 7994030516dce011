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

  @Test func deterministicAlgorithmsGiveTheSameBits() throws {
    try TorchSettings.setDeterministic(true)
    let weight = try noiseTensor([8, 4, 3, 3], seed: 2)
    try weight.setRequiresGrad()
    let x = try noiseTensor([4, 4, 9, 9])
    let gradients = try (0..<2).map { _ in
      try weight.clearGrad()
      try x.conv2d(weight, padding: 1).maxPool2d(kernel: 2).square().sum().backward()
      return try #require(try weight.grad).toFloats()
    }
    #expect(gradients[0] == gradients[1])
  }

  @Test func denormalsCountAsZeroWhereAsked() throws {
    let tiny = try Tensor([1e-30] as [Float], shape: [1])
    guard TorchSettings.setFlushDenormals(true) else { return }
    let flushed = try (tiny * 1e-10).toFloats()
    TorchSettings.setFlushDenormals(false)
    #expect(flushed == [0])
    #expect(try (tiny * 1e-10).toFloats()[0] > 0)
  }

  @Test func oneDNNIsOnUnlessSwitchedOff() {
    #expect(TorchSettings.usesOneDNN)
  }
}
