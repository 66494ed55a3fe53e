# The front door: each target sets up what it needs on a fresh Debian 12 machine, then works.
# Once that is done, nothing here needs the network.
SHELL := /bin/bash
PYTHON := .venv/bin/python

.PHONY: help setup build test interop faults faults-full killed soak explore demo cluster bench encoders fuzz format lint clean

help: ## this list (default)
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 18

setup:
	@tools/setup

build: setup ## build/bin/howdah, optimised
	cmake --preset release --log-level=WARNING
	cmake --build build --target howdah howdah_engine

test: setup ## all tests, also under sanitizers; what CI runs
	@tools/setup test
	@$(PYTHON) tools/run_tests.py

interop: build ## what lands against every reader, by chance; CASES=25, HOWDAH_INTEROP_SEED=... again
	@tools/setup test
	@HOWDAH_INTEROP_CASES=$(or $(CASES),25) \
	  HOWDAH_INTEROP_SEED=$${HOWDAH_INTEROP_SEED:-$$(date +%s)} PYTHONDONTWRITEBYTECODE=1 \
	  $(PYTHON) -m pytest tests/interop --numprocesses=2 --dist=loadfile --quiet

faults: build ## 500 landings and a pairwise cover of HDFS writes under fire, 40 minutes; FAULTS=sample, FAULTS_SEED=7
	@tools/setup test
	cmake --build build --target hdfs_stream hdfs_calls
	@HOWDAH_FAULTS=$(or $(FAULTS),pairwise) HOWDAH_FAULTS_SEED=$(or $(FAULTS_SEED),7) \
	  $(PYTHON) -m pytest tests/faults --numprocesses=2 --quiet

faults-full: ## 2000 landings and all writes, some hours
	@$(MAKE) --no-print-directory faults FAULTS=full

killed: build ## a run of 10 M rows, killed ten times, and what that costs, 5 minutes; KILLED="--seed 1"
	@tools/setup test
	@$(PYTHON) tests/faults/landing/ten_million.py $(KILLED)

soak: build ## 16 HDFS writers while daemons die at random; SOAK="--bytes 5G --seconds 240", 1.6 GB by default
	@tools/setup cluster
	cmake --build build --target hdfs_soak
	@$(PYTHON) tests/faults/soak.py $(SOAK)

demo: build ## score some thousand source files found on this machine with a real model
	@tools/setup demo
	@examples/demo/run.sh

cluster: setup ## a real HDFS on this machine to play with, until Ctrl-C; CLUSTER="--datanodes 4"
	@tools/setup cluster
	@$(PYTHON) -m testing.cluster play $(CLUSTER)

bench: build ## against tuned Python, the machine's limits and other HDFS clients, 25 minutes; BENCH=--full or --smoke
	@tools/setup test
	@$(PYTHON) benchmarks/run.py $(BENCH)
	@$(PYTHON) benchmarks/hdfs.py $(if $(findstring smoke,$(BENCH)),--smoke)

encoders: build ## every encoder and reader beside other libraries, 10 minutes; ENCODERS="--only csv"
	@tools/setup test
	cmake --build build --target encode_bench read_bench
	@$(PYTHON) benchmarks/encoders.py $(ENCODERS)

fuzz: setup ## fuzz the parsers of outside bytes; SECONDS_EACH=60
	@tools/setup fuzz
	cmake --preset fuzz --log-level=WARNING
	cmake --build build-fuzz --target fuzzers
	@$(PYTHON) fuzz/run.py --seconds $(or $(SECONDS_EACH),60)

format: setup ## rewrite C++ files in the project's style
	@$(PYTHON) tools/lint.py --format

explore: setup ## every order of the landing protocol's calls, deaths and lost answers; SECONDS_EACH=60
	cmake --preset release --log-level=WARNING
	cmake --build build --target explore_landing_test explore_mutants_test
	@HOWDAH_EXPLORE_SECONDS=$(or $(SECONDS_EACH),60) build/bin/explore_landing_test
	@build/bin/explore_mutants_test

lint: setup ## clang-format and clang-tidy
	cmake --preset lint --log-level=WARNING
	@$(PYTHON) tools/lint.py

clean: ## remove what was built; .venv and .cache stay, so that no network is needed
	rm -rf build build-*/ demo-out bench-out
