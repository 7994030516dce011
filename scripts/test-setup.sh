#!/usr/bin/env bash
# Runs set-up, without the network and in seconds, where it is most easily wrong: in a folder with a
# name that a shell could misread, twice, interrupted, killed, with damaged files, two at once,
# without root, without the right to write. The wheels are small ones made here, with pip's own
# checks of their hashes; the system's packages and Swift are stand-ins.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

for tool in python3 unzip sha256sum pkg-config; do
  command -v "$tool" >/dev/null || {
    echo "test-setup: skipped, $tool is not installed (scripts/setup.sh)"
    exit 0
  }
done

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
checkout="$folder/it's a \"test\" \$(touch x) \`touch x\`; touch x"
tools=$folder/tools
wheels=$folder/wheels
mkdir -p "$checkout/scripts" "$tools" "$wheels"
cp setup.sh "$checkout/scripts"
deps=$checkout/.deps

fail() {
  printf 'test-setup: %s\n' "$1" >&2
  [ ! -f "$folder/output" ] || sed 's/^/  /' "$folder/output" >&2
  exit 1
}
expect() { grep -qF -- "$1" "$folder/output" || fail "expected '$1'"; }
refuse() { ! grep -qF -- "$1" "$folder/output" || fail "did not expect '$1'"; }

# setup STATUS: runs it in a folder of its own, where a name run as code would leave a file x.
setup() {
  local status=0
  mkdir -p "$folder/here"
  (cd "$folder/here" && PATH="${path:-$tools:$PATH}" "$checkout/scripts/setup.sh") \
    >"$folder/output" 2>&1 || status=$?
  [ "$status" = "$1" ] || fail "expected exit code $1, found $status"
  [ -z "$(find "$folder" -name x)" ] || fail "a part of the folder's name ran as code"
  [ "$1" != 0 ] || [ -z "$(leftovers)" ] || fail "left behind: $(leftovers)"
}
leftovers() { find "$deps" -maxdepth 1 -name 'setup.*' ! -name setup.lock; }

stand_in() {
  printf '#!/bin/sh\n%s\n' "$2" >"$tools/$1"
  chmod +x "$tools/$1"
}
stand_in swift 'echo "Swift version 6.1"'
stand_in uname 'case $1 in -s) echo Linux ;; *) echo x86_64 ;; esac'
stand_in ldd 'exit 0'
stand_in apt-get 'exit 0'
stand_in dpkg-query 'printf installed'

# wheel NAME VERSION MEMBER: a wheel with one library in it; prints its requirement.
wheel() {
  python3 - "$wheels" "$@" <<'PYTHON'
import hashlib, pathlib, sys, zipfile
folder, name, version, member = sys.argv[1:]
path = pathlib.Path(folder, f"{name}-{version}-cp311-cp311-manylinux_2_28_x86_64.whl")
with zipfile.ZipFile(path, "w") as archive:
    info = f"{name}-{version}.dist-info"
    archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: cp311-cp311-manylinux_2_28_x86_64\n")
    archive.writestr(f"{info}/RECORD", "")
    archive.writestr(member, f"{name} {version}\n" * 1000)
    archive.writestr("torch/include/header.h", "// a header\n")
print(f"{name}=={version} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}")
PYTHON
}
export PIP_CONFIG_FILE=/dev/null PIP_NO_INDEX=1 PIP_FIND_LINKS=$wheels PIP_NO_CACHE_DIR=1
wheel torch 9.8.7 torch/lib/libtorch_cpu.so >"$checkout/scripts/requirements-libtorch.txt"
wheel nvidia_cuda_cupti 13.0.1 nvidia/lib/libcupti.so.13 \
  >"$checkout/scripts/requirements-libtorch-gpu.txt"
# Found nowhere, as on most machines.
printf 'torch==9.8.7+cpu --hash=sha256:%064d\n' 0 >"$checkout/scripts/requirements-libtorch-cpu.txt"
# Found nowhere, so that set-up has to go on without it.
printf 'absent==1.0 --hash=sha256:%064d\n' 0 >"$checkout/scripts/requirements-tests.txt"
library=$deps/libtorch/lib/libtorch_cpu.so

setup 0
expect 'libtorch 9.8.7 is in .deps/libtorch'
expect 'will be skipped'
[ "$(head -n 1 "$library")" = 'torch 9.8.7' ] || fail 'the library is not that of the wheel'
flags=$(PKG_CONFIG_PATH=$deps/pkgconfig pkg-config --cflags libtorch)
# As SwiftPM does, a backslash is taken from what it protects; nothing else has a meaning.
flags=$(sed 's/\\\(.\)/\1/g' <<<"$flags")
case $flags in
  "-I$deps/libtorch/include -I$deps/libtorch/include/torch/"*) ;;
  *) fail "pkg-config finds $flags" ;;
