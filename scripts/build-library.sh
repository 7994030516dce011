#!/usr/bin/env bash
# Builds libsignet, the runtime for C and what can call it, into a folder (default: .build/library):
# lib/libsignet.so.1 and lib/libsignet.a with the Swift runtime inside, include/signet.h, and
# lib/pkgconfig/signet.pc. On macOS lib/libsignet.1.dylib, where Swift is part of the system. ONNX
# Runtime takes the shared library for one of operators, as which it has another name, too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
prefix=${1:-.build/library}
scratch=.build/library-objects
version=$(sed -n 's/^    version: "\(.*\)",$/\1/p' Sources/signet/Signet.swift)

for target in SignetC SignetONNXRuntime; do
  swift build -c release --target "$target" --scratch-path "$scratch"
done
objects=$(cd "$scratch/release" && pwd -P)
list=$(find "$objects" -name '*.o' | sort |
  grep -E '/(SignetC|SignetONNXRuntime|SignetModel|SignetRuntime|CSignet|CSignetONNXRuntime|CSignetKernels)\.build/')
mkdir -p "$prefix/lib/pkgconfig" "$prefix/include"
prefix=$(cd "$prefix" && pwd)

if [ "$(uname -s)" = Darwin ]; then
  # shellcheck disable=SC2086
  swiftc -emit-library -O -o "$prefix/lib/libsignet.1.dylib" $list \
    -Xlinker -install_name -Xlinker @rpath/libsignet.1.dylib \
    -Xlinker -exported_symbol -Xlinker '_signet_*' \
    -Xlinker -exported_symbol -Xlinker _RegisterCustomOps -Xlinker -dead_strip
  ln -sf libsignet.1.dylib "$prefix/lib/libsignet.dylib"
  ln -sf libsignet.1.dylib "$prefix/lib/libsignet_onnxruntime.dylib"
  private=
else
  swift=$(dirname "$(dirname "$(readlink -f "$(command -v swiftc)")")")/lib/swift_static/linux
  # The order does not matter within the group; what none of the objects needs stays out.
  runtime="-L$swift -Wl,--start-group -lFoundationEssentials -l_FoundationCShims
    -l_FoundationCollections -lswiftSynchronization -lswift_StringProcessing -lswift_RegexParser
    -lswift_Concurrency -lswiftDispatch -ldispatch -lBlocksRuntime -lswiftGlibc
    -lswift_Builtin_float -lswiftCore -Wl,--end-group"
  start=$swift/$(uname -m)/swiftrt.o
  # shellcheck disable=SC2086
  clang -shared -fuse-ld=lld -o "$prefix/lib/libsignet.so.1" "$start" $list $runtime \
    -Wl,--version-script=scripts/signet.map -Wl,-soname=libsignet.so.1 -Wl,--gc-sections -Wl,-s \
    -l:libstdc++.a -static-libgcc -lm -lpthread -ldl
  ln -sf libsignet.so.1 "$prefix/lib/libsignet.so"
  ln -sf libsignet.so.1 "$prefix/lib/libsignet_onnxruntime.so"
  # One object with what it needs of Swift, of which only the interface can be seen.
  whole=$objects/signet-whole.o
  # shellcheck disable=SC2086
  clang -r -nostdlib -fuse-ld=lld -o "$whole" "$start" $list $runtime
  objcopy --wildcard --keep-global-symbol='signet_*' --keep-global-symbol=RegisterCustomOps \
    --strip-debug "$whole"
  rm -f "$prefix/lib/libsignet.a"
  ar rcs "$prefix/lib/libsignet.a" "$whole"
  private="-lstdc++ -lm -lpthread -ldl"
fi

cp Sources/CSignet/include/signet.h "$prefix/include/"
cat > "$prefix/lib/pkgconfig/signet.pc" <<PC
prefix=\${pcfiledir}/../..
Name: signet
Description: Runs binary weight networks
Version: $version
Cflags: -I\${prefix}/include
Libs: -L\${prefix}/lib -lsignet
Libs.private: $private
PC
echo "$prefix"
