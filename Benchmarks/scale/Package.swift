// swift-tools-version: 6.1
import PackageDescription

// A package of its own, so that nothing here is part of what Signet ships.
let package = Package(
  name: "scale-benchmark",
  platforms: [.macOS(.v14)],
  dependencies: [.package(name: "signet", path: "../..")],
  targets: [
    .executableTarget(
      name: "scale-benchmark",
      dependencies: [.product(name: "SignetTraining", package: "signet")])
  ],
  swiftLanguageModes: [.v6]
)