esac

setup 0
expect 'libtorch 9.8.7 is there'
refuse downloading
refuse wrote

# The same length, another byte; then a byte less; then a missing file.
printf X | dd of="$library" conv=notrunc 2>/dev/null
setup 0
expect 'is damaged or of another version'
[ "$(head -n 1 "$library")" = 'torch 9.8.7' ] || fail 'the damaged library is still there'
printf X >"$library"
setup 0
expect 'is damaged or of another version'
rm "$deps/libtorch/include/header.h"
setup 0
expect 'is damaged or of another version'

# A library for GPUs that the wheel names comes along.
rm -rf "$deps/libtorch"
stand_in ldd '[ -e "${1%/*}/libcupti.so.13" ] || echo "	libcupti.so.13 => not found"'
setup 0
expect 'two libraries'
[ -s "$deps/libtorch/lib/libcupti.so.13" ] || fail 'libcupti.so.13 is missing'
stand_in ldd 'exit 0'

# Another version is wanted: the old one is no longer taken for it, and a damaged wheel for neither.
wheel torch 9.8.8 torch/lib/libtorch_cpu.so >"$checkout/scripts/requirements-libtorch.txt"
cp "$wheels"/torch-9.8.8-*.whl "$folder/whole"
printf X | dd of="$(printf '%s' "$wheels"/torch-9.8.8-*.whl)" bs=1 seek=200 conv=notrunc 2>/dev/null
setup 1
expect 'is not what scripts/requirements-libtorch.txt names'
[ "$(head -n 1 "$library")" = 'torch 9.8.7' ] || fail 'what was there is gone, with nothing in its place'
[ -z "$(leftovers)" ] || fail "left behind: $(leftovers)"
mv "$folder/whole" "$(printf '%s' "$wheels"/torch-9.8.8-*.whl)"
setup 0
expect 'libtorch 9.8.8 is in .deps/libtorch'

# Without a hash nothing is taken; with one, the CPU-only wheel before the standard one.
rm -rf "$deps/libtorch"
cp "$checkout/scripts/requirements-libtorch.txt" "$folder/hashed"
printf 'torch==9.8.8\n' >"$checkout/scripts/requirements-libtorch.txt"
setup 1
expect 'Hashes are required'
mv "$folder/hashed" "$checkout/scripts/requirements-libtorch.txt"
wheel torch 9.8.8+cpu torch/lib/libtorch_cpu.so \
  >"$checkout/scripts/requirements-libtorch-cpu.txt"
setup 0
[ "$(head -n 1 "$library")" = 'torch 9.8.8+cpu' ] || fail 'the CPU-only wheel was not taken'

# Interrupted, or killed, while pip is half done. As pip does, the stand-in ends on Ctrl-C by itself.
pip=$(command -v python3)
cat >"$tools/python3" <<STAND_IN
#!/bin/bash
case " \$* " in
  *" download "*) ;;
  *) exec $(printf %q "$pip") "\$@" ;;
esac
while [ "\$1" != --dest ]; do shift; done
printf half >"\$2/torch-9.8.8-cp311-cp311-manylinux_2_28_x86_64.whl"
trap 'exit 1' INT
for _ in \$(seq 100); do sleep .1; done
STAND_IN
chmod +x "$tools/python3"
# Where these tests run in the background they were told to ignore Ctrl-C, which no shell can undo.
heeding='import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])'
for signal in INT TERM KILL; do
  rm -rf "$deps/libtorch"
  # Job control gives the run a process group of its own, as a terminal does.
  set -m
  (cd "$folder/here" && PATH=$tools:$PATH exec "$pip" -c "$heeding" "$checkout/scripts/setup.sh") \
    >"$folder/output" 2>&1 &
  run=$!
  set +m
  for _ in $(seq 100); do
    [ -z "$(find "$deps" -name 'torch-*.whl')" ] || break
    sleep .1
  done
  kill -"$signal" -- "-$run"
  status=0
  wait "$run" 2>/dev/null || status=$?
  case $signal in INT) expected=130 ;; TERM) expected=143 ;; KILL) expected=137 ;; esac
  [ "$status" = "$expected" ] || fail "after $signal expected exit code $expected, found $status"
  [ "$signal" = KILL ] || [ -z "$(leftovers)" ] || fail "after $signal left behind: $(leftovers)"
  [ ! -e "$deps/libtorch" ] || fail "half a download became libtorch after $signal"
done
rm "$tools/python3"
setup 0
expect 'libtorch 9.8.8 is in .deps/libtorch'

