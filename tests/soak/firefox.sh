#!/usr/bin/env bash
# The stories of logins once more, in Firefox: where geckodriver is on the PATH, which Debian does not package.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! driver=$(command -v geckodriver) || ! command -v firefox-esr firefox >/dev/null; then
  echo "firefox: not run (needs geckodriver on the PATH, and firefox-esr)"
  exit 0
fi
export RADARD_GECKODRIVER=$driver
cargo nextest run --locked --config-file tests/kit/nextest.toml -E 'test(browser::) + test(profiles::) + test(stopped::)'
