# What a person types. `make` alone lists it. CARGO_TARGET_DIR and the other settings of cargo are obeyed.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test check bench soak peers setup lint docs release deb

CARGO ?= cargo
# A PostgreSQL of the tests' own stands beside them where its server is installed.
BESIDE := tests/kit/with-postgres.sh
# nextest where it is present, else what cargo brings; never installed from source.
NEXTEST := $(shell $(CARGO) nextest --version >/dev/null 2>&1 && echo yes)
ifeq ($(NEXTEST),yes)
RUN := $(BESIDE) $(CARGO) nextest run --locked --config-file tests/kit/nextest.toml
ALL_TESTS :=
else
RUN := $(BESIDE) $(CARGO) test --locked
ALL_TESTS := --lib --bins --tests
endif

# A clean build that is used once wants neither incremental files nor line tables.
ifeq ($(CI),true)
export CARGO_INCREMENTAL := 0
export CARGO_PROFILE_DEV_DEBUG := false
RUN += --no-fail-fast
endif

help: ## list these commands
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 16

demo: ## see it work: simulated platforms, the daemon, its dashboard (ARGS="--once --json")
	@tests/kit/setup.sh demo
	@$(CARGO) build --locked
	@$(CARGO) run --locked --quiet -- demo $(ARGS)

test: setup lint docs ## everything that must hold before a change is shared
	$(RUN) $(ALL_TESTS)

check: lint ## the quick part of it: format, lints, house rules, unit tests
	$(RUN) --lib --test house

release: ## the program as it is installed, in target/release
	$(CARGO) build --release --locked

deb: ## the same in a Debian package, in target/deb
	@config/deb/build.sh

bench: ## figures of a release build, one JSON line each
	$(CARGO) bench --locked --bench bench -- $(ARGS)

soak: setup ## the fault stories in full length, the package in a clean Debian, fuzzing: an hour or more
	@tests/kit/setup.sh soak
	RADARD_SOAK=1 NEXTEST_PROFILE=soak $(RUN) $(ALL_TESTS)
	@tests/soak/deb.sh
	@tests/soak/firefox.sh
	@tests/soak/fuzz.sh

peers: ## the same work beside other people's programs
	@tests/kit/setup.sh peers
	@tests/peers/run.sh

setup:
	@tests/kit/setup.sh test

lint:
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings

docs:
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --no-deps --document-private-items
	$(CARGO) test --locked --doc
	@if $(CARGO) deny --version >/dev/null 2>&1; then $(CARGO) deny --offline check bans licenses sources; \
	else echo "cargo deny: not here; tests/house.rs holds licences, bans and duplicates"; fi
