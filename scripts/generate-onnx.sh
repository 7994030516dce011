#!/bin/sh
# Regenerates Sources/SignetONNX/Protobuf/onnx.pb.swift from onnx.proto beside it. The result is
# committed, because building swift-protobuf's plugin takes longer than building all of Signet.
#
# Needs protoc (Debian: protobuf-compiler). protoc-gen-swift is built once from the checkout of
# swift-protobuf that the package depends on, so that generator and library always fit.
set -eu
cd "$(dirname "$0")/.."
swift package resolve
checkout=.build/checkouts/swift-protobuf
swift build --package-path "$checkout" --scratch-path .build/protoc-gen-swift \
  --product protoc-gen-swift
protoc --plugin=protoc-gen-swift=.build/protoc-gen-swift/debug/protoc-gen-swift \
  --proto_path=Sources/SignetONNX/Protobuf --swift_out=Sources/SignetONNX/Protobuf onnx.proto
