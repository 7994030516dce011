#!/usr/bin/env bash
# Installs what Signet is built from: system packages, and libtorch into .deps/; and, for the tests
# that compare with them, a few Python packages. Run as often as you like; what is there already is
# left alone. Needs Swift and, once, the network.
set -euo pipefail

torch_version=2.13.0
# The node tests come with onnx: another version is another set of tests.
python_packages=(onnx==1.23.2 onnxruntime==1.31.1 numpy safetensors)
swift_minimum=6.1

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
deps=$root/.deps
system=$(uname -s)
machine=$(uname -m)

say() { printf 'setup: %s\n' "$*"; }
stop() {
  printf 'setup: %s\n' "$*" >&2
  exit 1
}

check_swift() {
  command -v swift >/dev/null ||
    stop "Swift $swift_minimum or newer is missing; install it from swift.org and run this again."
  local version
  version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1)
  [ "$(printf '%s\n%s\n' "$swift_minimum" "$version" | sort -V | head -n 1)" = "$swift_minimum" ] ||
    stop "Swift $swift_minimum or newer is needed, found '${version:-unknown}'; install it from swift.org."
  say "Swift $version"
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    stop "installing packages needs root or sudo, and neither is there; as root, run: $*"
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
  for package in ca-certificates git libturbojpeg0-dev libpng-dev zlib1g-dev pkg-config python3 python3-pip unzip; do
    has_package "$package" || missing+=("$package")
  done
  # Swift brings clang, but not the C++ standard library's headers.
  compiles_cxx || missing+=(g++)
  has_package dataset-fashion-mnist || missing+=(dataset-fashion-mnist)
  if [ ${#missing[@]} = 0 ]; then
    say "system packages are there"
    return
  fi
  say "installing ${missing[*]}"
  as_root apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}" ||
    stop "apt-get could not install: ${missing[*]}"
}

