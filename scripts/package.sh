#!/usr/bin/env bash
# Packs what scripts/install.sh lays out, for this machine's processor, into .build/packages:
#   archive   signet-VERSION-linux-MACHINE.tar.xz: unpack it anywhere and run bin/signet
#   deb       signet_VERSION_ARCH.deb: the command, libsignet and its header, for Debian 12 and newer
# Without arguments, both.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

folder=.build/packages
version=$(sed -n 's/^    version: "\(.*\)",$/\1/p' Sources/signet/Signet.swift)
mkdir -p $folder
scratch=$(mktemp -d "$PWD/$folder/new.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

archive() {
  local name=signet-$version-linux-$(uname -m)
  DESTDIR=$scratch/archive scripts/install.sh "/$name" > /dev/null
  XZ_OPT=${XZ_OPT:--3 -T0} tar -C "$scratch/archive" --owner=0 --group=0 --sort=name \
    -cJf "$scratch/$name.tar.xz" "$name"
  mv "$scratch/$name.tar.xz" $folder/
  echo "$folder/$name.tar.xz"
}

deb() {
  local machine root=$scratch/deb
  machine=$(dpkg --print-architecture)
  DESTDIR=$root scripts/install.sh /usr > /dev/null
  mv "$root/usr/share/doc/signet/LICENSE" "$root/usr/share/doc/signet/copyright"
  mkdir "$root/DEBIAN"
  # Debian 13 renamed libpng's package.
  cat > "$root/DEBIAN/control" << CONTROL
Package: signet
Version: $version
Architecture: $machine
Maintainer: The Signet authors <signet@localhost>
Installed-Size: $(du -sk "$root/usr" | cut -f1)
Depends: libc6 (>= $(newest_glibc "$root")), libgcc-s1, libstdc++6, zlib1g, libpng16-16t64 | libpng16-16, libturbojpeg0
Section: science
Priority: optional
Description: Binary weight networks on ordinary processors
 Turns trained convolutional networks into networks with weights of one bit and
 a scale per filter, and runs them: the command signet, and the library
 libsignet with its header signet.h.
CONTROL
  echo 'activate-noawait ldconfig' > "$root/DEBIAN/triggers"
  dpkg-deb --root-owner-group -Zxz -z"${DEB_COMPRESSION:-3}" --build "$root" "$scratch/" > /dev/null
  mv "$scratch/signet_${version}_$machine.deb" $folder/
  echo "$folder/signet_${version}_$machine.deb"
}

# The newest version of glibc's symbols that anything below a folder asks for.
newest_glibc() {
  find "$1" -type f \( -name '*.so*' -o -name signet \) -exec objdump -T {} + 2> /dev/null |
    sed -n 's/.*GLIBC_\([0-9.]*\).*/\1/p' | sort -uV | tail -n 1
}

for part in "${@:-archive deb}"; do
  for each in $part; do
    case $each in
      archive | deb) "$each" ;;
      *)
        printf '%s: expected archive or deb, found %s\n' "$0" "$each" >&2
        exit 64
        ;;
    esac
  done
done
