#!/usr/bin/env bash
# Builds the C kernels with the tester in Tests/Kernels and runs it:
#   sanitizers  under the address and undefined-behaviour sanitizers, then under the thread one
#   aarch64     NEON's kernels on emulated processors: with products of matrices, with inner
#               products only, and with neither
# Without arguments, both. What the machine has no tools for is skipped, and said.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

kernels=Sources/CSignetKernels
folder=.build/kernels
cross=/usr/aarch64-linux-gnu
mkdir -p "$folder"

# Swift's own clang: the kernels are written for it.
if command -v swiftc >/dev/null; then
  tools=$(dirname "$(readlink -f "$(command -v swiftc)")")
fi
clang=${CC:-}
[ -n "$clang" ] || clang=$([ -x "${tools:-}/clang" ] && echo "$tools/clang" || command -v clang || true)

skip() { printf 'skipped: %s\n' "$*" >&2; }

# build NAME FLAG...: the tester as NAME, unless it is newer than all it is made of.
build() {
  local name=$1 sources
  shift
  if [ -x "$folder/$name" ] &&
    [ -z "$(find $kernels Tests/Kernels scripts/test-kernels.sh -type f -newer "$folder/$name")" ]
  then
    return
  fi
  rm -rf "$folder/$name" "$folder/$name.objects"
  mkdir "$folder/$name.objects"
  sources=$(ls $kernels/*/*.[cS] Tests/Kernels/*.c 2>/dev/null)
  # shellcheck disable=SC2086
  printf '%s\n' $sources | xargs -P 4 -I{} sh -c '
    object=$1/$(printf %s "$2" | tr / _).o
    shift
    source=$1
    shift
    exec "$@" -c "$source" -o "$object"
  ' sh "$folder/$name.objects" {} "$clang" -g -Wall -Wextra -Werror -I$kernels/include -I$kernels \
    -ITests/Kernels/include \
    "$@" -Wno-unused-command-line-argument
  "$clang" "$@" "$folder/$name.objects"/*.o -lm -lpthread -o "$folder/$name"
  rm -r "$folder/$name.objects"
}

sanitizers() {
  # gold, which this clang would take, warns about every symbol of the sanitizer's own.
  local linker=() dispatch=()
  if [ "$(uname -s)" = Linux ]; then
    [ -x "${tools:-}/ld.lld" ] && linker=(-fuse-ld=lld)
    # Swift's thread sanitizer knows libdispatch and wants it linked.
    [ -n "${tools:-}" ] && dispatch=(
      -L"$tools/../lib/swift/linux" -ldispatch -lBlocksRuntime
      -Wl,-rpath,"$tools/../lib/swift/linux")
  fi
  build address -O1 -fsanitize=address,undefined -fno-sanitize-recover=all \
    ${linker[@]+"${linker[@]}"}
  echo 'address and undefined sanitizers:'
  "$folder/address"
  build thread -O1 -fsanitize=thread ${linker[@]+"${linker[@]}"} ${dispatch[@]+"${dispatch[@]}"}
  echo 'thread sanitizer:'
  "$folder/thread" threads rows
}

aarch64() {
  local emulator=()
  if [ "$(uname -m)" != aarch64 ]; then
    if [ ! -d $cross/include ] || ! command -v aarch64-linux-gnu-ld >/dev/null ||
      ! command -v qemu-aarch64-static >/dev/null
    then
      skip 'NEON, which needs gcc-aarch64-linux-gnu and qemu-user-static'
      return
    fi
    emulator=(qemu-aarch64-static)
  elif [ "$(uname -s)" = Darwin ]; then
    skip 'NEON on emulated processors: this one runs its kernels itself'
    return
  fi
  build aarch64 -O2 --target=aarch64-linux-gnu -isystem $cross/include -B$cross/bin -static
  for processor in max cortex-a76 cortex-a57; do
    echo "aarch64, $processor:"
    ${emulator[@]+"${emulator[@]}"} ${emulator[@]+-cpu "$processor"} "$folder/aarch64"
    [ ${#emulator[@]} -gt 0 ] || break
  done
}

if [ -z "$clang" ]; then
  skip 'the kernels, which need clang'
  exit 0
fi
for part in "${@:-sanitizers aarch64}"; do
  for each in $part; do
    case $each in
      sanitizers | aarch64) "$each" ;;
      *)
        printf '%s: expected sanitizers or aarch64, found %s\n' "$0" "$each" >&2
        exit 64
        ;;
    esac
  done
done
