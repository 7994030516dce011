import Testing
import ThrownErrors
import Torch

@Suite(.serialized) struct DeviceTests {
  @Test func theProcessorIsThereAndAutomaticWhereNothingElseIs() throws {
    try TorchSettings.setDevice("cpu")
    #expect(TorchSettings.computesOnProcessor)
    #expect(try Tensor([1, 2] as [Float], shape: [2]).toFloats() == [1, 2])
  }

  @Test(arguments: ["cuda:99", "tpu", "cuda:x", ""])
  func whatIsNotThereIsAnErrorAndChangesNothing(name: String) throws {
    #expect(throws: TorchError.self) { try TorchSettings.setDevice(name) }
    #expect(TorchSettings.computesOnProcessor)
  }
}
