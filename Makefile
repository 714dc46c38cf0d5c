# Two commands matter: `make demo` shows what it does, `make test` proves it. The others are their parts.
SWIFT ?= swift
RELEASE := --configuration release --static-swift-stdlib --product envelope

.PHONY: demo test build release format lint bench crash-matrix fuzz unit clean help

help:
	@sed -n 's/^## //p' Makefile

## make demo     build the release binary and watch an agent's conversation with it, in the sandbox
demo: release
	@python3 Demo/demo.py .build/release/envelope

## make test     install the test peers, build, check the format, run every test
test:
	@Tests/Peers/install.sh
	@$(MAKE) --no-print-directory lint
	@echo "building (the first time takes some minutes)"
	@$(SWIFT) build --build-tests
	@SWIFT=$(SWIFT) Tests/run.sh

## make build    the debug binary
build:
	@Tests/Peers/install.sh --build
	@$(SWIFT) build

## make release  the release binary, .build/release/envelope
release:
	@Tests/Peers/install.sh --build
	@echo "building the release binary (the first time takes some minutes)"
	@$(SWIFT) build $(RELEASE)

## make bench    measure start, memory and round trips against a Python server in the same run
bench: release
	@Benchmarks/install.sh
	@python3 Benchmarks/bench.py .build/release/envelope
	@python3 Benchmarks/mcp_bench.py .build/release/envelope
	@python3 Benchmarks/http_bench.py .build/release/envelope
	@python3 Benchmarks/queue_bench.py .build/release/envelope

## make crash-matrix  kill the process at every moment, count at the server, write docs/crash-matrix.md; then the storms
crash-matrix: build
	@python3 Tests/Crash/matrix.py .build/debug/envelope --markdown docs/crash-matrix.md
	@python3 Tests/Crash/storm.py .build/debug/envelope
	@python3 Tests/Crash/trouble.py .build/debug/envelope

## make fuzz     ten million inputs to the line reader, the JSON reader and the era switch
fuzz:
	@Tests/Fuzz/run.sh --self-test
	@Tests/Fuzz/run.sh --runs 10000000

## make unit     start the systemd unit under a real systemd, in a machine of its own (as root)
unit: release
	@Tests/Peers/systemd.sh .build/release/envelope

## make format   bring the sources into the house's format
format:
	@$(SWIFT) format --in-place --recursive --parallel Package.swift Sources Tests

lint:
	@$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests

clean:
	@rm -rf .build .build-fuzz
