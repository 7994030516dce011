# `make demo` and `make test` do all their own set-up.
SHELL := /usr/bin/env bash
.SHELLFLAGS := -eu -o pipefail -c
.PHONY: setup build library wheel install archive deb test demo bench format docs clean

# SwiftPM finds libtorch through the pkg-config file that set-up writes.
export PKG_CONFIG_PATH := $(CURDIR)/.deps/pkgconfig$(if $(PKG_CONFIG_PATH),:$(PKG_CONFIG_PATH))

# Homebrew does not link these two into its common folders.
ifeq ($(shell uname -s),Darwin)
export PKG_CONFIG_PATH := $(PKG_CONFIG_PATH):/opt/homebrew/opt/jpeg-turbo/lib/pkgconfig:/opt/homebrew/opt/zlib/lib/pkgconfig
endif

# TORCH=cuda, or the folder of an installed PyTorch, for GPUs.
setup:
	TORCH="$(TORCH)" scripts/setup.sh

build: setup
	swift build -c release --product signet

# libsignet for C, and the Python package around it.
library:
	scripts/build-library.sh

wheel: library
	python3 scripts/make-wheel.py "$$(ls .build/library/lib/libsignet.so.1 .build/library/lib/libsignet.1.dylib 2>/dev/null)" .build/wheel

# The command and libsignet below PREFIX; and packed, as an archive and for Debian.
PREFIX ?= /usr/local
install: build library
	scripts/install.sh "$(PREFIX)"

archive: build library
	scripts/package.sh archive

deb: build library
	scripts/package.sh deb

# The end-to-end tests run the release command.
test: build
	swift test
	scripts/test-setup.sh
	Tests/Conformance/run
	scripts/test-kernels.sh
	scripts/test-examples.sh
	scripts/test-library.sh
	scripts/test-install.sh
	Tests/Browser/run
	Tests/Server/run
	scripts/format.sh check
	scripts/check-links.sh
	scripts/build-docs.sh

demo: build
	.build/release/signet demo

bench: build
	for script in Benchmarks/*/run; do \
	  [ -x "$$script" ] || continue; \
	  echo "$$script"; \
	  "$$script" || exit 1; \
	done

format:
	scripts/format.sh

docs: setup
	scripts/check-links.sh
	scripts/build-docs.sh

# Leaves .deps, which takes a download to fill.
clean:
	rm -rf .build
