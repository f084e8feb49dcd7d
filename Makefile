# Everything a person does with this project. Needs make, git, Node ≥ 20.19 (with npm) and, once, Go ≥ 1.25; `make help` is the default.
# Packages are installed by the first target that needs them; everything then runs on the Node 24 among them.
SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
export HOSTS XEN ONLY DEMO_EXIT DEMO_SECONDS KEEP

TS := node -r ts-node/register/transpile-only
LAB := test/xen-lab/lab.sh

help: ## this list
	@awk -F ':[^#]*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo '  HOSTS=n        hosts of demo and up (3)         XEN=real    one real Xen under QEMU instead of simulated hosts'
	@echo '  ONLY=file      make test: that test file only   DEMO_EXIT=1 demo ends when everything runs'

setup:
	@sh scripts/setup.sh

demo: setup ## set everything up, apply the sample, show it until Ctrl-C
	@$(TS) test/playground/main.ts demo

up: setup ## the same in the background, without the sample; returns when the hosts are Ready
	@$(TS) test/playground/main.ts up

down: setup ## stop and forget what up or demo started
	@$(TS) test/playground/main.ts down

status: setup ## what runs there
	@$(TS) test/playground/main.ts status

test: setup ## every test: pure, on a real control plane, on real Xen where this machine can
	@$(TS) test/run/main.ts $(ONLY)

test-xen: setup ## the tests on real Xen alone
	@$(TS) test/run/main.ts --xen

xen-lab: ## a real Dom0 under QEMU, to play with
	@$(LAB) up 1
	@echo 'Next: $(LAB) ssh 1 xl list;  make xen-lab-down ends it.'

xen-lab-down: ## end it
	@$(LAB) stop --all

lint: setup ## types, lint rules, format
	@echo 'types …' && tsc --noEmit -p tsconfig.json
	@echo 'rules …' && eslint --cache --cache-location .local/eslint-cache .
	@echo 'format …' && prettier --check --log-level warn .

mutate: setup ## which small changes of the code no test notices (ONLY=folder or file): .local/mutants.json
	@$(TS) test/mutate/main.ts $(ONLY)

world: setup ## lives of the whole system in one process, by a seed (SEED=1 RUNS=20 STORY=1 LOG=1 SHRINK=1)
	@$(TS) test/world/main.ts $(if $(SEED),--seed $(SEED)) $(if $(RUNS),--runs $(RUNS)) $(if $(STORY),--story) $(if $(LOG),--log) $(if $(SHRINK),--shrink)

soak: setup ## such lives without end, from SEED on; tells of those that went wrong, and a tally
	@$(TS) test/world/main.ts --quiet --shrink --runs $(or $(RUNS),0) --seed $(or $(SEED),1)

plants: setup ## planted faults, each by its story (ONLY=word; HUNT=60: look in so many lives for those without)
	@$(TS) test/world/plants-all.ts $(if $(ONLY),--only '$(ONLY)') $(if $(HUNT),--hunt $(HUNT))

bench: setup ## how fast, how many writes, how much memory: .local/bench.json
	@$(TS) test/bench/main.ts

bench-peers: setup ## the scheduler library beside an exact solver, a trace and Ganeti's htools (ONLY=section)
	@$(TS) test/bench/peers/main.ts

bench-scheduler: setup ## creating and placing beside kube-scheduler and the bare API server
	@$(TS) test/bench/scheduler/main.ts

bench-scale: setup ## one operator and a large fleet (HOSTS=1000 VMS=2000)
	@$(TS) test/bench/scale/main.ts $(if $(HOSTS),--hosts $(HOSTS)) $(if $(VMS),--vms $(VMS))

bench-memory: setup ## what the operator keeps in memory for a settled fleet (HOSTS=1000 VMS=20000); one minute
	@$(TS) test/bench/memory/main.ts $(if $(HOSTS),--hosts $(HOSTS)) $(if $(VMS),--vms $(VMS))

generate: setup ## types, validators and chart templates from crds/; docs/reference from the code
	@npm run --silent generate && npm run --silent generate:chart && npm run --silent generate:reference

build: setup ## the shipped programs, one file each, in dist/
	@node scripts/build.mjs

clean: ## remove what can be made again, but not caches and packages
	@[ ! -d node_modules ] || $(TS) test/playground/main.ts down
	@[ ! -d .local/xen-lab ] || $(LAB) stop --all
	rm -rf dist coverage .local

.PHONY: help setup demo up down status test test-xen xen-lab xen-lab-down lint mutate world soak plants bench bench-peers bench-scheduler bench-scale bench-memory generate build clean
