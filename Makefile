# What a newcomer types. Each target installs what it lacks on Debian and says so; beyond that it
# expects Rust, Node, make and apt.

CARGO ?= cargo
# For `make run`: where the demo keeps its data, and where it listens.
DATA ?= data
LISTEN ?= 127.0.0.1:8080

need := sh xtask/need.sh
export PATH := $(CURDIR)/target/tools/bin:$(PATH)

tribune := target/release/tribune
web_sources := $(shell find web -type f -not -path '*/node_modules/*' -not -path '*/dist/*')

.PHONY: help run build web test bench clean
.PHONY: test-tools test-style test-rust test-web test-browser
.DEFAULT_GOAL := help

help: ## this list
	@echo "Tribune. Type make and one of:"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s%s\n", $$1, $$2 }' Makefile

run: build ## build, then serve the demo from the folder data/ at http://127.0.0.1:8080/
	$(tribune) demo --data $(DATA) --listen $(LISTEN)

build: web ## leave target/release/tribune, one file with everything embedded
	@$(need) cc nasm
	$(CARGO) build --release --locked --package tribune --features asm
	@mkdir -p target/release
	@# The promise holds where cargo is told to build elsewhere, too.
	@test -z "$$CARGO_TARGET_DIR" || cp "$$CARGO_TARGET_DIR/release/tribune" $(tribune)

web: web/node_modules/.built ## build the scripts and styles into web/dist

web/node_modules/.installed: web/package.json web/package-lock.json
	@$(need) node
	cd web && npm ci --no-audit --no-fund
	@touch $@

web/node_modules/.built: web/node_modules/.installed $(web_sources)
	cd web && npm run build
	@touch $@

test: test-tools test-style test-rust test-web test-browser ## prove everything that is claimed
	@echo "tribune: every test has passed"

test-tools:
	@$(need) cc node postgresql chromium java ffmpeg openssl cargo-nextest cargo-deny

test-style: test-tools web ## formatting, tidiness, licences and lints
	$(CARGO) fmt --all -- --check
	$(CARGO) xtask tidy
	$(CARGO) deny --log-level error check bans licenses sources
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings

test-rust: test-tools web ## the Rust tests, on SQLite and on PostgreSQL
	$(CARGO) xtask with-postgres -- $(CARGO) nextest run --locked --workspace
	$(CARGO) test --locked --workspace --doc --quiet

test-web: test-tools web ## the tests of the scripts
	cd web && npm test

test-browser: test-tools web e2e/node_modules/.installed ## the program, as readers meet it
	@# The build that the Rust tests have made already, with the same features: any other would take
	@# longer than all the browsing.
	$(CARGO) test --locked --workspace --no-run --quiet
	cd e2e && built="$${CARGO_TARGET_DIR:-../target}/debug" && TRIBUNE_BIN="$$built/tribune" XTASK_BIN="$$built/xtask" npm test

e2e/node_modules/.installed: e2e/package.json e2e/package-lock.json
	@$(need) node
	cd e2e && npm ci --no-audit --no-fund --ignore-scripts
	@touch $@

bench: build e2e/node_modules/.installed ## measure the release build, and its peers beside it
	@$(need) postgresql nginx nginx-rtmp janus ip wrk chromium ffmpeg isso
	$(CARGO) xtask bench $(BENCH)

clean: ## remove everything that was built, and keep data/
	$(CARGO) clean
	rm -rf web/dist web/node_modules e2e/node_modules e2e/test-results e2e/report
