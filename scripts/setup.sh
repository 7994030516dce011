#!/usr/bin/env bash
# Installs what Signet is built from: system packages, and libtorch into .deps/; and, for the tests
# that compare with them, a few Python packages. Run as often as you like; what is there already is
# left alone, what is damaged is made anew. Needs Swift and, once, the network. What is downloaded
# stands beside this script with its hash, in the files requirements-….txt.
#
# TORCH says which libtorch: cpu (the usual one), cuda (PyTorch's own wheel and the GPU libraries it
# names, several GB, whose hashes only the registry has) or the folder of an installed PyTorch. What was
# chosen stays until another is.
set -euo pipefail

swift_minimum=6.1

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
root=$(dirname "$scripts")
deps=$root/.deps
system=$(uname -s)
machine=$(uname -m)
sha256=(sha256sum)
torch=${TORCH:-}
torch_version=$(sed -n 's/^torch==\([0-9.]*\).*/\1/p' "$scripts/requirements-libtorch.txt")

say() { printf 'setup: %s\n' "$*"; }
stop() {
  printf 'setup: %s\n' "$*" >&2
  exit 1
}

# An interrupted run leaves no half of anything: what is downloaded and unpacked lies here until it
# is renamed.
scratch=
leave() {
  [ -z "$scratch" ] || rm -rf "$scratch"
}
trap leave EXIT
# A program that catches Ctrl-C itself, as pip does, would otherwise look as if it had failed.
trap 'say "stopped; run it again to go on" >&2; exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

