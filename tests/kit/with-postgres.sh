#!/usr/bin/env bash
# Runs a command beside a PostgreSQL of its own: with-postgres.sh COMMAND [ARG...]
#
# The cluster lives in a temporary directory, listens on a socket there and nowhere else, belongs to an unprivileged
# user, and goes away with the command. Without a server on this machine the command runs all the same, and the tests
# that need one say that they were not run.
set -euo pipefail

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)
version=${bin#/usr/lib/postgresql/}
version=${version%/bin}
if [ -z "$bin" ] || [ ! -x "$bin/initdb" ] || [ "$version" -lt 15 ]; then
  echo "not run: PostgreSQL tests (needs: apt-get install postgresql, 15 or newer)" >&2
  exec "$@"
fi

dir=$(mktemp -d /tmp/radard-postgres.XXXXXX)
as=()
if [ "$(id -u)" = 0 ]; then
  user=postgres
  id "$user" >/dev/null 2>&1 || user=nobody
  chown "$user" "$dir"
  as=(runuser -u "$user" --)
fi
stop() {
  (cd / && "${as[@]}" "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1) || true
  rm -rf "$dir"
}
trap stop EXIT
(
  cd /
  "${as[@]}" "$bin/initdb" -D "$dir/data" -A trust -U radard -E UTF8 --no-locale --no-sync >/dev/null
  # Nothing here outlives the tests, and none of them cuts the power under this server.
  "${as[@]}" "$bin/pg_ctl" -D "$dir/data" -w -l "$dir/log" start \
    -o "-k $dir -c listen_addresses='' -c fsync=off -c max_connections=300" >/dev/null
)
chmod 755 "$dir"
export RADARD_TEST_POSTGRES="postgres://radard@localhost/postgres?host=$dir"
set +e
"$@"
status=$?
exit "$status"
