#!/usr/bin/env bash
# Formats all Swift, and all C; with `check`, says what is not formatted and
# fails. The C part is left out where set-up could not install clang-format.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

swift=(swift format -i)
c=(-i)
case ${1:-} in
  '') ;;
  check)
    swift=(swift format lint --strict)
    c=(--dry-run -Werror)
    ;;
  *)
    printf '%s: expected check or nothing, found %s\n' "$0" "$1" >&2
    exit 64
    ;;
esac

"${swift[@]}" -r Package.swift Sources Tests Examples
if [ -x .deps/python/bin/clang-format ]; then
  find Sources/CSignet Sources/CSignetONNXRuntime Sources/CSignetKernels Tests/Kernels Tests/Library \
    Examples/c -name '*.[ch]' -print0 |
    xargs -0 .deps/python/bin/clang-format "${c[@]}"
else
  printf 'skipped: the format of C, which needs clang-format in .deps/python\n' >&2
fi
