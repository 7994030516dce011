#!/usr/bin/env bash
# Builds libsignet and checks it: a C program over its header, shared and static; what it needs and
# what it shows; leaks where valgrind is installed; the Python package where there is numpy, and the
# operators for ONNX Runtime where that is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/build-library.sh .build/library > /dev/null
library=.build/library/lib
model=Examples/classify/colours.signet
out=.build/library
flags=(-std=c11 -Wall -Wextra -Wpedantic -Werror -O1 -I .build/library/include)
cc "${flags[@]}" Tests/Library/test.c -L "$library" -lsignet -Wl,-rpath,"$PWD/$library" \
  -lpthread -lm -o "$out/test"
"$out/test" "$model"
cc "${flags[@]}" Examples/c/scores.c -L "$library" -lsignet -Wl,-rpath,"$PWD/$library" \
  -o "$out/scores"
[ "$("$out/scores" "$model" | wc -l)" -eq 3 ]
c++ -x c++ -fsyntax-only -Wall -Werror -I .build/library/include - <<< '#include <signet.h>'

if [ "$(uname -s)" = Linux ]; then
  cc "${flags[@]}" Tests/Library/test.c "$library/libsignet.a" -lstdc++ -lm -lpthread -ldl \
    -o "$out/test-static" 2> /dev/null
  "$out/test-static" "$model" > /dev/null
  needed=$(readelf -d "$library/libsignet.so.1" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' |
    grep -vE '^(libc|libm|libdl|libpthread|ld-linux.*)\.so' || true)
  [ -z "$needed" ] || { echo "libsignet.so.1 needs $needed" >&2; exit 1; }
  declared=$(grep -oE '\bsignet_[a-z_]+\(' .build/library/include/signet.h | tr -d '(' | sort -u)
  shown=$(nm -D --defined-only "$library/libsignet.so.1" | awk '{ print $3 }' | sort -u)
  diff <(printf 'RegisterCustomOps\n%s\n' "$declared") <(echo "$shown")
  echo "libsignet.so.1: $(stat -c %s "$library/libsignet.so.1") bytes"
fi

if command -v valgrind > /dev/null; then
  # Swift's own code reads what it does not use, so only leaks are held against it.
  valgrind -q --undef-value-errors=no --leak-check=full --errors-for-leak-kinds=definite --show-leak-kinds=definite \
    --error-exitcode=9 "$out/test" "$model"
else
  echo 'skipped: valgrind is not installed'
fi

python=.deps/python/bin/python
if [ -x "$python" ] && "$python" -c 'import numpy' 2> /dev/null; then
  name=$(ls "$library" | grep -E '^libsignet\.(so\.1|1\.dylib)$')
  export SIGNET_LIBRARY=$PWD/$library/$name PYTHONPATH=Python
  "$python" -m unittest discover -s Python/tests
  if [ -x .build/release/signet ] && "$python" -c 'import onnxruntime' 2> /dev/null; then
    .build/release/signet export "$model" -o "$out/colours.onnx" --operators signet > /dev/null
    "$python" Examples/onnxruntime/run.py "$out/colours.onnx" 2
  else
    echo 'skipped: the example for ONNX Runtime, which needs that and the command'
  fi
else
  echo 'skipped: the Python package, which needs numpy'
fi

# One version, said in three places.
version=$(sed -n 's/^    version: "\(.*\)",$/\1/p' Sources/signet/Signet.swift)
grep -q "CString(\"$version\")" Sources/SignetC/Functions.swift
grep -q "__version__ = \"$version\"" Python/signet/__init__.py
