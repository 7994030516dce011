#!/usr/bin/env bash
# Runs the checks of libsignet in C with all of the library, Swift and kernels, under AddressSanitizer
# and with its search for leaks. Takes minutes, and is not part of `make test`. Linux only.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scratch=.build/library-asan
for target in SignetC SignetONNXRuntime; do
  swift build -c release --sanitize address --target "$target" --scratch-path "$scratch"
done
objects=$(cd "$scratch/release" && pwd -P)
list=$(find "$objects" -name '*.o' | sort |
  grep -E '/(SignetC|SignetONNXRuntime|SignetModel|SignetRuntime|CSignet|CSignetONNXRuntime|CSignetKernels)\.build/')
swift=$(dirname "$(dirname "$(readlink -f "$(command -v swiftc)")")")/lib/swift_static/linux
# shellcheck disable=SC2086
clang -fsanitize=address -g -O1 -std=c11 -I Sources/CSignet/include Tests/Library/test.c \
  "$swift/$(uname -m)/swiftrt.o" $list -fuse-ld=lld "-L$swift" -Wl,--start-group \
  -lFoundationEssentials -l_FoundationCShims -l_FoundationCollections -lswiftSynchronization \
  -lswift_StringProcessing -lswift_RegexParser -lswift_Concurrency -lswiftDispatch -ldispatch \
  -lBlocksRuntime -lswiftGlibc -lswift_Builtin_float -lswiftCore -Wl,--end-group \
  -lstdc++ -lm -lpthread -ldl -o "$scratch/test"
ASAN_OPTIONS=detect_leaks=1 "$scratch/test" Examples/classify/colours.signet
