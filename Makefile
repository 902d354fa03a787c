# droplab's doors. `make help` lists them; README asks for two only: `make demo` and `make test`.

SHELL      := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# One profile for everything: the load generator must be cheap, and building twice costs minutes on two cores.
CARGO      := cargo
DROPLAB    := target/release/droplab
# How many rounds of conformance `make soak` asks of each scenario.
TIMES      ?= 1
export PATH := $(CURDIR)/.tools/bin:$(PATH)

.PHONY: help demo up down test check unit fuzz e2e slice soak engines bench images setup build cargo linter

help: ## this list
	@grep -hE '^[a-z0-9]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | awk -F'\t' '{ printf "  make %-8s %s\n", $$1, $$2 }'

demo: up ## set everything up, break payments, repair them, print the verdict; then a bad and a good postmortem of it, reviewed
	setup/first-act $(DROPLAB)
	setup/last-act $(DROPLAB)

up: setup ## bring the lab up (a second time: seconds)
	@# droplab itself and the images are compiled side by side: the one waits for its linker where the other has work.
	@$(MAKE) --no-print-directory -j2 build images
	$(DROPLAB) up

down: ## take the lab away; images stay
	@if [ -x $(DROPLAB) ]; then $(DROPLAB) down; else echo "nothing to take down: droplab was never built here"; fi

test: setup linter check unit slice ## all set-up; lints, every test without a cluster, a slice of those with one

check: cargo ## formatting and lints; nothing on the host changes
	$(CARGO) fmt --all --check
	setup/lint-shell
	$(CARGO) clippy --release --locked --workspace --all-targets --test e2e --test engines -- -D warnings

unit: cargo ## every test that needs no cluster: seconds, once built; nothing on the host changes
	$(CARGO) test --release --locked --workspace

FUZZ       := 1000000
fuzz: cargo ## a million damaged scenario files through the reader (minutes); FUZZ=… for another number
	$(CARGO) run --release --locked --example fuzz -- $(FUZZ)

e2e: images ## every test on the real cluster, under a name of its own, gone afterwards (an hour: the exam waits for whoever does nothing)
	setup/e2e
	setup/look-at-page
	setup/pull-path

# The lab itself; healthy passes; broken and repaired passes; doing nothing fails; interrupted leaves nothing; of every engine one fault
# at least bites, ends by itself after SIGKILL, and leaves nothing. All faults: `make e2e`.
ENGINES    := f01 f06 f11 f14 f17 f18 f19 f21 f22 f27 f28 f29 f30 f31 f34 f35 f36 f37 f38 f41 f42 f43 f44
slice: images
	setup/e2e lab:: releases::r1 conformance::b interruption:: late:: $(ENGINES:%=faults::%) killed::k1

soak: build images ## SIGKILL at each state of each fault, two hundred random faults in a row, every scenario's conformance (TIMES=1 round each; an hour and more)
	setup/e2e soak::
	$(DROPLAB) up
	setup/soak 200
	for file in scenarios/*.yaml; do $(DROPLAB) conform "$$(basename "$$file" .yaml)" --times $(TIMES); done

engines: images ## netem and the helper do the same to packets, on a kernel that has both, in a machine of its own (five minutes)
	images/build vm
	$(CARGO) test --release --locked --workspace --test engines -- --test-threads 1 --nocapture

bench: build images ## measure; writes target/bench.json
	rustc --edition 2024 -O -o target/release/prober examples/prober.rs
	bench/run $(DROPLAB)

images: setup ## build or pull every image that is missing or out of date
	images/build all

cargo:
	@command -v $(CARGO) >/dev/null || { echo "cargo is missing: install Rust 1.88 or newer (https://rustup.rs), then run this again" >&2; exit 5; }

linter:
	setup/lint-shell --install

setup: cargo ## the engine and the tools, where they are missing
	setup/engine
	setup/tools

build: setup
	$(CARGO) build --release --locked
