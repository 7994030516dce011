// swift-tools-version: 6.1
import PackageDescription

// A package of its own, so that nothing here is part of what Signet ships. The targets it measures
// are links to the real sources: it builds without libtorch and image libraries.
let package = Package(
  name: "runtime-benchmark",
  platforms: [.macOS(.v14)],
  dependencies: [
    .package(url: "https://github.com/apple/swift-protobuf.git", from: "1.39.0")
  ],
  targets: [
    // Kernels include one another by family: "core/geometry.h".
    .target(name: "CSignetKernels", cSettings: [.headerSearchPath(".")]),
    .target(name: "SignetModel"),
    .target(name: "SignetZoo", dependencies: ["SignetModel"]),
    .target(
      name: "SignetONNX",
      dependencies: ["SignetModel", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
      exclude: ["Protobuf/onnx.proto"]),
    .target(name: "SignetRuntime", dependencies: ["SignetModel", "CSignetKernels"]),
    // Writes the networks; apart from the engine, whose process shall hold nothing else.
    .executableTarget(
      name: "write-networks", dependencies: ["SignetModel", "SignetZoo", "SignetONNX"]),
    .executableTarget(name: "runtime-engine", dependencies: ["SignetModel", "SignetRuntime"]),
  ],
  swiftLanguageModes: [.v6]
)
