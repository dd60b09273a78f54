#!/usr/bin/env bash
# Installs from Debian's packages what `make test`, `demo`, `soak` or `peers` needs beyond Rust, make and a C compiler.
#
# It looks for each thing itself first and asks apt only for what is missing. It starts no service and creates no
# database: the tests start their own PostgreSQL in a temporary folder. Without root or sudo it says what to run and
# what will not be tried, and goes on; only under CI=true is that an error, since there nothing may be skipped quietly.
set -euo pipefail

what=${1:-test}
PATH="$PATH:/usr/sbin:/sbin"
here=() missing=() skipped=()

# need PACKAGE PURPOSE TEST...: remembers PACKAGE as here or missing, by whether TEST holds.
need() {
  local package=$1 purpose=$2
  shift 2
  if "$@" >/dev/null 2>&1; then
    here+=("$package")
  else
    missing+=("$package")
    skipped+=("$purpose")
  fi
}

# The server's programs are not on the path; any major version from 15 on will do.
postgresql() {
  local folder
  for folder in /usr/lib/postgresql/*/bin; do
    [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ] && [ "$(basename "$(dirname "$folder")")" -ge 15 ] && return 0
  done
  return 1
}

seccomp() { ldconfig -p | grep -q 'libseccomp\.so\.2'; }

case $what in
  test)
    need postgresql "every test on PostgreSQL" postgresql
    need chromium "the stories with a browser" command -v chromium
    need chromium-driver "the stories with a browser" command -v chromedriver
    need xvfb "the story of a browser on a display of its own" command -v Xvfb
    need strace "the stories with a failing disk" command -v strace
    need e2fsprogs "the story of the full disk" command -v mkfs.ext4
    need iproute2 "the network where everybody listens" command -v ip
    need systemd "every story about the systemd units" command -v systemd-analyze
    need python3 "the programs under the restrictions of their units" test -x /usr/bin/python3
    need libseccomp2 "the programs under the restrictions of their units" seccomp
    ;;
  soak)
    need g++ "the fuzz targets" command -v g++
    ;;
  peers)
    need python3-venv "other people's programs" python3 -c "import ensurepip, venv"
    ;;
  demo)
    need chromium "whatever opens a page" command -v chromium
    need chromium-driver "whatever opens a page" command -v chromedriver
    ;;
  *)
    echo "usage: $0 test|demo|soak|peers" >&2
    exit 2
    ;;
esac
need tzdata "every calendar" test -e /usr/share/zoneinfo/Europe/Berlin
need ca-certificates "every HTTPS client" test -s /etc/ssl/certs/ca-certificates.crt

if [ ${#here[@]} -gt 0 ]; then echo "setup: here: ${here[*]}"; fi
if [ ${#missing[@]} -eq 0 ]; then exit 0; fi

# leave REASON: says what to run and what is skipped, and goes on.
leave() {
  echo "setup: $1; run once: sudo tests/kit/setup.sh $what    (installs ${missing[*]})"
  printf '%s\n' "${skipped[@]}" | sort -u | sed 's/^/setup: skipped without it: /'
  if [ "${CI:-}" = true ]; then exit 1; fi
  exit 0
}

if ! command -v apt-get >/dev/null; then leave "no apt-get here"; fi
if [ "$(id -u)" -eq 0 ]; then
  root=(env)
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
  root=(sudo -n env)
else
  leave "not root, and no sudo without a password"
fi

# A server package would create and start a database of its own: this must stand there before it comes.
if [[ " ${missing[*]} " == *" postgresql "* ]]; then
  conf=/etc/postgresql-common/createcluster.conf
  "${root[@]}" sh -c "mkdir -p ${conf%/*} && { grep -qs '^create_main_cluster *= *false' $conf ||
    echo 'create_main_cluster = false' >> $conf; }"
  echo "setup: wrote create_main_cluster = false to $conf"
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() {
  "${root[@]}" DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1 RUNLEVEL=1 \
    apt-get -q -y -o DPkg::Lock::Timeout=300 "$@" </dev/null >>"$log" 2>&1
}
echo "setup: installing ${missing[*]}"
if ! { apt update && apt install --no-install-recommends "${missing[@]}"; }; then
  tail -n 15 "$log" >&2
  leave "apt-get failed, see above"
fi
echo "setup: installed ${missing[*]}"
