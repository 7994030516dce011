#!/usr/bin/env bash
# Installs into a folder, moves it, and runs what is in it: the command without any of what it was
# built from, and a C program found through pkg-config.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [ "$(uname -s)" != Linux ]; then
  echo 'skipped: installing, which lays files out for Linux'
  exit 0
fi
if ! command -v patchelf > /dev/null; then
  echo 'skipped: installing, which needs patchelf'
  exit 0
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
model=$PWD/Examples/classify/colours.signet

DESTDIR=$folder/first scripts/install.sh /opt/signet > /dev/null
mv "$folder/first/opt/signet" "$folder/the second"
signet="$folder/the second/bin/signet"

# Through the link ldd looks for libraries beside the link.
loaded=$(ldd "$(readlink -f "$signet")")
if grep 'not found' <<< "$loaded"; then exit 1; fi
outside=$(sed -n 's/^.* => \(\/.*\) (0x.*$/\1/p' <<< "$loaded" |
  grep -vE "^/(usr/)?lib|^$folder" || true)
[ -z "$outside" ] || { echo "the command loads $outside" >&2; exit 1; }
env -i "PATH=/usr/bin:/bin" "$signet" --version > /dev/null
env -i "PATH=/usr/bin:/bin" "$signet" inspect "$model" > /dev/null
env -i "PATH=/usr/bin:/bin" "$signet" benchmark "$model" --engine torch --seconds 0.1 --json \
  > /dev/null 2>&1
if grep -rlF "$PWD/.deps" "$folder/the second/lib/signet/signet" > /dev/null &&
  readelf -d "$folder/the second/lib/signet/signet" | grep -F "$PWD"; then
  echo 'the command looks for libraries in the folder it was built in' >&2
  exit 1
fi

export PKG_CONFIG_PATH="$folder/the second/lib/pkgconfig"
eval "cc -std=c11 Examples/c/scores.c $(pkg-config --cflags --libs signet) -o '$folder/scores'"
LD_LIBRARY_PATH="$folder/the second/lib" "$folder/scores" "$model" > /dev/null

# What cannot be done is said before anything is copied.
if scripts/install.sh relative/folder 2> "$folder/error"; then exit 1; fi
grep -q "full path of a folder, found 'relative/folder'" "$folder/error"
echo 'installed, moved and ran'
