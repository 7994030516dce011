import Torch

extension Executor {
  /// In what convolutions and matrix products compute; weights, batch norm and losses stay float32.
  public enum Precision: String, Sendable, CaseIterable {
    /// 24 significant bits.
    case float32
    /// Eight significant bits.
    case bfloat16

    /// bfloat16 where it is the faster of the two on this processor, else float32.
    public static var fastest: Precision { TorchSettings.hasFastBFloat16 ? .bfloat16 : .float32 }
  }
}
