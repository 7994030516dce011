import KernelTester
import Testing

/// Every kernel this processor runs, against its definition: the checks that scripts/test-kernels.sh
/// runs under sanitizers and on emulated processors.
@Suite(.serialized) struct KernelTests {
  private static let suites: [String] = {
    var names: [String] = []
    while let name = signet_kernel_suite(Int32(names.count)) { names.append(String(cString: name)) }
    return names
  }()

  @Test(arguments: Array(suites.enumerated()))
  func isRight(index: Int, suite: String) {
    let before = signet_count_kernel_checks()
    signet_run_kernel_suite(Int32(index))
    let after = signet_count_kernel_checks()
    #expect(after.checks > before.checks)
    // What fails is told on standard error.
    #expect(after.failures == before.failures, "\(suite)")
  }
}
