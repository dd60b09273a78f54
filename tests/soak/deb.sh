#!/usr/bin/env bash
# The Debian package in a clean Debian: installed, used, upgraded, removed, purged.
#
#   tests/soak/deb.sh [PACKAGE]    builds it first when none is given, and again elsewhere: the same bytes
#
# Needs root and debootstrap. The clean system is fetched once and kept under $CARGO_TARGET_DIR; a run works on a layer
# above it in memory, which goes away with the run. SUITE names another release than bookworm.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
suite=${SUITE:-bookworm}
PATH="$PATH:/usr/sbin:/sbin"

fail() {
  echo "deb: FAILED: $*" >&2
  exit 1
}
# not_run REASON: says so and ends well; under CI=true nothing may be left out quietly.
not_run() {
  echo "not run: the package in a clean Debian ($1)"
  if [ "${CI:-}" = true ]; then exit 1; fi
  exit 0
}

if [ "$(id -u)" != 0 ]; then not_run "needs root"; fi
if ! command -v debootstrap >/dev/null; then
  DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends debootstrap >/dev/null 2>&1 ||
    not_run "needs debootstrap"
fi
if [ "${RADARD_OWN_MOUNTS:-}" != yes ]; then
  RADARD_OWN_MOUNTS=yes exec unshare --mount --propagation private "$0" "$@"
fi

# built: builds the package of the folder one stands in; gives its path.
built() { config/deb/build.sh | sed -n 's/^deb: \([^ ]*\) .*/\1/p'; }
package=${1:-}
if [ -z "$package" ]; then
  package=$(built)
  first=$(sha256sum <"$package")
  # From a copy elsewhere, from nothing: neither the folder nor the hour may show in the package.
  again=$target/deb/again
  trap 'rm -rf "$again"' EXIT
  rm -rf "$again"
  mkdir -p "$again/copy"
  git ls-files -z | xargs -0 cp --parents -t "$again/copy"
  epoch=$(git log -1 --format=%ct)
  second=$(cd "$again/copy" && SOURCE_DATE_EPOCH=$epoch CARGO_TARGET_DIR=$again/target built)
  [ "$(sha256sum <"$second")" = "$first" ] || fail "two builds of the package differ"
  # The control: of another commit's time it is another package, so the two figures above could differ.
  second=$(cd "$again/copy" && SOURCE_DATE_EPOCH=$((epoch + 1)) CARGO_TARGET_DIR=$again/target built)
  [ "$(sha256sum <"$second")" != "$first" ] || fail "the time of the commit is not in the package"
  rm -rf "$again"
  echo "deb: two builds, in two folders, are the same bytes: ${first%% *}"
fi
package=$(realpath "$package")

base=$target/deb/clean-$suite
if [ ! -e "$base/.whole" ]; then
  rm -rf "$base"
  mkdir -p "$base"
  # With what the package depends on, so that a run needs no network.
  debootstrap --variant=minbase --include=ca-certificates,procps,tzdata,systemd,man-db,groff-base "$suite" "$base" \
    "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" >"$target/deb/debootstrap.log" 2>&1 ||
    not_run "debootstrap failed, see $target/deb/debootstrap.log"
  touch "$base/.whole"
fi

layer=$(mktemp -d)
trap 'umount -R "$layer" 2>/dev/null; rmdir "$layer"' EXIT
mount -t tmpfs -o mode=755 tmpfs "$layer"
mkdir "$layer"/{above,work,root}
mount -t overlay -o "lowerdir=$base,upperdir=$layer/above,workdir=$layer/work" overlay "$layer/root"
root=$layer/root
mount -t proc proc "$root/proc"
cp "$package" "$root/radard.deb"

# inside COMMAND...: runs it in the clean system, with nothing of this one's environment.
inside() { env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive chroot "$root" "$@"; }
# quietly COMMAND...: the same, told only when it fails.
quietly() { inside "$@" >"$layer/said" 2>&1 || { cat "$layer/said" >&2 && fail "$*"; }; }
# is WHAT EXPECTED SEEN
is() { [ "$2" = "$3" ] || fail "$1: wanted '$2', got '$3'"; }
# files: every path in the system but what dpkg, systemd and caches keep for themselves.
files() { (cd "$root" && find . -xdev \( -path ./proc -o -path ./run -o -path ./var/lib/dpkg -o -path ./var/lib/systemd -o -path ./var/log -o -path ./var/cache \) -prune -o -print | sort); }

files >"$layer/before"
# A minimal Debian may be told to leave manuals out; this one is to have them.
quietly dpkg -i --path-include='/usr/share/man/*' /radard.deb
inside dpkg -s radard | grep -q '^Status: install ok installed' || fail "it is not installed"
quietly dpkg --verify radard
echo "deb: installed; $(inside radard --version)"

inside radard --help | grep -q '^Usage: radard' || fail "no help"
inside radard check || fail "the installed settings have problems"
inside man -P cat radard | grep -q 'EXIT STATUS' || fail "no manual page"
for user in radard radard-browser; do
  is "the home of $user" "/var/lib/$user" "$(inside getent passwd $user | cut -d: -f6)"
  is "the folder of $user" "700 $user $user" "$(inside stat -c '%a %U %G' /var/lib/$user)"
