#!/usr/bin/env bash
# Builds the examples, runs them and prints the size of what an app would ship. With --static the
# Swift libraries are inside, as on a bare Linux machine.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../Examples/classify"

scratch=../../.build/examples
flags=()
[ "$(uname -s)" = Darwin ] || flags=(-Xlinker -s)
[ "${1:-}" != --static ] || flags+=(--static-swift-stdlib)
swift build -c release --scratch-path "$scratch" ${flags[@]+"${flags[@]}"}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# image NAME BYTES: 12 × 10 pixels of one colour.
image() {
  { printf 'P6\n# %s\n12 10\n255\n' "$1" && for _ in $(seq 120); do printf "$2"; done; } \
    >"$folder/$1.ppm"
}
image red '\310\050\036'
image green '\050\310\036'
image blue '\050\036\310'
for colour in red green blue; do
  answer=$("$scratch/release/classify" colours.signet "$folder/$colour.ppm")
  case $(printf '%s\n' "$answer" | head -n 1) in
    *"% $colour"*) ;;
    *)
      printf 'expected %s, found:\n%s\n' "$colour" "$answer" >&2
      exit 1
      ;;
  esac
done
printf '%s\n' "$answer"
printf 'P6 12 10 255 short' >"$folder/short.ppm"
if "$scratch/release/classify" colours.signet "$folder/short.ppm" 2>"$folder/message"; then
  echo 'a truncated image was taken' >&2
  exit 1
fi
grep -q 'expected 360 bytes of pixels, found 5' "$folder/message"
# Of the app for phones only this does without Apple's frameworks.
kernels=$(find "$scratch/release/" -path '*CSignetKernels*' -name module.modulemap | head -n 1)
swiftc -typecheck -swift-version 6 -I "$scratch/release/Modules" -Xcc "-fmodule-map-file=$kernels" \
  ../camera/Recognizer.swift
printf 'classify: %s bytes\n' "$(wc -c <"$scratch/release/classify" | tr -d ' ')"
