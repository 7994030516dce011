// swift-tools-version: 6.1
import PackageDescription

// A package of its own, so that nothing here is part of what Signet ships. The targets it
// measures, and what it measures them against, are links to the real sources: it builds in seconds, without libtorch.
let package = Package(
  name: "hashing-benchmark",
  platforms: [.macOS(.v14)],
  targets: [
    // Kernels include one another by family: "core/geometry.h".
    .target(name: "CSignetKernels", cSettings: [.headerSearchPath(".")]),
    .target(name: "SignetHashing", dependencies: ["CSignetKernels"]),
    .target(name: "HashingOracles", dependencies: ["SignetHashing"]),
    .executableTarget(
      name: "hashing-benchmark", dependencies: ["SignetHashing", "HashingOracles"]),
  ],
  swiftLanguageModes: [.v6]
)
