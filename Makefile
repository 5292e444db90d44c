# The short way in. Everything real is in CMakePresets.json and tools/; PRESET=debug or asan picks another build.
PRESET ?= release
BUILD  := build/$(PRESET)
JOBS   ?= $(shell nproc)

.PHONY: all deps configure build demo test test-full bench bench-quick fuzz install deb format clean

all: build

deps:
	@tools/install-deps

configure: deps
	@cmake --preset $(PRESET) >/dev/null

build: configure
	cmake --build $(BUILD) -j $(JOBS)

demo: build
	tools/demo $(BUILD)

# Unit tests, and a sample of the mode table (tests/modes.table).
test: build
	ctest --test-dir $(BUILD) --output-on-failure -j $(JOBS) -LE full

# Every test program in every row of the mode table.
test-full: build
	ctest --test-dir $(BUILD) --output-on-failure -j $(JOBS) -L 'unit|house|full'
	tests/run-modes --build $(BUILD) --full -j $(JOBS)

bench: build
	bench/run --build $(BUILD)

bench-quick: build
	bench/run --build $(BUILD) --quick

fuzz:
	fuzz/run

install: build
	cmake --install $(BUILD)

deb: build
	cd $(BUILD) && cpack -G DEB

format:
	clang-format -i $$(git ls-files '*.cpp' '*.h')

clean:
	rm -rf build
