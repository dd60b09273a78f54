#!/usr/bin/env bash
# Throws bytes at every reader of outside text, guided by coverage, and fails on a finding.
# Everything goes below the target folder: the program, what was found to be worth trying, and what broke.
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${RADARD_FUZZ_SECONDS:-120}
target=${CARGO_TARGET_DIR:-$PWD/target}/fuzz
host=x86_64-unknown-linux-gnu
# These work with a stable compiler; --target keeps them away from build scripts.
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
  -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
  -Cllvm-args=-sanitizer-coverage-trace-compares -Clink-dead-code -Cdebug-assertions -Coverflow-checks"
cargo build --release --target "$host" --target-dir "$target" --manifest-path tests/fuzz/Cargo.toml

failed=0
for corpus in tests/fixtures/fuzz/*/; do
  name=$(basename "$corpus")
  mkdir -p "$target/corpus/$name" "$target/found/$name"
  log="$target/$name.log"
  # The first folder takes what is new, the second is only read. Long inputs have a test of their own.
  if RADARD_FUZZ=$name "$target/$host/release/fuzz" "$target/corpus/$name" "$corpus" -max_total_time="$seconds" \
    -max_len=65536 -rss_limit_mb=1024 -timeout=10 -artifact_prefix="$target/found/$name/" >"$log" 2>&1; then
    printf '{"fuzz":"%s","seconds":%d,"runs":%s,"found":0}\n' "$name" "$seconds" \
      "$(sed -nE 's/^#([0-9]+).*DONE.*/\1/p' "$log" | tail -n 1)"
  else
    failed=1
    echo "fuzz: $name broke; its input is in $target/found/$name" >&2
    tail -n 30 "$log" >&2
  fi
done
exit $failed