# Two at once: the second waits and then finds everything there.
rm -rf "$deps/libtorch"
(cd "$folder/here" && PATH=$tools:$PATH "$checkout/scripts/setup.sh") >"$folder/first" 2>&1 &
run=$!
(cd "$folder/here" && PATH=$tools:$PATH "$checkout/scripts/setup.sh") >"$folder/second" 2>&1 &
wait "$run" || { cp "$folder/first" "$folder/output" && fail 'the first of two failed'; }
wait $! || { cp "$folder/second" "$folder/output" && fail 'the second of two failed'; }
cat "$folder/first" "$folder/second" >"$folder/output"
expect 'waiting for another set-up'
[ "$(grep -c 'is in .deps/libtorch' "$folder/output")" = 1 ] || fail 'two runs both downloaded'

# The libtorch of an installed PyTorch: of the right version, kept until another is chosen.
installed=$folder/site-packages/torch
mkdir -p "$installed/include/torch/csrc/api/include" "$installed/lib"
printf "__version__ = '9.8.8+cu130'\n" >"$installed/version.py"
TORCH=$installed setup 0
expect "libtorch 9.8.8+cu130 is that of"
expect 'computes on processors only'
touch "$installed/lib/libtorch_cuda.so"
TORCH=$installed setup 0
refuse 'computes on processors only'
setup 0
expect 'TORCH=cpu takes the usual one'
[ "$(readlink "$deps/libtorch")" = "$(cd "$installed" && pwd -P)" ] || fail 'the choice was not kept'
printf "__version__ = '9.9.0'\n" >"$installed/version.py"
TORCH=$installed setup 1
expect "expected PyTorch 9.8.8 in"
TORCH=$folder/none setup 1
expect 'which is not there'
TORCH=$wheels setup 1
expect 'import torch'
[ -d "$installed/lib" ] || fail 'the installed PyTorch was touched'
mv "$installed" "$folder/elsewhere"
setup 1
expect 'choose anew'
TORCH=cpu setup 0
expect 'libtorch 9.8.8 is in .deps/libtorch'
[ -d "$folder/elsewhere/lib" ] || fail 'the installed PyTorch was touched'

# PyTorch's own wheel with what it needs, and never the one for processors only.
python3 - "$wheels" <<'PYTHON'
import pathlib, sys, zipfile
for version in ("9.8.8", "9.8.8+cpu"):
    path = pathlib.Path(sys.argv[1], f"torch-{version}-py3-none-any.whl")
    with zipfile.ZipFile(path, "w") as archive:
        info = f"torch-{version}.dist-info"
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: torch\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
        archive.writestr("torch/__init__.py", "")
        archive.writestr("torch/version.py", f"__version__ = '{version}'\n")
        archive.writestr("torch/include/torch/csrc/api/include/a.h", "")
        archive.writestr("torch/lib/libtorch_cpu.so", version)
        if "cpu" not in version:
            archive.writestr("torch/lib/libtorch_cuda.so", version)
PYTHON
mkdir "$folder/aside"
mv "$wheels"/torch-*-cp311-*.whl "$folder/aside"
TORCH=cuda setup 0
expect 'with its GPU libraries into .deps/torch-cuda'
[ "$(cat "$deps/libtorch/lib/libtorch_cuda.so")" = 9.8.8 ] || fail 'the GPU part is not there'
TORCH=cuda setup 0
refuse 'installing PyTorch'
rm "$wheels"/torch-9.8.8-py3-none-any.whl "$wheels"/torch-9.8.8+cpu-py3-none-any.whl
rm -rf "$deps/torch-cuda"
TORCH=cuda setup 1
expect 'pip could not install torch===9.8.8'
mv "$folder/aside"/* "$wheels"
rm -f "$deps/libtorch"
setup 0

# Packages are missing, and there is neither root nor sudo: which ones, and what to run.
stand_in dpkg-query 'exit 1'
stand_in id 'echo 1000'
mkdir "$folder/few"
for tool in bash sh env dirname uname sed sort id readlink mkdir rm clang++ cat; do
  [ -e "$tools/$tool" ] || ! command -v "$tool" >/dev/null || ln -s "$(command -v "$tool")" "$folder/few/$tool"
done
path=$tools:$folder/few setup 1
expect "as root, run 'apt-get update && apt-get install"
stand_in sudo 'exit 1'
path=$tools:$folder/few setup 1
expect "as root, run 'apt-get update && apt-get install"
# Only the demo's data is missing.
stand_in dpkg-query 'for name; do :; done; [ "$name" != dataset-fashion-mnist ] && printf installed'
setup 0
expect "which only 'make demo' needs"
stand_in dpkg-query 'printf installed'

# A checkout that cannot be written to. Root may write everywhere, but not into a file.
mv "$deps" "$folder/deps"
touch "$deps"
setup 1
expect 'cannot write to'
rm "$deps"
mv "$folder/deps" "$deps"

mv "$checkout" "$folder/a:b"
checkout=$folder/a:b
deps=$checkout/.deps
setup 1
expect 'rename it'

echo 'test-setup: passed'
