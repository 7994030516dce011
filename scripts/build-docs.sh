#!/usr/bin/env bash
# Builds the documentation of the public products into .build/documentation, and checks it:
#   symbols   every public declaration has a comment
#   links     DocC's warnings are errors
#   snippets  the Swift in the articles compiles against the modules
# Takes the modules of the debug build, which it makes where they are not there.
#
#   scripts/build-docs.sh [MODULE...]      without names: all that are public
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

modules=("$@")
[ "$#" != 0 ] ||
  modules=(SignetModel SignetRuntime SignetData SignetZoo SignetONNX SignetCoreML
    SignetTraining)
# Modules whose comments are not complete yet: what is missing is said, and is no error.
incomplete=" SignetTraining "

export PKG_CONFIG_PATH=$PWD/.deps/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
# Apple's toolchain keeps docc beside its other tools, Swift's on Linux beside swift.
sdk=()
if command -v xcrun >/dev/null; then
  docc=$(xcrun --find docc)
  sdk=(-sdk "$(xcrun --show-sdk-path)")
else
  docc=$(dirname "$(readlink -f "$(command -v swift)")")/docc
fi
if [ ! -x "$docc" ]; then
  printf 'skipped: this Swift comes without docc\n' >&2
  exit 0
fi

for module in "${modules[@]}"; do
  swift build --quiet --target "$module"
done
binaries=$(swift build --show-bin-path)
target=$(swift -print-target-info |
  python3 -c 'import json, sys; print(json.load(sys.stdin)["target"]["triple"])')
flags=(-target "$target" ${sdk[@]+"${sdk[@]}"} -I "$binaries/Modules"
  -I Sources/CTurboJPEG -I Sources/CPNG -I Sources/CZlib)
for map in "$binaries"/C*.build/module.modulemap; do
  flags+=(-Xcc "-fmodule-map-file=$map")
done

folder=.build/documentation
rm -rf "$folder"
for module in "${modules[@]}"; do
  symbols=$folder/symbols/$module
  mkdir -p "$symbols"
  swift symbolgraph-extract -module-name "$module" -minimum-access-level public "${flags[@]}" \
    -output-dir "$symbols"
  # Symbols that the module adds to other modules' types would make pages of those.
  rm -f "$symbols/"*@*.json

  strict=(--warnings-as-errors)
  case $incomplete in
    *" $module "*)
      strict=()
      python3 scripts/check_docs.py symbols "$symbols" || true
      ;;
    *) python3 scripts/check_docs.py symbols "$symbols" ;;
  esac

  catalog=Sources/$module/$module.docc
  [ -d "$catalog" ] || continue
  "$docc" convert "$catalog" ${strict[@]+"${strict[@]}"} \
    --additional-symbol-graph-dir "$symbols" --output-path "$folder/$module.doccarchive" \
    --fallback-display-name "$module" --fallback-bundle-identifier "signet.$module"
  python3 scripts/check_docs.py snippets "$catalog" "$folder/snippets/$module"
  for article in "$folder/snippets/$module"/*; do
    swiftc -typecheck -swift-version 6 "${flags[@]}" "$article/main.swift"
  done
done
printf 'documentation in %s\n' "$folder"
