import ArgumentParser
import Torch

/// What libtorch computes on.
struct DeviceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What libtorch computes on: cpu, cuda, cuda:N, mps, or auto, a GPU where there is one.",
      valueName: "device"))
  var device = "cpu"

  func validate() throws {
    let isKnown =
      ["cpu", "cuda", "mps", "auto"].contains(device)
      || device.hasPrefix("cuda:")
        && Int(device.dropFirst(5)).map { (0..<128).contains($0) } == true
    guard isKnown else {
      throw ValidationError(
        "--device: expected cpu, cuda, cuda:N, mps or auto, found '\(device)'")
    }
  }

  /// Before the first tensor is made.
  ///
  /// - Parameter processes: how many share the work
  func use(processes: Int = 1) throws {
    do throws(TorchError) {
      try TorchSettings.setDevice(device)
    } catch {
      throw CommandError.device(device, reason: error.message)
    }
    guard processes == 1 || TorchSettings.computesOnProcessor else {
      throw CommandError.device(
        device,
        reason: "several processes exchange through Gloo, which "
          + "takes the processor's tensors only (--device cpu)")
    }
  }
}
