#!/usr/bin/env bash
# Builds the program and puts it into a Debian package: $CARGO_TARGET_DIR/deb/radard_VERSION_ARCH.deb
#
# Plain dpkg-deb, because a package of one program needs no more. Two builds of one commit give the same bytes: times are
# those of the commit, names are sorted, and the program does not know in which folder it was built.
set -euo pipefail
umask 022
export LC_ALL=C TZ=UTC

cd "$(dirname "$0")/../.."
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
cargo=${CARGO:-cargo}
out=$target/deb
maintainer="${DEBFULLNAME:-the radard authors} <${DEBEMAIL:-radard@radard.invalid}>"
# Without a history, as in an unpacked archive, the time of the list of changes stands for that of the commit.
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md)}

fail() {
  echo "deb: $*" >&2
  exit 1
}
for tool in dpkg-deb readelf python3 gzip; do
  command -v "$tool" >/dev/null || fail "needs $tool: apt-get install dpkg binutils python3 gzip"
done

# The program holds no time; told one, cargo would build half of it again for each commit.
unset SOURCE_DATE_EPOCH
# These flags concern this build alone, so it has a folder of its own and does not disturb `make release`.
home=${CARGO_HOME:-$HOME/.cargo}
CARGO_TARGET_DIR=$out/build RUSTFLAGS="${RUSTFLAGS:-} --remap-path-prefix=$home=/cargo --remap-path-prefix=$PWD=/radard" \
  "$cargo" build --release --locked
export SOURCE_DATE_EPOCH=$epoch
program=$out/build/release/radard
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)-${DEB_REVISION:-1}
arch=$(dpkg --print-architecture)

# libraries: what the program is linked against, as packages; a library that is not known here is an error.
libraries() {
  local name libc=no gcc=no
  for name in $(readelf -d "$program" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
    case $name in
      libc.so.* | libm.so.* | ld-linux*) libc=yes ;;
      libgcc_s.so.1) gcc=yes ;;
      *) fail "the program is linked against $name, and nobody has said which package that is" ;;
    esac
  done
  # needs PREFIX: the newest version of a symbol with this prefix.
  needs() { readelf -V "$program" | grep -o "Name: $1_[0-9.]*" | sed 's/.*_//' | sort -uV | tail -n 1; }
  [ $libc = yes ] && printf 'libc6 (>= %s)' "$(needs GLIBC)"
  # Debian counts the versions of this package from 3.0 on.
  [ $gcc = yes ] && printf ', libgcc-s1 (>= %s)' "$(needs GCC | cut -d. -f1-2)"
}

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
tree=$root/tree
doc=$tree/usr/share/doc/radard
put() { install -D -m "$1" "$2" "$tree/$3"; }
said() {
  mkdir -p "$(dirname "$tree/$2")"
  # shellcheck disable=SC2086
  "$program" $1 >"$tree/$2"
}

put 755 "$program" usr/bin/radard
said man usr/share/man/man1/radard.1
gzip -9n "$tree/usr/share/man/man1/radard.1"
put 644 config/deb/lintian-overrides usr/share/lintian/overrides/radard
said "completions bash" usr/share/bash-completion/completions/radard
said "completions zsh" usr/share/zsh/vendor-completions/_radard
said "completions fish" usr/share/fish/vendor_completions.d/radard.fish

# What `radard init` writes is what is installed: settings to /etc, the rest where systemd looks for it.
"$program" init "$root/init" >/dev/null
conffiles=()
while read -r file; do
  case $file in
    systemd/*.service) put 644 "$root/init/$file" "usr/lib/systemd/system/${file#systemd/}" ;;
    systemd/radard.sysusers.conf) put 644 "$root/init/$file" usr/lib/sysusers.d/radard.conf ;;
    systemd/radard.tmpfiles.conf) put 644 "$root/init/$file" usr/lib/tmpfiles.d/radard.conf ;;
    systemd/vault-key.conf) put 644 "$root/init/$file" usr/share/doc/radard/examples/vault-key.conf ;;
    *.toml)
      put 644 "$root/init/$file" "etc/radard/$file"
      conffiles+=("/etc/radard/$file")
      ;;
    *) fail "radard init writes $file, and nobody has said where it is installed" ;;
  esac
done < <(cd "$root/init" && find . -type f -printf '%P\n' | sort)

mkdir -p "$doc"
config/deb/copyright.py "$doc/copyright" "$doc/licences"
printf 'radard (%s) unstable; urgency=medium\n\n  * What has changed stands in changelog.gz beside this file.\n\n -- %s  %s\n' \
  "$version" "$maintainer" "$(date -R -d "@$SOURCE_DATE_EPOCH")" >"$doc/changelog.Debian"
cp CHANGELOG.md "$doc/changelog"
gzip -9n "$doc/changelog" "$doc/changelog.Debian" "$doc/licences"
chmod 644 "$doc"/*.gz "$doc/copyright"

control=$tree/DEBIAN
mkdir -p "$control"
printf '%s\n' "${conffiles[@]}" >"$control/conffiles"
(cd "$tree" && find . -path ./DEBIAN -prune -o -path ./etc -prune -o -type f -printf '%P\0' | sort -z | xargs -0 md5sum) \
  >"$control/md5sums"
size=$(cd "$tree" && find . -path ./DEBIAN -prune -o -type f -printf '%s\n' | awk '{ k += int(($1 + 1023) / 1024) } END { print k }')
sed -e "s/@VERSION@/$version/; s/@ARCH@/$arch/; s/@SIZE@/$size/" \
  -e "s/@MAINTAINER@/$maintainer/; s/@LIBRARIES@/$(libraries)/" config/deb/control >"$control/control"
for script in postinst prerm postrm; do
  sed "s|@CONFFILES@|${conffiles[*]}|" "config/deb/$script" >"$control/$script"
  chmod 755 "$control/$script"
done
find "$tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

package=$out/radard_${version}_$arch.deb
dpkg-deb --root-owner-group --build -Zxz "$tree" "$package" >/dev/null
echo "deb: $package  $(sha256sum "$package" | cut -c1-64)"
