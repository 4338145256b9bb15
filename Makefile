# Everything that is done to this project. `make` alone lists it.

# Tools are built from source into .tools/, which git ignores: none of them is a dependency of the program.
GOLANGCI_LINT_VERSION := v2.15.0
GOFUMPT_VERSION       := v0.12.0
STATICCHECK_VERSION   := v0.8.2
BENCHSTAT_VERSION     := v0.0.0-20260908200009-22c9c6c9d4da

# Each fuzz target runs so long in `make check-long`.
FUZZTIME ?= 1m
# Benchmarks run so often, so that benchstat has something to compare.
COUNT ?= 6

TOOLS := $(CURDIR)/.tools
SCENARIOS := $(wildcard scenarios/*.yaml)

.DEFAULT_GOAL := help
.PHONY: help build release test test-real check-long fuzz bench bench-compare lint fmt results fidelity generate clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build bin/simrun
	go build -o bin/simrun ./cmd/simrun

# Compiled by a profile of the shipped scenarios, taken here and now: a twelfth faster, and nothing to keep up to date.
release: ## build bin/simrun with all that it takes for interactive pages: it needs no Go where it runs
	go run ./cmd/simrun export engine internal/engine
	@mkdir -p $(TOOLS)
	go test -run '^$$' -bench Scenario -benchtime 100ms -o $(TOOLS)/scenarios.test -cpuprofile $(TOOLS)/scenarios.pgo ./internal/experiment >/dev/null
	go build -trimpath -ldflags "-s -w" -pgo $(TOOLS)/scenarios.pgo -tags simrun_engine -o bin/simrun ./cmd/simrun

# Under the race detector without TestLiveEqualsSim, a minute of the same goroutines as in the others; check-long has it.
test: ## vet and test everything, in minutes; needs only Go
	go vet ./...
	go test -timeout 10m ./...
	@if command -v "$$(go env CC)" >/dev/null 2>&1; then \
		echo "go test -race ./live"; CGO_ENABLED=1 go test -race -skip '^TestLiveEqualsSim$$' -timeout 5m ./live; \
	else \
		echo "skipped: go test -race ./live (the race detector needs a C compiler)"; \
	fi

test-real: ## on a real browser, a real Celery, redis, RabbitMQ and Slurm, and the modules beside this one; skips what is not here
	cd tools/browser && go vet ./... && go test -count=1 -timeout 15m ./...
	SIMRUN_CELERY=$${SIMRUN_CELERY:-yes} go test -count=1 -run 'TestRecorder|TestOnCelery|TestAdviceIsKept' ./internal/recordings ./internal/oncelery ./cmd/simrun
	cd tools/manifests && go vet ./... && go test -count=1 ./...
	cd baselines && go vet ./... && go test ./...

check-long: ## the tests that take long, and every fuzz target for FUZZTIME
	SIMRUN_LONG=1 go test -count=1 -timeout 2h ./...
	@if command -v "$$(go env CC)" >/dev/null 2>&1; then CGO_ENABLED=1 go test -race -timeout 15m ./live; fi
	cd baselines && go vet ./... && go test ./...
	$(MAKE) --no-print-directory fuzz

fuzz: ## every fuzz target for FUZZTIME (1m)
	@grep -rE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*\(' . | sed -E 's|^\./(.*)/[^/]*:func (Fuzz[A-Za-z0-9_]*).*|\1 \2|' | sort \
	| while read -r dir name; do \
		echo "fuzz ./$$dir $$name, $(FUZZTIME)"; \
		go test "./$$dir" -run '^$$' -fuzz "^$$name$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 2s </dev/null || exit 1; \
	done

# The benchmarks of the simulator itself, which say how fast it is.
SIMULATOR := ./des ./workloads ./sim ./internal/experiment

bench: $(TOOLS)/benchstat-$(BENCHSTAT_VERSION) ## every benchmark COUNT (6) times, those of the baselines too, in ten minutes; results/bench.md and performance.md
	@mkdir -p results
	@rm -f results/bench.out
	@echo "the simulator"
	@go test -run '^$$' -bench . -benchtime 300ms -count $(COUNT) -timeout 1h $(SIMULATOR) >> results/bench.out
	@echo "SimPy" # python3-simpy3 of Debian; left out where it is not
	@if python3 -c 'import simpy' 2>/dev/null; then python3 baselines/simpy/models.py $(COUNT) >> results/bench.out; \
	elif /usr/bin/python3 -c 'import simpy' 2>/dev/null; then /usr/bin/python3 baselines/simpy/models.py $(COUNT) >> results/bench.out; \
	else echo "skipped: python3 has no simpy"; fi
	@echo "workers, for real" # an operation is a run of two seconds
	@go test -run '^$$' -bench . -benchtime 1x -count $(COUNT) -timeout 1h ./live >> results/bench.out
	@echo "the baselines"
	@cd baselines && go test -run '^$$' -bench 'Throughput' -benchtime 300ms -count $(COUNT) -timeout 1h . >> ../results/bench.out
	@cd baselines && go test -run '^$$' -bench 'Mixed|Hanging' -benchtime 1x -count $(COUNT) -timeout 1h . >> ../results/bench.out
	@sh tools/bench/summary.sh $(TOOLS)/benchstat-$(BENCHSTAT_VERSION) results/bench.out > results/bench.md
	@sh tools/bench/performance.sh results/bench.out > results/performance.md
	@echo "Written: results/bench.md, results/performance.md"

# Both are built first and run in turns, so that what disturbs the one disturbs the other.
bench-compare: $(TOOLS)/benchstat-$(BENCHSTAT_VERSION) ## the simulator against BASE=COMMIT, COUNT (6) times in turns
	@test -n "$(BASE)" || { echo "usage: make bench-compare BASE=COMMIT"; exit 2; }
	@sh tools/bench/compare.sh $(TOOLS)/benchstat-$(BENCHSTAT_VERSION) "$(BASE)" $(COUNT) '$(or $(BENCH),MM|Worker|Size|Queue)'

lint: $(TOOLS)/golangci-lint-$(GOLANGCI_LINT_VERSION) $(TOOLS)/gofumpt-$(GOFUMPT_VERSION) $(TOOLS)/staticcheck-$(STATICCHECK_VERSION) ## gofumpt, staticcheck and golangci-lint (minutes the first time)
	@unformatted="$$($(TOOLS)/gofumpt-$(GOFUMPT_VERSION) -l .)"; \
	if [ -n "$$unformatted" ]; then echo "gofumpt (make fmt) would change:"; echo "$$unformatted"; exit 1; fi
	$(TOOLS)/staticcheck-$(STATICCHECK_VERSION) ./...
	$(TOOLS)/golangci-lint-$(GOLANGCI_LINT_VERSION) run

fmt: $(TOOLS)/gofumpt-$(GOFUMPT_VERSION) ## format every file
	$(TOOLS)/gofumpt-$(GOFUMPT_VERSION) -w .

results: fidelity ## run every shipped scenario and refresh results/ and docs/fidelity.md
	go run ./cmd/simrun $(SCENARIOS)

fidelity: ## compare with the recordings of real Celery; refresh docs/fidelity.md
	go run ./cmd/simrun verify --markdown docs/fidelity.md --known internal/fidelity/known/known.csv $(wildcard internal/fidelity/testdata/*/)

