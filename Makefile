# Two commands do all the set-up: `make run` and `make test`.
SWIFT ?= swift
# Where it matters that nothing is rebuilt: sanitizers and CI name another folder.
BUILD := .build
RELEASE := $(BUILD)/release/spillway
# Debian's packages; `make packages` installs only those that are missing.
PACKAGES := g++ libsqlite3-dev libsimdjson-dev libhiredis-dev librabbitmq-dev libmariadb-dev libssl-dev python3-yaml
# The servers that the tests start for themselves, on private ports, the command that makes their certificates, the
# AMQP client that plays another program, what the tools of Tests/requirements.txt are installed with, the balancer and the
# load of the rolling restart, the browser that looks at the dashboard, and the clock that jumps.
TEST_PACKAGES := redis-server rabbitmq-server mariadb-server openssl python3-pika python3-venv haproxy wrk chromium faketime
PYTHON_TOOLS := $(BUILD)/python
RUN_FLAGS ?=
# A module may import only what Package.swift names for it, whatever else is built already: so the layers hold.
LAYERS := --explicit-target-dependency-import-check error
FUZZ_SECONDS ?= 60

.PHONY: run build test test-packages settings-docs lint format packages tsan asan fuzz budgets image-check clean
.PHONY: bench bench-quick bench-peers bench-packages

run: build
	$(RELEASE) serve --embedded $(RUN_FLAGS)

# One binary: whole-module optimisation is what a release build does, and the Swift runtime is linked in.
build: packages
	$(SWIFT) build --build-path $(BUILD) -c release --product spillway --static-swift-stdlib $(LAYERS)

# Unit tests in a debug build, then the same run drives the real release binary.
test: build test-packages $(PYTHON_TOOLS)/requirements.txt
	SPILLWAY_BINARY=$(abspath $(RELEASE)) PYTHON_TOOLS=$(abspath $(PYTHON_TOOLS)) $(SWIFT) test --build-path $(BUILD) $(LAYERS)

# Debian's Python, for which Debian's packages are. Made anew when a version changes: nothing old stays in it.
$(PYTHON_TOOLS)/requirements.txt: Tests/requirements.txt | test-packages
	@echo "installing the tools of $<"
	@/usr/bin/python3 -m venv --clear $(PYTHON_TOOLS)
	@$(PYTHON_TOOLS)/bin/pip install --quiet --disable-pip-version-check --requirement $<
	@cp $< $@

# Writes .env.example and the tables of docs/configuration.md anew, from Sources/App/Settings/Catalog.
settings-docs: packages
	SETTINGS_DOCS=write $(SWIFT) test --build-path $(BUILD) --filter SettingDocumentsTests

lint:
	$(SWIFT) format lint --strict --recursive Sources Tests Plugins Package.swift perf/peers
	.ci/comment-width
	@./packages.sh shellcheck
	shellcheck --external-sources *.sh .ci/run .ci/comment-width

format:
	$(SWIFT) format --in-place --recursive Sources Tests Plugins Package.swift perf/peers

packages:
	@./packages.sh $(PACKAGES)

test-packages:
	@./packages.sh $(TEST_PACKAGES)

# The unit tests under a sanitizer, in a build folder of their own.
tsan: packages
	$(SWIFT) build --build-tests --sanitize=thread --build-path .build-tsan
	clang -shared -fPIC -o .build-tsan/mutex.so Tests/ThreadSanitizer/mutex.c
	LD_PRELOAD=$(abspath .build-tsan/mutex.so) \
		$(SWIFT) test --skip-build --sanitize=thread --build-path .build-tsan --skip SystemTests

# Leaks are not looked for: the leak checker needs ptrace, which containers refuse.
asan: packages
	ASAN_OPTIONS=detect_leaks=0 $(SWIFT) test --sanitize=address --build-path .build-asan --skip SystemTests

# Each target for FUZZ_SECONDS, from the seeds and from what earlier runs found worth keeping. An input that breaks a promise is left
# in .build-fuzz and belongs into the tables of the unit tests. Swift's own backtraces would only hold libFuzzer up.
fuzz: packages
	$(SWIFT) build --package-path Tests/Fuzz --build-path .build-fuzz -c release \
		--sanitize=fuzzer --sanitize=address -Xswiftc -sanitize=fuzzer,address -Xswiftc -enable-testing
	for target in Framer Chunked Orders; do \
		mkdir -p .build-fuzz/corpus/$$target && \
		SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=16 \
			.build-fuzz/release/Fuzz$$target -max_total_time=$(FUZZ_SECONDS) -max_len=600 -reload=0 -verbosity=0 \
			-print_final_stats=1 -artifact_prefix=.build-fuzz/$$target- -dict=Tests/Fuzz/dictionaries/$$target \
			.build-fuzz/corpus/$$target Tests/Fuzz/seeds/$$target || exit 1; \
	done

# Beside bare C programs on the same servers, in ten minutes; perf/README.md says how to read it.
bench: build bench-packages
	SPILLWAY_BINARY=$(abspath $(RELEASE)) perf/bench.py

# The most telling cases, in 90 seconds.
bench-quick: build bench-packages
	SPILLWAY_BINARY=$(abspath $(RELEASE)) perf/bench.py --quick

# Beside the same service in other frameworks too, which are installed and built first: minutes more.
bench-peers: build bench-packages
	SPILLWAY_BINARY=$(abspath $(RELEASE)) perf/bench.py --peers

bench-packages:
	@./packages.sh gcc libhiredis-dev librabbitmq-dev wrk nghttp2-client redis-server rabbitmq-server mariadb-server

# Fails when what a request costs in instructions, allocations or system calls has grown by more than 5 %.
budgets: build
	@./packages.sh valgrind gcc wrk binutils
	SPILLWAY_BINARY=$(abspath $(RELEASE)) perf/budgets.py

# Builds the Dockerfile and tries the image, on a machine without an engine: needs root, Debian 12 and 10 GB.
image-check:
	Tests/Image/check.sh

clean:
	rm -rf $(BUILD) .build-tsan .build-asan .build-fuzz .build-image .build-peers
