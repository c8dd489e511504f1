# The front door. CMake does the work; these are the words to start it with. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev build demo test bench lint format asan tsan fuzz coverage install package man clean verify-static fuzz-credentials

BUILD := build/release
# one job a core, but no more than the memory holds: a translation unit with dlib in it wants about 1.5 GB
JOBS ?= $(shell cores=$$(nproc); fit=$$(awk '/MemAvailable/{print int($$2/1500000)}' /proc/meminfo); \
          [ "$$fit" -lt 1 ] && fit=1; [ "$$cores" -lt "$$fit" ] && echo $$cores || echo $$fit)
LAUNCHER := $(shell command -v ccache >/dev/null 2>&1 && echo -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
CONFIGURE = cmake --log-level=WARNING --preset

help: ## this list
	@echo "bonafide: can I trust this picture, video or sound, and why?"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  make demo FILE=photo.jpg    your own file at the end of the demonstration"

setup: ## install the Debian packages that are missing (asks sudo when you are not root)
	@scripts/setup.sh

setup-dev: ## the same, with what lint, fuzz, coverage and bench need
	@scripts/setup.sh dev

$(BUILD)/build.ninja:
	@$(CONFIGURE) release $(LAUNCHER) >/dev/null

build: $(BUILD)/build.ninja ## compile the program: build/release/bin/bonafide
	@cmake --build $(BUILD) --target bonafide -j $(JOBS)

demo: setup ## set up, compile, and check real photographs, clips and voices
	@$(MAKE) --no-print-directory build
	@scripts/demo.sh $(BUILD)/bin/bonafide $(if $(FILE),"$(FILE)")

test: setup ## set up, compile and run every test
	@scripts/oracle.sh --quietly
	@$(MAKE) --no-print-directory $(BUILD)/build.ninja
	@cmake --build $(BUILD) -j $(JOBS)
	@ctest --test-dir $(BUILD) -j $(JOBS) --output-on-failure

bench: setup-dev ## measure speed and memory, functions first, then whole commands
	@$(CONFIGURE) bench $(LAUNCHER) >/dev/null
	@cmake --build build/bench -j $(JOBS)
	@$(MAKE) --no-print-directory build
	@for program in build/bench/bin/bench_*; do echo "== $${program##*/}"; "$$program" || exit; done
	@bench/speed.sh
	@cmake --build $(BUILD) --target bonafide-verify -j $(JOBS)
	@scripts/oracle.sh --quietly
	@bench/credentials.sh

lint: setup-dev ## layout, static analysis and house rules on what you changed (ALL=1: on everything)
	@$(MAKE) --no-print-directory $(BUILD)/build.ninja
	@scripts/lint.sh $(if $(ALL),--all)

format: ## put all source files into the house layout
	@git ls-files -z '*.cpp' '*.h' '*.hpp' '*.c' | xargs -0 clang-format -i

asan: setup ## run the tests under the address and undefined-behaviour sanitisers
	@$(CONFIGURE) asan $(LAUNCHER) >/dev/null
	@cmake --build build/asan -j $(JOBS)
	@source scripts/sanitizers.sh && ctest --test-dir build/asan -j $(JOBS) --output-on-failure -L fast

tsan: setup ## run the threaded tests under the thread sanitiser
	@$(CONFIGURE) tsan $(LAUNCHER) >/dev/null
	@cmake --build build/tsan -j $(JOBS)
	@source scripts/sanitizers.sh && ctest --test-dir build/tsan -j $(JOBS) --output-on-failure -L fast

SECONDS_EACH ?= 60
fuzz: setup-dev ## fuzz every target for SECONDS_EACH seconds (60)
	@$(CONFIGURE) fuzz $(LAUNCHER) >/dev/null
	@cmake --build build/fuzz -j $(JOBS)
	@scripts/fuzz.sh build/fuzz $(SECONDS_EACH)

fuzz-credentials: setup-dev ## the same for Content Credentials alone: much less to compile
	@$(CONFIGURE) fuzz-credentials $(LAUNCHER) >/dev/null
	@cmake --build build/fuzz-credentials -j $(JOBS)
	@scripts/fuzz.sh build/fuzz-credentials $(SECONDS_EACH)

coverage: setup-dev ## which lines the fast tests reach: build/coverage/index.html
	@$(CONFIGURE) coverage $(LAUNCHER) >/dev/null
	@cmake --build build/coverage -j $(JOBS)
	@ctest --test-dir build/coverage -j $(JOBS) -L 'fast|e2e' --output-on-failure
	@gcovr --root . --filter src/ --exclude '.*_(test|bench)\.cpp' --object-directory build/coverage \
	  --html-details build/coverage/index.html --print-summary

verify-static: setup ## bonafide-verify, Content Credentials alone, as one static file: build/verify-static/bin
	@$(CONFIGURE) verify-static $(LAUNCHER) >/dev/null
	@cmake --build build/verify-static -j $(JOBS)

PREFIX ?= /usr/local
install: build ## install the program, the library and its headers under PREFIX (/usr/local)
	@cmake --build $(BUILD) -j $(JOBS)
	@cmake --install $(BUILD) --prefix "$(PREFIX)"

package: setup ## Debian packages: build/package/*.deb
	@$(CONFIGURE) package $(LAUNCHER) >/dev/null
	@cmake --build build/package -j $(JOBS)
	@cd build/package && cpack -G DEB

man: build ## the manual page: build/release/man/bonafide.1
	@cmake --build $(BUILD) --target manual

clean: ## remove everything that was built
	@rm -rf build
