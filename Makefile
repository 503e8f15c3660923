# run: the demo shop · test: everything in 15 minutes · check: form · bench: ratios · bench-parts: each part · long: what takes longer

SHELL := /bin/sh
GO ?= go
TOOLS := $(CURDIR)/.cache/bin
GOLANGCI := v2.15.0
RELEASE := $(shell git describe --tags --always --dirty 2>/dev/null)
TEMPL := $(GO) run github.com/a-h/templ/cmd/templ@$(shell $(GO) list -m -f '{{.Version}}' github.com/a-h/templ)
WITH := $(GO) run ./internal/postgres/pgtest/with

# Packages whose tests drive a browser or measure: the race detector would only make them slow.
HEAVY := /test/|/internal/demo
LIGHT = $(shell $(GO) list ./... | grep -vE '$(HEAVY)')
REST = $(shell $(GO) list ./... | grep -E '$(HEAVY)')

.PHONY: run build test check lint bench bench-parts gen long fuzz

run: build
	@scripts/need postgres
	bin/floresya up --demo

build:
	$(GO) build -trimpath -ldflags "-X main.release=$(RELEASE)" -o bin/floresya ./cmd/floresya

test:
	@scripts/need postgres chromium gcc
	$(WITH) $(MAKE) --no-print-directory test-run
	scripts/fuzz 3s

.PHONY: test-run
test-run:
	$(GO) test -race -timeout 10m $(LIGHT)
	$(if $(strip $(REST)),$(GO) test -timeout 10m $(REST))

check: lint
	$(GO) vet ./...
	scripts/fresh

lint: $(TOOLS)/golangci-lint-$(GOLANGCI)
	@unformatted=$$(gofmt -l cmd internal $(wildcard test)); \
		if [ -n "$$unformatted" ]; then echo "gofmt: $$unformatted"; exit 1; fi
	$< run

$(TOOLS)/golangci-lint-$(GOLANGCI):
	GOBIN=$(TOOLS) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI)
	mv $(TOOLS)/golangci-lint $@

bench:
	@scripts/need postgres
	$(GO) run ./test/bench

bench-parts:
	@scripts/need postgres
	FLORESYA_TEST_FSYNC=on $(WITH) $(GO) test -run '^$$' -bench . -benchmem ./internal/...

gen:
	$(if $(shell find internal -name '*.templ'),$(TEMPL) generate -path internal -log-level error)
	$(GO) generate ./...

long:
	@scripts/need postgres chromium gcc
	FLORESYA_TEST_FSYNC=on FLORESYA_TEST_KILLS=40 $(WITH) $(GO) test -race -count 3 -timeout 60m ./...
	scripts/fuzz 1m
