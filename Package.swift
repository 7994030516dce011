// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "signet",
  platforms: [.macOS(.v14), .iOS(.v17)],
  products: [
    .executable(name: "signet", targets: ["signet"]),
    .library(name: "SignetModel", targets: ["SignetModel"]),
    .library(name: "SignetRuntime", targets: ["SignetRuntime"]),
    // Needs libtorch: for apps that train, and for Benchmarks/training.
    .library(
      name: "SignetTraining", targets: ["SignetTraining", "SignetData", "SignetZoo", "Torch"]),
  ],
  // An app that only runs models turns this off, and resolves no further package.
  traits: [
    .default(enabledTraits: ["Command"]),
    .trait(name: "Command", description: "The command, training, and ONNX in and out."),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-protobuf.git", from: "1.39.0"),
    .package(url: "https://github.com/apple/swift-crypto.git", "3.12.3"..<"5.0.0"),
    .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
  ],
  targets: [
    .target(name: "SignetModel"),
    .target(name: "SignetZoo", dependencies: ["SignetModel"]),
    .target(
      name: "SignetONNX",
      dependencies: [
        "SignetModel",
        .product(
          name: "SwiftProtobuf", package: "swift-protobuf", condition: .when(traits: ["Command"])),
      ],
      exclude: ["Protobuf/onnx.proto"]),
    .target(
      name: "SignetCoreML",
      dependencies: [
        "SignetModel",
        .product(
          name: "SwiftProtobuf", package: "swift-protobuf", condition: .when(traits: ["Command"])),
      ],
      exclude: ["Protobuf/coreml.proto"]),
    .target(
      name: "SignetData",
      dependencies: ["SignetModel", "CTurboJPEG", "CPNG", "CZlib"]),
    // Kernels include one another by family: "core/geometry.h".
    .target(name: "CSignetKernels", cSettings: [.headerSearchPath(".")]),
    .target(name: "SignetHashing", dependencies: ["CSignetKernels"]),
    .target(name: "SignetRuntime", dependencies: ["SignetModel", "CSignetKernels"]),
    // For C, and what can call it: scripts/build-library.sh makes libsignet of these.
    .target(name: "CSignet"),
    .target(name: "SignetC", dependencies: ["SignetModel", "SignetRuntime", "CSignet"]),
    // The operators of libsignet that ONNX Runtime loads.
    .target(name: "CSignetONNXRuntime", dependencies: ["CSignet"]),
    .target(
      name: "SignetONNXRuntime",
      dependencies: ["SignetModel", "SignetRuntime", "CSignet", "CSignetONNXRuntime"]),
    .target(
      name: "CTorch",
      dependencies: ["CLibTorch"],
      cxxSettings: [.headerSearchPath("declarations"), .define("USE_C10D_GLOO")],
      linkerSettings: libtorchLinkerSettings),
    .target(name: "Torch", dependencies: ["CTorch"]),
    .target(
      name: "SignetTraining",
      dependencies: [
        "SignetModel", "SignetData", "SignetHashing", "Torch",
        .product(name: "Crypto", package: "swift-crypto", condition: .when(traits: ["Command"])),
      ]),
    .target(
      name: "SignetReport",
      dependencies: [
        "SignetModel", "SignetData",
        .product(name: "Crypto", package: "swift-crypto", condition: .when(traits: ["Command"])),
      ]),
    .target(
      name: "SignetServer",
      dependencies: [
        "SignetModel", "SignetData", "SignetRuntime", "SignetReport",
        .product(name: "NIOCore", package: "swift-nio", condition: .when(traits: ["Command"])),
        .product(name: "NIOPosix", package: "swift-nio", condition: .when(traits: ["Command"])),
        .product(name: "NIOHTTP1", package: "swift-nio", condition: .when(traits: ["Command"])),
      ]),
    .executableTarget(
      name: "signet",
      dependencies: [
        "SignetModel", "SignetZoo", "SignetONNX", "SignetCoreML", "SignetData", "SignetHashing",
        "SignetRuntime",
        "SignetTraining", "SignetReport", "SignetServer", "Torch",
        .product(
          name: "ArgumentParser", package: "swift-argument-parser",
          condition: .when(traits: ["Command"])),
      ]),

    // Damages files and reads them: at length by the command, shortly by its tests.
    .target(
      name: "FuzzSupport",
      dependencies: [
        "SignetModel", "SignetONNX", "SignetData", "SignetRuntime", "CTurboJPEG", "CPNG",
      ],
      path: "Tests/Fuzz/Support"),
    .executableTarget(name: "fuzz", dependencies: ["FuzzSupport"], path: "Tests/Fuzz/Command"),
    .testTarget(name: "FuzzTests", dependencies: ["FuzzSupport"]),
    // Run by the scripts in Tests/Conformance; never part of a release.
    .executableTarget(
      name: "conformance-runner",
      dependencies: ["SignetModel", "SignetONNX", "SignetRuntime", "SignetTraining"],
      path: "Tests/Conformance/Runner"),

    .systemLibrary(
      name: "CLibTorch", pkgConfig: "libtorch"),
    .systemLibrary(
      name: "CTurboJPEG", pkgConfig: "libturbojpeg",
      providers: [.apt(["libturbojpeg0-dev"]), .brew(["jpeg-turbo"])]),
    .systemLibrary(
      name: "CPNG", pkgConfig: "libpng",
      providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib",
      providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),

    .target(name: "ThrownErrors", path: "Tests/ThrownErrors"),
    // For tests of what several processes do together.
    .target(name: "SideBySide", path: "Tests/SideBySide"),
    .testTarget(name: "SignetModelTests", dependencies: ["SignetModel", "ThrownErrors"]),
    .testTarget(
      name: "SignetZooTests", dependencies: ["SignetZoo", "SignetModel", "ThrownErrors"]),
    .testTarget(
      name: "SignetONNXTests",
      dependencies: [
        "SignetONNX", "SignetModel", "SignetRuntime", "SignetTraining", "NetworkOracle",
        "ThrownErrors",
      ]),
    .testTarget(
      name: "SignetCoreMLTests",
      dependencies: ["SignetCoreML", "SignetModel", "NetworkOracle", "ThrownErrors"]),
    .testTarget(
      name: "SignetDataTests", dependencies: ["SignetData", "SignetModel", "ThrownErrors"]),
    // What hashing is checked against: the paper's procedure, every code there is, a lower bound.
    .target(
      name: "HashingOracles", dependencies: ["SignetHashing"], path: "Tests/HashingOracles"),
    .testTarget(
      name: "SignetHashingTests",
      dependencies: [
        "SignetHashing", "HashingOracles", "CSignetKernels", "SideBySide", "ThrownErrors",
      ]),
    // Checks of the C kernels; scripts/test-kernels.sh makes a program of them.
    .target(
      name: "KernelTester", dependencies: ["CSignetKernels"], path: "Tests/Kernels",
      exclude: ["main.c"],
      cSettings: [.headerSearchPath("../../Sources/CSignetKernels")]),
    // Networks in double precision with plain loops, and what kernels may make of them.
    .target(
      name: "NetworkOracle", dependencies: ["SignetModel", "KernelTester"],
      path: "Tests/NetworkOracle"),
    .testTarget(
      name: "SignetRuntimeTests",
      dependencies: [
        "SignetRuntime", "SignetModel", "CSignetKernels", "KernelTester", "NetworkOracle",
      ]),
    .testTarget(name: "TorchTests", dependencies: ["Torch", "SideBySide", "ThrownErrors"]),
    .testTarget(
      name: "SignetTrainingTests",
      dependencies: [
        "SignetTraining", "SignetModel", "SignetZoo", "SignetData", "SignetHashing",
        "HashingOracles", "NetworkOracle", "SideBySide", "Torch", "ThrownErrors",
      ]),
    .testTarget(
      name: "SignetReportTests",
      dependencies: ["SignetReport", "SignetModel", "SignetData", "ThrownErrors"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "SignetServerTests",
      dependencies: ["SignetServer", "SignetModel", "SignetData", "SignetRuntime", "ThrownErrors"]),
    .testTarget(
      name: "SignetCommandTests",
      dependencies: ["signet", "SignetReport", "SignetData", "SignetModel", "ThrownErrors"]),
    .testTarget(name: "EndToEndTests", dependencies: ["SideBySide"], exclude: ["Fixtures"]),
  ],
  swiftLanguageModes: [.v6],
  // libtorch's headers are C++20.
  cxxLanguageStandard: .cxx20
)

/// SwiftPM drops `-rpath` from pkg-config files, so the place where the loader finds libtorch is
/// said here. Only targets that link `CTorch` carry it; `SignetRuntime` stays free of unsafe flags.
var libtorchLinkerSettings: [LinkerSetting] {
  let folder = "\(Context.packageDirectory)/.deps/libtorch/lib"
  return [.unsafeFlags(["-Xlinker", "-rpath", "-Xlinker", folder])]
}
