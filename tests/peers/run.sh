#!/usr/bin/env bash
# Lets other people's programs do the same work as ours, and compares. f2 comes from its package registry into a virtual
# environment of its own below target/, which `make bench` finds there too; so do the decoders that open what the simulated
# Douyin links to, and Playwright.
set -euo pipefail
cd "$(dirname "$0")/../.."

venv=target/peers/venv
f2=0.0.1.7
if ! "$venv/bin/python" -c "import f2; assert f2.__version__ == '$f2'" 2>/dev/null; then
  python3 -m venv "$venv" || { echo "peers: not run (python3 with venv is missing: apt-get install python3-venv)"; exit 1; }
  "$venv/bin/pip" --quiet install "f2==$f2"
fi
"$venv/bin/python" -c "import av, PIL" 2>/dev/null || "$venv/bin/pip" --quiet install av pillow
"$venv/bin/python" -c "import playwright" 2>/dev/null || "$venv/bin/pip" --quiet install playwright
cargo build --locked --quiet
radard=$(realpath "${CARGO_TARGET_DIR:-target}/debug/radard")
"$venv/bin/python" tests/peers/f2_signs.py --judge "$radard" 200
"$venv/bin/python" tests/peers/f2_lives.py --agree "$radard"
"$venv/bin/python" tests/peers/media_opens.py "$radard"
"$venv/bin/python" tests/peers/playwright_states.py "$radard"
