import SignetRuntime

extension KernelSet {
  /// What the set's binary kernels may lose of each input, relative to it.
  var binaryInputError: Double {
    // Two bfloat16 numbers hold 16 bits of a float's significand.
    name == "amx" ? 0x1p-16 : 0
  }
}
