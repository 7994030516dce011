#!/usr/bin/env bash
# Builds the documentation of the public products into .build/documentation, and checks it:
#   symbols   every public declaration has a comment
#   links     DocC's warnings are errors
#   snippets  the Swift in the articles compiles against the modules
# Takes the modules of the debug build, which it makes if it is not there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Modules that are checked, and those of them with a catalog.
documented=(SignetModel SignetRuntime SignetData SignetZoo SignetONNX)
catalogs=(SignetModel SignetRuntime SignetTraining)
# Still to be completed: warnings are shown, and are no errors.
lenient=" SignetTraining "

export PKG_CONFIG_PATH=$PWD/.deps/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
# Apple's toolchain keeps docc beside its other tools, Swift's on Linux beside swift.
if command -v xcrun >/dev/null; then
  docc=$(xcrun --find docc)
  sdk=(-sdk "$(xcrun --show-sdk-path)")
else
  docc=$(dirname "$(readlink -f "$(command -v swift)")")/docc
  sdk=()
fi
if [ ! -x "$docc" ]; then
  printf 'skipped: this Swift comes without docc\n' >&2
  exit 0
fi

# shellcheck disable=SC2207
modules=($(printf '%s\n' "${documented[@]}" "${catalogs[@]}" | sort -u))
for module in "${modules[@]}"; do
  swift build --quiet --target "$module"
done
binaries=$(swift build --show-bin-path)
target=$(swift -print-target-info | python3 -c 'import json, sys
print(json.load(sys.stdin)["target"]["triple"])')
flags=(-target "$target" ${sdk[@]+"${sdk[@]}"} -I "$binaries/Modules"
  -I Sources/CTurboJPEG -I Sources/CPNG -I Sources/CZlib)
for map in "$binaries"/C*.build/module.modulemap; do
  flags+=(-Xcc "-fmodule-map-file=$map")
done

folder=.build/documentation
rm -rf "$folder"
for module in "${modules[@]}"; do
  mkdir -p "$folder/symbols/$module"
  swift symbolgraph-extract -module-name "$module" -minimum-access-level public "${flags[@]}" \
    -output-dir "$folder/symbols/$module"
done
python3 scripts/check_docs.py symbols \
  "${documented[@]/#/$folder/symbols/}"

for module in "${catalogs[@]}"; do
  strict=(--warnings-as-errors)
  case $lenient in *" $module "*) strict=() ;; esac
  # Symbols that the module adds to other modules' types would make pages of those.
  rm -f "$folder/symbols/$module/"*@*.json
  "$docc" convert "Sources/$module/$module.docc" ${strict[@]+"${strict[@]}"} \
    --additional-symbol-graph-dir "$folder/symbols/$module" \
    --fallback-display-name "$module" --fallback-bundle-identifier "signet.$module" \
    --output-path "$folder/$module.doccarchive"
  mkdir -p "$folder/snippets/$module"
  python3 scripts/check_docs.py snippets "Sources/$module/$module.docc" "$folder/snippets/$module"
  for article in "$folder/snippets/$module"/*; do
    swiftc -typecheck -swift-version 6 "${flags[@]}" "$article/main.swift"
  done
done
printf 'documentation in %s\n' "$folder"