done
is "the settings" "640 root radard" "$(inside stat -c '%a %U %G' /etc/radard/radard.toml)"
inside runuser -u radard -- test -r /etc/radard/radard.toml || fail "the daemon cannot read its settings"
if inside runuser -u radard-browser -- test -r /etc/radard/radard.toml; then fail "the browser can read the settings"; fi
for unit in radard radard-browser; do
  is "$unit at the next start of the machine" disabled "$(inside systemctl is-enabled $unit.service || true)"
  said=$(inside systemd-analyze verify --man=no /usr/lib/systemd/system/$unit.service 2>&1 | grep -v chromedriver || true)
  is "what systemd says of $unit" "" "$said"
done
for shell in bash-completion/completions/radard zsh/vendor-completions/_radard fish/vendor_completions.d/radard.fish; do
  [ -s "$root/usr/share/$shell" ] || fail "no completions in $shell"
done
inside radard init /tmp/init >/dev/null
cmp "$root/tmp/init/radard.toml" "$root/etc/radard/radard.toml" || fail "the installed settings are not those of radard init"
rm -r "$root/tmp/init"
echo "deb: check, help, manual, users, folders, units and completions are as they should be"

# Data as the daemon makes them, through the command line: a job that must survive the upgrade.
radard() { inside runuser -u radard -- env STATE_DIRECTORY=/var/lib/radard radard --config /etc/radard "$@"; }
inside sh -c 'echo "# mine" >>/etc/radard/radard.toml'
inside chmod 0600 /etc/radard/radard.toml
inside chgrp root /etc/radard/radard.toml
quietly dpkg -i /radard.deb
tail -n 1 "$root/etc/radard/radard.toml" | grep -qx '# mine' || fail "an upgrade over itself lost an edited setting"
is "the owner's choice of who reads the settings" "600 root root" "$(inside stat -c '%a %U %G' /etc/radard/radard.toml)"
inside chgrp radard /etc/radard/radard.toml
inside chmod 0640 /etc/radard/radard.toml
radard migrate >/dev/null || fail "no database"
radard job add probe_platform --key kept --payload '{"platform":"douyin"}' >/dev/null || fail "no job"
quietly dpkg -i /radard.deb
radard job list | grep -q kept || fail "an upgrade over itself lost a job"
echo "deb: an upgrade over itself keeps the edited settings, who may read them, and the work"

# The unit under a systemd of its own, where that can be had: the options are real there, not imitated.
boot() {
  inside systemctl --quiet enable radard.service
  cat >"$root/trial" <<'END'
#!/bin/sh
systemctl is-active radard.service
systemctl reload radard.service && runuser -u radard -- radard --config /etc/radard --data /var/lib/radard job list --json
systemctl stop radard.service
systemctl show radard.service -P Result -P ExecMainStatus
END
  chmod 755 "$root/trial"
  cat >"$root/etc/systemd/system/trial.service" <<'END'
[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/bin/sh -c '/trial >/trial.log 2>&1; exec systemctl --no-block exit 0'
[Install]
WantedBy=multi-user.target
END
  inside systemctl --quiet enable trial.service
  umount "$root/proc"
  timeout 120 systemd-nspawn --quiet --register=no --keep-unit --private-network --console=pipe --machine=radard-trial \
    --boot --directory="$root" </dev/null >"$layer/boot.log" 2>&1 || { cat "$layer/boot.log" >&2 && return 1; }
  mount -t proc proc "$root/proc"
  is "the unit's life" "active success 0" "$(grep -v '^{' "$root/trial.log" | tr '\n' ' ' | sed 's/ $//')"
  grep -q '"key":"kept"' "$root/trial.log" || fail "the running daemon does not show its job"
  inside systemctl --quiet disable trial.service radard.service
  rm "$root/trial" "$root/trial.log" "$root/etc/systemd/system/trial.service"
}
if command -v systemd-nspawn >/dev/null; then
  boot || fail "the clean system did not start"
  echo "deb: under its own systemd the unit starts, reloads, answers and stops"
else
  echo "not run: the unit under its own systemd (needs systemd-container)"
fi

quietly dpkg --remove radard
[ -e "$root/etc/radard/radard.toml" ] && [ -e "$root/var/lib/radard/radard.db" ] || fail "removing took settings or data"
quietly dpkg -i /radard.deb
radard job list | grep -q kept || fail "the work is gone after removing and installing again"
quietly dpkg --purge radard
left=$(comm -13 "$layer/before" <(files) | grep -v '^\./etc/\(passwd\|group\|shadow\|gshadow\|subuid\|subgid\)-\?$' || true)
is "what a purge leaves" "" "$left"
inside getent passwd radard >/dev/null || fail "the user is gone, and with it the owner of files elsewhere"
echo "deb: removing keeps settings and work, a purge leaves nothing but the users"