install_brew_packages() {
  [ "$machine" = arm64 ] || stop "libtorch $torch_version exists for Apple silicon only, this Mac has $machine."
  command -v brew >/dev/null || stop "Homebrew is missing; it installs jpeg-turbo, libpng, zlib and pkg-config."
  local package missing=()
  for package in jpeg-turbo libpng zlib pkg-config; do
    brew list --versions "$package" >/dev/null 2>&1 || missing+=("$package")
  done
  if [ ${#missing[@]} = 0 ]; then
    say "system packages are there"
  else
    say "installing ${missing[*]}"
    brew install "${missing[@]}"
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
  [ ${#missing[@]} = 0 ] || {
    local list
    list=$(printf '%s, ' "${missing[@]}")
    stop "this system has no apt-get; install with its own package manager: ${list%, }"
  }
  say "system packages are there"
}

installed_torch_version() {
  local header=$deps/libtorch/include/torch/headeronly/version.h
  [ -f "$header" ] || return 0
  awk '/^#define TORCH_VERSION_(MAJOR|MINOR|PATCH) /{ printf "%s%s", dot, $3; dot = "." }' "$header"
}

# download FOLDER REQUIREMENT: the wheel for this machine, whatever its Python is. A wheel made for
# another Python serves as well, because only its headers and libraries are used.
download() {
  local folder=$1 requirement=$2 platform
  local pip=(python3 -m pip download --quiet --no-deps --only-binary=:all: --dest "$folder")
  "${pip[@]}" "$requirement" 2>"$folder/pip.log" && return
  for platform in "${platforms[@]}"; do
    "${pip[@]}" --python-version 3.12 --implementation cp --abi cp312 --abi none \
      --platform "$platform" "$requirement" 2>>"$folder/pip.log" && return
  done
  return 1
}

# The standard Linux wheel is built for GPUs, and its processor part names two libraries of theirs.
# They are only looked up, never used; they come from wheels of their own.
add_missing_libraries() {
  local lib=$1 folder=$2 soname package name
  while read -r soname; do
    case $soname in
      libcudart.so.*) package=nvidia-cuda-runtime==${soname##*.}.* ;;
      libcupti.so.*) package=nvidia-cuda-cupti==${soname##*.}.* ;;
      *) continue ;;
    esac
    say "downloading ${package%%==*}, whose library the standard wheel names"
    download "$folder" "$package" || stop "pip found no $package: $(cat "$folder/pip.log")"
    name=${package%%==*}
    unzip -q -j -o "$folder/${name//-/_}"-*.whl "*/$soname" -d "$lib"
  done < <(unresolved "$lib")
}

unresolved() {
  [ "$system" = Linux ] || return 0
  ldd "$1/libtorch_cpu.so" | sed -n 's/^[[:space:]]*\(.*\) => not found.*/\1/p'
}

install_libtorch() {
  if [ "$(installed_torch_version)" = "$torch_version" ]; then
    say "libtorch $torch_version is there"
    return
  fi
  local scratch wheel missing library libraries=()
  mkdir -p "$deps"
  scratch=$(mktemp -d "$deps/setup.XXXXXX")
  # An interrupted run leaves no half of libtorch: it is unpacked aside and then renamed.
  # shellcheck disable=SC2064
  trap "rm -rf '$scratch'" EXIT
  say "downloading libtorch $torch_version (about 200 MB, or 530 MB where pip knows only the standard wheel)"
  download "$scratch" "torch==$torch_version+cpu" || download "$scratch" "torch==$torch_version" ||
    stop "pip found no wheel torch==$torch_version for $system on $machine: $(cat "$scratch/pip.log")"
  wheel=$(printf '%s\n' "$scratch"/torch-*.whl)
  say "unpacking $(basename "$wheel")"
  # Python bindings, tests and GPU libraries stay packed.
  while IFS= read -r library; do
    libraries+=("$library")
  done < <(unzip -Z1 "$wheel" 'torch/lib/*' | grep -E '/lib[^/]*\.(so|dylib)[^/]*$' |
    grep -Ev '/lib[^/]*(python|test|cuda|nvrtc|nvshmem|global_deps|shm|aoti|backend_with)|/libtorch\.')
  unzip -q "$wheel" 'torch/include/*' "${libraries[@]}" -d "$scratch/wheel"
  # Some wheels keep the libraries they bring along in a folder beside.
  unzip -q -j "$wheel" 'torch.libs/*' -d "$scratch/wheel/torch/lib" 2>/dev/null || true
  rm -f "$wheel"
  add_missing_libraries "$scratch/wheel/torch/lib" "$scratch"
  missing=$(unresolved "$scratch/wheel/torch/lib" | paste -s -d ' ' -)
  [ -z "$missing" ] || stop "libtorch needs libraries that this system lacks: $missing"
  rm -rf "$deps/libtorch"
  mv "$scratch/wheel/torch" "$deps/libtorch"
  say "libtorch $torch_version is in .deps/libtorch"
}

# Written every time: the paths in it are absolute, and the checkout may have moved.
write_pkgconfig() {
  mkdir -p "$deps/pkgconfig"
  local file=$deps/pkgconfig/libtorch.pc fresh
  fresh=$(mktemp "$deps/pkgconfig/libtorch.XXXXXX")
  cat >"$fresh" <<PC
prefix=${deps// /\\ }/libtorch

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
  if "$python" -c 'import numpy, onnx, onnxruntime, safetensors' 2>/dev/null; then
    say "the Python packages that tests compare with are there"
    return
  fi
  say "installing ${python_packages[*]} into .deps/python, for tests (about 60 MB)"
  rm -rf "$folder"
  # Debian's Python makes such a folder without pip only; its own pip then fills it.
  if python3 -m venv --without-pip "$folder" >"$log" 2>&1 &&
    python3 -m pip --python "$python" install --quiet --disable-pip-version-check --retries 1 \
      --timeout 20 --only-binary=:all: "${python_packages[@]}" >>"$log" 2>&1; then
    say "the Python packages are in .deps/python"
  else
    rm -rf "$folder"
    say "the Python packages could not be installed (.deps/python.log); the tests that compare" \
      "with onnx, onnxruntime and safetensors will be skipped"
  fi
}

check_swift
case $system in
  Darwin)
    install_brew_packages
    platforms=(macosx_11_0_arm64 macosx_14_0_arm64)
    ;;
  Linux)
    if command -v apt-get >/dev/null; then install_debian_packages; else check_other_linux; fi
    platforms=("manylinux_2_28_$machine" "manylinux2014_$machine")
    ;;
  *) stop "Signet builds on Linux and macOS, this is $system." ;;
esac
install_libtorch
write_pkgconfig
install_python_packages
say "done"
