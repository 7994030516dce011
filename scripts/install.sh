#!/usr/bin/env bash
# Copies what `make build` and `make library` made below a folder (default: /usr/local), or below
# $DESTDIR and that folder:
#   bin/signet              a link to
#   lib/signet/             the command, and beside it the libraries that no system has: libtorch, Swift
#   lib/, include/          libsignet, its header and pkg-config file
#   share/doc/signet/       licences
# What was copied can be moved as a whole: nothing in it names the folder. On Linux; needs patchelf.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

stop() {
  printf 'install: %s\n' "$*" >&2
  exit 1
}

prefix=${1:-/usr/local}
command=.build/release/signet
library=.build/library
[ "$(uname -s)" = Linux ] || stop "this lays files out for Linux; elsewhere copy .build/release/signet."
[[ $prefix = /* ]] || stop "expected the full path of a folder, found '$prefix'"
[ -x $command ] || stop "$command is missing; run 'make build' first."
[ -e $library/lib/libsignet.so.1 ] || stop "$library is missing; run 'make library' first."
command -v patchelf > /dev/null ||
  stop "patchelf is missing, which takes this folder's name out of the command; install it" \
    "('apt-get install patchelf') and run this again."

root=${DESTDIR:-}$prefix
private=$root/lib/signet
mkdir -p "$root/bin" "$private" "$root/include" "$root/lib/pkgconfig" "$root/share/doc/signet" ||
  stop "cannot write to '$root'; run this as root, or choose another folder with PREFIX=."

# Everything the command loads that does not belong to the system: all that lies in the folders it
# was built from.
swift=$(dirname "$(dirname "$(readlink -f "$(command -v swiftc)")")")
deps=$(readlink -f .deps)
listing=$(ldd $command) || stop "cannot read what $command needs (ldd)."
! grep -q 'not found' <<< "$listing" || stop "$command needs what is missing:" \
  "$(grep 'not found' <<< "$listing"); run 'make build' again."
while IFS= read -r file; do
  case $(readlink -f "$file") in
    "$swift"/* | "$deps"/*) install -m 644 "$file" "$private/.new" ;;
    *) continue ;;
  esac
  patchelf --set-rpath '$ORIGIN' "$private/.new"
  mv -f "$private/.new" "$private/$(basename "$file")"
done < <(sed -n 's/^.* => \(\/.*\) (0x.*$/\1/p' <<< "$listing")

# Renamed at the end: a command that is running keeps the file it began with.
install -m 755 $command "$private/.new"
strip --strip-unneeded "$private/.new"
patchelf --set-rpath '$ORIGIN' "$private/.new"
mv -f "$private/.new" "$private/signet"
ln -sfn ../lib/signet/signet "$root/bin/signet"

install -m 644 $library/lib/libsignet.so.1 $library/lib/libsignet.a "$root/lib/"
ln -sfn libsignet.so.1 "$root/lib/libsignet.so"
ln -sfn libsignet.so.1 "$root/lib/libsignet_onnxruntime.so"
install -m 644 $library/lib/pkgconfig/signet.pc "$root/lib/pkgconfig/"
install -m 644 $library/include/signet.h "$root/include/"
install -m 644 LICENSE "$root/share/doc/signet/"
for licence in "$deps"/libtorch/licences/* "$swift"/share/swift/LICENSE.txt; do
  [ -f "$licence" ] || continue
  install -m 644 "$licence" \
    "$root/share/doc/signet/$(basename "$(dirname "$licence")" | sed 's/licences/libtorch/')-$(basename "$licence")"
done
echo "$root"