# The files are those that tests named ...AreCurrent or ...IsCurrent compare: one that is behind fails `make test`.
generate: ## write what is made of the code anew: the schema, package spec, tables and examples of the pages
	go test ./scenarios . -run '(Is|Are)Current$$' -count=1 -update

clean: ## remove what was built and what git ignores of the results
	rm -rf bin .tools
	rm -f results/index.html results/summary.json results/*/report.html results/*/*.json results/*/*.csv results/*/plots/*.png

# $(call install,FILE,MODULE/PATH@VERSION): outside of the module, so that go.mod stays as it is.
define install
	@mkdir -p $(TOOLS)/tmp
	@echo "building $(2)"
	@cd $(TOOLS)/tmp && GOBIN=$(TOOLS)/tmp GOFLAGS=-mod=mod go install $(2)
	@mv $(TOOLS)/tmp/$(notdir $(firstword $(subst @, ,$(2)))) $(1)
	@rmdir $(TOOLS)/tmp
endef

$(TOOLS)/golangci-lint-$(GOLANGCI_LINT_VERSION):
	$(call install,$@,github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION))

$(TOOLS)/gofumpt-$(GOFUMPT_VERSION):
	$(call install,$@,mvdan.cc/gofumpt@$(GOFUMPT_VERSION))

$(TOOLS)/staticcheck-$(STATICCHECK_VERSION):
	$(call install,$@,honnef.co/go/tools/cmd/staticcheck@$(STATICCHECK_VERSION))

$(TOOLS)/benchstat-$(BENCHSTAT_VERSION):
	$(call install,$@,golang.org/x/perf/cmd/benchstat@$(BENCHSTAT_VERSION))
