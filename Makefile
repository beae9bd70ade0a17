# Everything a contributor runs. `make help` lists it.
SHELL := /bin/sh
GO ?= go
TOOL := $(GO) tool -modfile=$(CURDIR)/.ci/tools/go.mod
SHARED ?= ../shared
FUZZTIME ?= 10s
BENCHTIME ?= 1s

# Scores on the shared material. They only rise.
export QA_MIN := 0.98
export QA_WRONG_MAX := 0.01
export TEMPLATE_MIN := 1
export FORMS_MIN := 151
export PLANS_MIN := 73
export ACTIONS_MIN := 81

.PHONY: help build test vet unit corpus bench fuzz oracle setup

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build the binary into ./bin/backchannel
	$(GO) build -trimpath -o bin/backchannel ./cmd/backchannel

setup: ## install what the tests need from Debian's packages, where missing
	@.ci/setup chromium postgresql

test: setup vet unit ## vet, staticcheck and every test, with the race detector

vet:
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "not gofmt'd:"; gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet -tags browser,corpus ./...
	$(TOOL) staticcheck -tags browser,corpus ./...

# Three packages at a time, since some wait more than they work. The race detector would watch every byte of SQLite,
# which is C translated to Go with locks of its own: that took most of the time and finds nothing of ours.
unit:
	$(GO) test -p 3 -race '-gcflags=modernc.org/...=-race=false' -tags browser -timeout 60m ./...

corpus: ## scores on the shared material (SHARED=../shared), against the thresholds above
	@if [ -d "$(SHARED)" ]; then .ci/corpus "$(SHARED)"; else echo "corpus: $(SHARED) is absent, nothing to score"; fi

bench: ## benchmarks and the load run; prints ratios to floors measured in the same run
	@.ci/bench $(BENCHTIME)

fuzz: ## every fuzz target for FUZZTIME
	@.ci/fuzz $(FUZZTIME)

oracle: ## checks against programs nobody here wrote (needs npm)
	@.ci/oracle/run "$(SHARED)"
