# Two commands do all the set-up: `make run` and `make test`.
SWIFT ?= swift
# Where it matters that nothing is rebuilt: sanitizers and CI name another folder.
BUILD := .build
RELEASE := $(BUILD)/release/spillway
# Debian's packages; `make packages` installs only those that are missing.
PACKAGES := g++ libsqlite3-dev libsimdjson-dev libhiredis-dev librabbitmq-dev libmariadb-dev libssl-dev
# The servers that the tests start for themselves, on private ports, the command that makes their certificates, and the
# AMQP client that plays another program.
TEST_PACKAGES := redis-server rabbitmq-server mariadb-server openssl python3-pika
RUN_FLAGS ?=

.PHONY: run build test lint format packages tsan asan bench clean

run: build
	$(RELEASE) serve --embedded $(RUN_FLAGS)

# One binary: whole-module optimisation is what a release build does, and the Swift runtime is linked in.
build: packages
	$(SWIFT) build --build-path $(BUILD) -c release --product spillway --static-swift-stdlib

# Unit tests in a debug build, then the same run drives the real release binary.
test: build
	@./packages.sh $(TEST_PACKAGES)
	SPILLWAY_BINARY=$(abspath $(RELEASE)) $(SWIFT) test --build-path $(BUILD)

lint:
	$(SWIFT) format lint --strict --recursive Sources Tests Package.swift

format:
	$(SWIFT) format --in-place --recursive Sources Tests Package.swift

packages:
	@./packages.sh $(PACKAGES)

# The unit tests under a sanitizer, in a build folder of their own.
tsan: packages
	$(SWIFT) build --build-tests --sanitize=thread --build-path .build-tsan
	clang -shared -fPIC -o .build-tsan/mutex.so Tests/ThreadSanitizer/mutex.c
	LD_PRELOAD=$(abspath .build-tsan/mutex.so) \
		$(SWIFT) test --skip-build --sanitize=thread --build-path .build-tsan --skip SystemTests

# Leaks are not looked for: the leak checker needs ptrace, which containers refuse.
asan: packages
	ASAN_OPTIONS=detect_leaks=0 $(SWIFT) test --sanitize=address --build-path .build-asan --skip SystemTests

bench: build
	@./packages.sh wrk gcc $(TEST_PACKAGES)
	perf/bench.py
	perf/cluster.py

clean:
	rm -rf $(BUILD) .build-tsan .build-asan
