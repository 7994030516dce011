#!/bin/sh
# Regenerates Sources/*/Protobuf/*.pb.swift from the .proto files beside them. The results are
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
for file in Sources/*/Protobuf/*.proto; do
  folder=$(dirname "$file")
  protoc --plugin=protoc-gen-swift=.build/protoc-gen-swift/debug/protoc-gen-swift \
    --proto_path="$folder" --swift_out="$folder" "$(basename "$file")"
done