check_folder() {
  case $root in
    *[:#]* | *$'\n'*)
      stop "the name of the folder '$root' holds ':', '#' or a line break, with which pkg-config" \
        "finds nothing; rename it and run this again."
      ;;
  esac
  mkdir -p "$deps" 2>/dev/null && [ -w "$deps" ] ||
    stop "cannot write to '$deps'; copy the checkout to a folder of your own, or make this one" \
      "yours (chown), and run this again."
}

# One run at a time: the system holds the lock for file descriptor 9 as long as this process lives,
# so that none is left behind.
wait_for_others() {
  exec 9>"$deps/setup.lock"
  local lock='import fcntl, sys; fcntl.flock(9, fcntl.LOCK_EX | (fcntl.LOCK_NB if sys.argv[1:] else 0))'
  python3 -c "$lock" now 2>/dev/null && return
  say "waiting for another set-up in this folder to end"
  python3 -c "$lock" || stop "cannot lock '$deps/setup.lock'; is the folder on a network drive?"
}

check_swift() {
  command -v swift >/dev/null ||
    stop "Swift $swift_minimum or newer is missing; install it from swift.org and run this again."
  local version
  version=$(swift --version 2>/dev/null |
    sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | sed -n 1p) || version=
  [ "$(printf '%s\n%s\n' "$swift_minimum" "$version" | sort -V | sed -n 1p)" = "$swift_minimum" ] ||
    stop "Swift $swift_minimum or newer is needed, found '${version:-unknown}'; install it from swift.org."
  say "Swift $version"
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    return 1
  fi
}

has_package() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

compiles_cxx() {
  local compiler
  compiler=$(dirname "$(readlink -f "$(command -v swift)")")/clang++
  [ -x "$compiler" ] || compiler=clang++
  printf '#include <vector>\n' | "$compiler" -x c++ -fsyntax-only - 2>/dev/null
}

install_debian_packages() {
  local package missing=()
  for package in ca-certificates git libturbojpeg0-dev libpng-dev zlib1g-dev patchelf pkg-config python3 python3-pip unzip; do
    has_package "$package" || missing+=("$package")
  done
  # Swift brings clang, but not the C++ standard library's headers.
  compiles_cxx || missing+=(g++)
  if [ ${#missing[@]} = 0 ]; then
    say "system packages are there"
  else
    say "installing ${missing[*]}"
    apt_install "${missing[@]}" ||
      stop "could not install ${missing[*]}; as root, run" \
        "'apt-get update && apt-get install ${missing[*]}', then run this again."
  fi
  has_package dataset-fashion-mnist || apt_install dataset-fashion-mnist ||
    say "could not install dataset-fashion-mnist, which only 'make demo' needs; as root, run" \
      "'apt-get install dataset-fashion-mnist' for it"
}

apt_install() {
  as_root apt-get update -q &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
}

install_brew_packages() {
  sha256=(shasum -a 256)
  [ "$machine" = arm64 ] || stop "libtorch $torch_version exists for Apple silicon only, this Mac has $machine."
  command -v brew >/dev/null || stop "Homebrew is missing, which installs jpeg-turbo, libpng, zlib and pkg-config; get it from brew.sh."
  local package missing=()
  for package in jpeg-turbo libpng zlib pkg-config; do
    brew list --versions "$package" >/dev/null 2>&1 || missing+=("$package")
  done
  python3 -m pip --version >/dev/null 2>&1 || missing+=(python)
  if [ ${#missing[@]} = 0 ]; then
    say "system packages are there"
  else
    say "installing ${missing[*]}"
    brew install "${missing[@]}" ||
      stop "brew could not install ${missing[*]}; see above, and run this again."
  fi
  say "Fashion-MNIST, which 'make demo' trains on, has no package here: get its four .gz files from the" \
    "data set's own page and pass the folder as fashion-mnist:FOLDER"
}

check_other_linux() {
  local tool module missing=()
  for tool in pkg-config python3 unzip; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  for module in libturbojpeg libpng zlib; do
    pkg-config --exists "$module" 2>/dev/null || missing+=("the headers of $module")
  done
  python3 -m pip --version >/dev/null 2>&1 || missing+=("pip for python3")
  [ ${#missing[@]} = 0 ] || {
    local list
    list=$(printf '%s, ' "${missing[@]}")
    stop "this system has no apt-get; install with its own package manager: ${list%, }"
  }
  say "system packages are there"
}

# download REQUIREMENTS: the wheels of a requirements file into the scratch folder, for this machine
# and CPython 3.11 whatever its Python is, none but those whose hash the file has.
download() {
  local requirements=$scripts/$1 log=$scratch/pip.log platform options=()
  for platform in "${platforms[@]}"; do options+=(--platform "$platform"); done
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
    --require-hashes --python-version 3.11 --implementation cp --abi cp311 --abi none \
    "${options[@]}" --dest "$scratch" --requirement "$requirements" >"$log" 2>&1
}

# Says what came of `download REQUIREMENTS`.
download_failed() {
  cat "$scratch/pip.log" >&2
  if grep -q 'DO NOT MATCH THE HASHES' "$scratch/pip.log"; then
    stop "what pip found is not what scripts/$1 names. Should it be a damaged copy: empty pip's" \
      "cache (python3 -m pip cache purge), delete it where pip looks for files" \
      "(python3 -m pip config list, find-links), and run this again."
  fi
  stop "pip could not download scripts/$1 for $system on $machine; is the network there?" \
    "Run this again once it is."
}

# The standard Linux wheel names libraries for GPUs, which come from wheels of their own.
add_missing_libraries() {
  local lib=$1 soname wheel
  unresolved "$lib" >"$scratch/missing"
  grep -qE '^(libcudart|libcupti)\.so\.13$' "$scratch/missing" || return 0
  say "downloading two libraries that the standard wheel names"
  download requirements-libtorch-gpu.txt || download_failed requirements-libtorch-gpu.txt
  while IFS= read -r soname; do
    for wheel in "$scratch"/nvidia_*.whl; do
      unzip -q -j -o "$wheel" "*/$soname" -d "$lib" 2>/dev/null || true
    done
  done <"$scratch/missing"
}

unresolved() {
  [ "$system" = Linux ] || return 0
  local listing
  listing=$(ldd "$1/libtorch_cpu.so") || stop "cannot read libtorch_cpu.so of the wheel (ldd)."
  sed -n 's/^[[:space:]]*\(.*\) => not found.*/\1/p' <<<"$listing"
}

wanted_wheels() { cat "$scripts"/requirements-libtorch*.txt; }

# Whether the folder holds every byte that was unpacked, from the wheel that is wanted now.
has_libtorch() {
  wanted_wheels | cmp -s - "$deps/libtorch/requirements.txt" &&
    (cd "$deps/libtorch" && "${sha256[@]}" --check --status contents.sha256) 2>/dev/null
}

# Takes libtorch from an installed PyTorch, where it finds the GPU's libraries that came with it.
link_libtorch() {
  local folder found
  folder=$(cd "$1" 2>/dev/null && pwd -P) || stop "TORCH names the folder '$1', which is not there."
  [ -d "$folder/include/torch/csrc/api/include" ] && [ -d "$folder/lib" ] ||
    stop "expected include/ and lib/ of an installed PyTorch in '$folder'; find it with" \
      "python3 -c 'import torch; print(torch.__path__[0])'."
  found=$(sed -n "s/^__version__ = '\([^']*\)'.*/\1/p" "$folder/version.py" 2>/dev/null) || found=
  [ "${found%%+*}" = "$torch_version" ] ||
    stop "expected PyTorch $torch_version in '$folder', found '${found:-no version.py}'; install it with" \
      "python3 -m pip install torch==$torch_version, or leave TORCH out."
  rm -rf "$deps/libtorch"
  ln -s "$folder" "$deps/libtorch"
  say "libtorch $found is that of $folder"
  has_gpu_part || say "it computes on processors only: libtorch_cuda.so is not in it"
}

has_gpu_part() { [ -e "$deps/libtorch/lib/libtorch_cuda.so" ]; }

# A folder of its own for PyTorch as pip installs it, with all that its GPU part needs.
install_cuda() {
  local folder=$deps/torch-cuda python=$deps/torch-cuda/bin/python log=$deps/torch-cuda.log
  [ "$system" = Linux ] || stop "TORCH=cuda is for Linux; on a Mac, Metal is part of the usual libtorch."
  if ! "$python" -c 'import importlib.metadata as m, sys; sys.exit(m.version("torch").split("+")[0] != sys.argv[1])' \
    "$torch_version" 2>/dev/null; then
    say "installing PyTorch $torch_version with its GPU libraries into .deps/torch-cuda (several GB)"
    rm -rf "$folder"
    # Three equals signs: a build for processors only, 'VERSION+cpu', is another version.
    python3 -m venv --without-pip "$folder" >"$log" 2>&1 &&
      python3 -m pip --python "$python" install --quiet --disable-pip-version-check \
        --only-binary=:all: "torch===$torch_version" >>"$log" 2>&1 || {
      rm -rf "$folder"
      tail -n 5 "$log" >&2
      stop "pip could not install torch===$torch_version (.deps/torch-cuda.log). With an installed" \
        "PyTorch $torch_version give its folder: make setup TORCH=FOLDER."
    }
  fi
  link_libtorch "$("$python" -c 'import importlib.util as u; print(u.find_spec("torch").submodule_search_locations[0])')"
  has_gpu_part || stop "what pip installed has no GPU part; is there one for this machine?"
}

install_libtorch() {
  case $torch in
    cuda) install_cuda && return ;;
    cpu) [ ! -L "$deps/libtorch" ] || rm "$deps/libtorch" ;;
    '')
      if [ -L "$deps/libtorch" ]; then
        [ -e "$deps/libtorch/lib" ] || stop "the PyTorch that .deps/libtorch leads to is gone; choose" \
          "anew: make setup TORCH=cpu, TORCH=cuda or TORCH=FOLDER."
        say "libtorch is that of $(readlink "$deps/libtorch"); TORCH=cpu takes the usual one"
        return
      fi
      ;;
    *) link_libtorch "$torch" && return ;;
  esac
  if has_libtorch; then
    say "libtorch $torch_version is there"
    return
  fi
  [ ! -e "$deps/libtorch" ] ||
    say "what is in .deps/libtorch is damaged or of another version; making it anew"
  local wheels missing library libraries=()
  scratch=$(mktemp -d "$deps/setup.XXXXXX")
  say "downloading libtorch $torch_version (about 200 MB, or 530 MB where pip knows only the standard wheel)"
  download requirements-libtorch-cpu.txt || download requirements-libtorch.txt ||
    download_failed requirements-libtorch.txt
  wheels=("$scratch"/torch-*.whl)
  say "unpacking $(basename "${wheels[0]}")"
  # Python bindings, tests and GPU libraries stay packed.
  while IFS= read -r library; do
    libraries+=("$library")
  done < <(unzip -Z1 "${wheels[0]}" 'torch/lib/*' | grep -E '/lib[^/]*\.(so|dylib)[^/]*$' |
    grep -Ev '/lib[^/]*(python|test|cuda|nvrtc|nvshmem|global_deps|shm|aoti|backend_with)|/libtorch\.')
  [ ${#libraries[@]} != 0 ] || stop "there are no libraries in $(basename "${wheels[0]}")."
  unzip -q "${wheels[0]}" 'torch/include/*' "${libraries[@]}" -d "$scratch/wheel" ||
    stop "could not unpack the wheel; is the disk full? It takes about 1 GB in '$deps'."
  # Some wheels keep the libraries they bring along in a folder beside.
  unzip -q -j "${wheels[0]}" 'torch.libs/*' -d "$scratch/wheel/torch/lib" 2>/dev/null || true
  # They go wherever the libraries go.
  unzip -q -j "${wheels[0]}" '*.dist-info/*LICENSE*' '*.dist-info/*NOTICE*' \
    -d "$scratch/wheel/torch/licences" 2>/dev/null || true
  rm -f "${wheels[0]}"
  add_missing_libraries "$scratch/wheel/torch/lib"
  missing=$(unresolved "$scratch/wheel/torch/lib" | paste -s -d ' ' -)
  [ -z "$missing" ] || stop "libtorch needs libraries that this system lacks: $missing"
  (
    cd "$scratch/wheel/torch"
    find include lib -type f -exec "${sha256[@]}" {} + >contents.sha256
    wanted_wheels >requirements.txt
  )
  rm -rf "$deps/libtorch"
  mv "$scratch/wheel/torch" "$deps/libtorch"
  rm -rf "$scratch"
  say "libtorch $torch_version is in .deps/libtorch"
}

# Written every time: the paths in it are absolute, and the checkout may have moved.
write_pkgconfig() {
  mkdir -p "$deps/pkgconfig"
  local file=$deps/pkgconfig/libtorch.pc prefix fresh
  # What has a meaning for a shell has one in these files, too.
  prefix=$(printf '%s' "$deps" | sed 's/[][ "'\''\\$()`&;<>|*?{}!]/\\&/g')/libtorch
  fresh=$(mktemp "$deps/setup.XXXXXX")
  cat >"$fresh" <<PC
prefix=$prefix

Name: libtorch
Description: libtorch for the CPU
Version: $torch_version
Libs: -L\${prefix}/lib -ltorch_cpu -lc10
Cflags: -I\${prefix}/include -I\${prefix}/include/torch/csrc/api/include
PC
  if cmp -s "$fresh" "$file"; then
    rm "$fresh"
  else
    chmod 644 "$fresh"
    mv "$fresh" "$file"
    say "wrote .deps/pkgconfig/libtorch.pc"
  fi
}

# A folder of their own for the packages that tests compare with. Those tests are skipped without
# them, so nothing here stops set-up.
install_python_packages() {
  local folder=$deps/python python=$deps/python/bin/python log=$deps/python.log
  local requirements=$scripts/requirements-tests.txt
  # The copy is made last: without it the folder is half of one.
  if cmp -s "$requirements" "$folder/requirements.txt" &&
    "$python" -c 'import numpy, onnx, onnxruntime, safetensors' 2>/dev/null; then
    say "the Python packages that tests compare with are there"
    return
  fi
  say "installing onnx, onnxruntime, coremltools, safetensors and clang-format into .deps/python, for tests (about 70 MB)"
  rm -rf "$folder"
  # Debian's Python makes such a folder without pip only; its own pip then fills it.
  if python3 -m venv --without-pip "$folder" >"$log" 2>&1 &&
    python3 -m pip --python "$python" install --quiet --disable-pip-version-check --retries 1 \
      --timeout 20 --only-binary=:all: --require-hashes --requirement "$requirements" \
      >>"$log" 2>&1; then
    cp "$requirements" "$folder/requirements.txt"
    say "the Python packages are in .deps/python"
  else
    rm -rf "$folder"
    say "the Python packages could not be installed (.deps/python.log; they are for Python 3.11 to" \
      "3.14); the tests that compare with onnx, onnxruntime, coremltools and safetensors will be skipped. Run" \
      "this again to try again"
  fi
}

# What a run that was killed could not take along.
remove_leftovers() {
  rm -rf "$deps"/setup.??????
}

check_folder
check_swift
case $system in
  Darwin)
    install_brew_packages
    platforms=(macosx_11_0_arm64 macosx_14_0_arm64)
    ;;
  Linux)
    if command -v apt-get >/dev/null; then install_debian_packages; else check_other_linux; fi
    platforms=()
    for glibc in 2_28 2_27 2_25 2_17; do platforms+=("manylinux_${glibc}_$machine"); done
    platforms+=("manylinux2014_$machine")
    ;;
  *) stop "Signet builds on Linux and macOS, this is $system." ;;
esac
wait_for_others
remove_leftovers
install_libtorch
write_pkgconfig
install_python_packages
say "done"
