# docring: make builds, make demo goes from a fresh clone to a dataset, make test from a fresh clone to a tested build.
# Variables: V=1 shows commands, DEBUG=1 builds for a debugger, SANITIZE=address,undefined | thread, BUILD=folder,
# PREFIX=/usr/local and DESTDIR= for make install.

PREFIX ?= /usr/local
SANITIZE ?=
DEBUG ?= 0
V ?= 0
comma := ,
BUILD ?= build$(if $(SANITIZE),/sanitize-$(subst $(comma),-,$(SANITIZE)))

VERSION := 0.1.0
CC ?= cc
Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-5s %s\n' $(1) $(2))

warnings := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wvla -Wformat=2 -Wno-format-nonliteral
optimise := $(if $(filter 1,$(DEBUG)),-O0 -g3,-O2 -g)
base_flags := -std=gnu11 $(warnings) $(optimise) -fno-omit-frame-pointer -fstack-protector-strong -I. -MMD -MP \
	-D_FORTIFY_SOURCE=$(if $(filter 1,$(DEBUG)),0,2) -DDOCRING_VERSION='"$(VERSION)"' -DDOCRING_PREFIX='"$(PREFIX)"'
ifneq ($(SANITIZE),)
base_flags := $(filter-out -D_FORTIFY_SOURCE=%,$(base_flags)) -fsanitize=$(SANITIZE) -fno-sanitize-recover=all
link_flags := -fsanitize=$(SANITIZE)
endif
CFLAGS ?=
LDFLAGS ?=

# Each room's libraries; looked up when something is built, so that make demo works before they are installed.
packages_base := libxxhash
packages_ipc := liburing hwloc libzmq
packages_proto := msgpack
packages_config := libcyaml libpcre2-8
packages_preprocess := libxml-2.0 poppler-glib poppler-cpp gio-2.0 libarchive uchardet tesseract lept
packages_inference := json-c libcurl sqlite3
packages_coordinator := sqlite3 json-c libcrypto
packages_common := $(packages_base) $(packages_ipc) $(packages_proto) $(packages_config)
all_packages := $(packages_common) $(packages_preprocess) $(packages_inference) $(packages_coordinator)
package_flags = $(shell pkg-config --cflags $(all_packages) 2>/dev/null)
# OpenMP of tesseract: told not to start threads (workers/preprocess/ocr.c); C++ of the one file that draws pages (pdf_draw.cc).
runtime_libs := -lgomp -lstdc++
common_libs = $(shell pkg-config --libs $(packages_common)) -lm

library_sources := $(wildcard base/*.c ipc/*.c proto/*.c config/*.c)
common_sources := $(wildcard workers/common/*.c)
preprocess_sources := $(filter-out %/main.c,$(wildcard workers/preprocess/*.c workers/preprocess/*.cc))
model_sources := $(wildcard workers/model/*.c)
inference_sources := $(filter-out %/main.c,$(wildcard workers/inference/*.c))
coordinator_sources := $(filter-out %/main.c,$(wildcard coordinator/*.c coordinator/*/*.c))
unit_sources := $(wildcard tests/unit/test_*.c)
unit_support := $(filter-out $(unit_sources),$(wildcard tests/unit/*.c))

objects = $(patsubst %.cc,$(BUILD)/obj/%.o,$(patsubst %.c,$(BUILD)/obj/%.o,$(1)))
programs := $(BUILD)/bin/coordinator $(BUILD)/bin/worker-preprocess $(BUILD)/bin/worker-inference
unit_programs := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(unit_sources))

.PHONY: all
all: $(programs)

$(BUILD)/obj/%.o: %.c
	$(call say,CC,$<)
	@mkdir -p $(dir $@)
	$(Q)$(CC) $(base_flags) $(package_flags) $(CFLAGS) -c $< -o $@

c_alone := -std=gnu11 -Wstrict-prototypes -Wmissing-prototypes
$(BUILD)/obj/%.o: %.cc
	$(call say,CXX,$<)
	@mkdir -p $(dir $@)
	$(Q)$(CC) -x c++ -std=gnu++17 $(filter-out $(c_alone),$(base_flags)) $(if $(SANITIZE),-fno-sanitize=vptr) $(package_flags) $(CFLAGS) -c $< -o $@

define archive_rule
$(BUILD)/lib$(1).a: $$(call objects,$(2))
	$$(call say,AR,$$@)
	@rm -f $$@
	$$(Q)ar rcs $$@ $$^
endef
$(eval $(call archive_rule,docring,$(library_sources)))
$(eval $(call archive_rule,worker,$(common_sources)))
$(eval $(call archive_rule,preprocess,$(preprocess_sources)))
$(eval $(call archive_rule,model,$(model_sources)))
$(eval $(call archive_rule,inference,$(inference_sources)))
$(eval $(call archive_rule,coordinator,$(coordinator_sources)))

# Of libpreprocess.a only what reads the structure of Markdown (blocks) is taken.
$(BUILD)/bin/coordinator: $(call objects,coordinator/main.c) $(BUILD)/libcoordinator.a $(BUILD)/libpreprocess.a $(BUILD)/libdocring.a
	$(call say,LD,$@)
	@mkdir -p $(dir $@)
	$(Q)$(CC) $(link_flags) $(LDFLAGS) -o $@ $^ $$(pkg-config --libs $(packages_coordinator)) $(common_libs)

$(BUILD)/bin/worker-preprocess: $(call objects,workers/preprocess/main.c) $(BUILD)/libpreprocess.a $(BUILD)/libworker.a $(BUILD)/libdocring.a
	$(call say,LD,$@)
	@mkdir -p $(dir $@)
	$(Q)$(CC) $(link_flags) $(LDFLAGS) -o $@ $^ $$(pkg-config --libs $(packages_preprocess)) $(runtime_libs) $(common_libs)

# Of libpreprocess.a only what reads Markdown (blocks, sentences, phrases) is taken.
$(BUILD)/bin/worker-inference: $(call objects,workers/inference/main.c) $(BUILD)/libinference.a $(BUILD)/libmodel.a $(BUILD)/libpreprocess.a $(BUILD)/libworker.a $(BUILD)/libdocring.a
	$(call say,LD,$@)
	@mkdir -p $(dir $@)
	$(Q)$(CC) $(link_flags) $(LDFLAGS) -o $@ $^ $$(pkg-config --libs $(packages_inference)) $(common_libs)

# For people who work on the generator: prints the pairs of files and how varied their questions are. Not installed.
$(BUILD)/bin/print-pairs: $(call objects,tests/tools/print_pairs.c tests/tools/tool_document.c) $(BUILD)/libinference.a $(BUILD)/libmodel.a $(BUILD)/libpreprocess.a $(BUILD)/libdocring.a
	$(call say,LD,$@)
	@mkdir -p $(dir $@)
	$(Q)$(CC) $(link_flags) $(LDFLAGS) -o $@ $^ $$(pkg-config --libs $(packages_preprocess)) $(runtime_libs) $(common_libs)

# How well the scores of pairs tell weak pairs from good ones: docs/decisions/scores.md. Not installed.
$(BUILD)/bin/score-rates: $(call objects,tests/tools/score_rates.c tests/tools/tool_document.c tests/unit/weak_pairs.c) $(BUILD)/libinference.a $(BUILD)/libmodel.a $(BUILD)/libpreprocess.a $(BUILD)/libdocring.a
	$(call say,LD,$@)
	@mkdir -p $(dir $@)
	$(Q)$(CC) $(link_flags) $(LDFLAGS) -o $@ $^ $$(pkg-config --libs $(packages_preprocess)) $(runtime_libs) $(common_libs)

# A model server for tests and benches, well-behaved or not: tests/fake_server/README.md. Not installed.
fake_server_sources := $(wildcard tests/fake_server/*.c)
test_tools := $(BUILD)/bin/fake-model-server $(BUILD)/bin/model-calls $(BUILD)/bin/fact-rates
.PHONY: test-tools
test-tools: $(test_tools)
$(BUILD)/bin/fake-model-server: $(call objects,$(fake_server_sources)) $(BUILD)/libdocring.a
	$(call say,LD,$@)
	@mkdir -p $(dir $@)
	$(Q)$(CC) $(link_flags) $(LDFLAGS) -o $@ $^ $$(pkg-config --libs json-c $(packages_base)) -lm

# How much of planted errors the fact gate catches: tests/facts/README.md. Not installed.
$(BUILD)/bin/fact-rates: $(call objects,tests/tools/fact_rates.c tests/tools/fact_set.c) $(BUILD)/libinference.a $(BUILD)/libmodel.a $(BUILD)/libpreprocess.a $(BUILD)/libdocring.a
	$(call say,LD,$@)
	@mkdir -p $(dir $@)
	$(Q)$(CC) $(link_flags) $(LDFLAGS) -o $@ $^ $$(pkg-config --libs $(packages_preprocess)) $(runtime_libs) $(common_libs)

# Kills workers at every instruction: the coordinator and a worker in one program, whose calls between source files can be stopped at.
# Beside the programs, since its coordinator starts true workers too. Not installed. It knows the breakpoints of one processor only.
kill_sweep := $(if $(filter x86_64,$(shell uname -m)),$(BUILD)/bin/kill-sweep)
kill_wraps := session_open channel_connect channel_poll lane_send session_send_result lanes_publish results_take message_decode dispatch_step pidfd_send_signal
$(BUILD)/bin/kill-sweep: $(call objects,$(wildcard tests/kill/*.c)) $(BUILD)/libcoordinator.a $(BUILD)/libinference.a $(BUILD)/libmodel.a \
		$(BUILD)/libpreprocess.a $(BUILD)/libworker.a $(BUILD)/libdocring.a
	$(call say,LD,$@)
	@mkdir -p $(dir $@)
	$(Q)$(CC) $(link_flags) $(LDFLAGS) -rdynamic -Wl,-z,now -o $@ $(addprefix -Wl$(comma)--wrap=,$(kill_wraps)) $^ $$(pkg-config --libs $(all_packages)) $(runtime_libs) -lm

# The model client on the command line: N questions, what became of each as JSON. Not installed.
$(BUILD)/bin/model-calls: $(call objects,tests/tools/model_calls.c) $(BUILD)/libmodel.a $(BUILD)/libdocring.a
	$(call say,LD,$@)
	@mkdir -p $(dir $@)
	$(Q)$(CC) $(link_flags) $(LDFLAGS) -o $@ $^ $$(pkg-config --libs $(packages_inference)) $(common_libs)

# Unit tests: one program a file, linked with everything, always with sanitizers (see the test target).
$(BUILD)/tests/%: $(BUILD)/obj/tests/unit/%.o $(call objects,$(unit_support)) $(BUILD)/libcoordinator.a $(BUILD)/libinference.a $(BUILD)/libmodel.a \
		$(BUILD)/libpreprocess.a $(BUILD)/libworker.a $(BUILD)/libdocring.a
	$(call say,LD,$@)
	@mkdir -p $(dir $@)
	$(Q)$(CC) $(link_flags) $(LDFLAGS) -o $@ $^ $$(pkg-config --libs $(all_packages) cmocka) $(runtime_libs) -lm

# Fuzz targets: tests/fuzz/README.md. With libFuzzer (make fuzz), and with a program that feeds them the files of their corpus (make test).
fuzz_targets := $(patsubst tests/fuzz/targets/%.c,%,$(wildcard tests/fuzz/targets/*.c))
replays := $(addprefix $(BUILD)/replay/,$(fuzz_targets))
fuzz_objects = $(BUILD)/obj/tests/fuzz/targets/%.o $(call objects,tests/fuzz/harness.c tests/unit/docx_fixture.c $(1)) $(BUILD)/libmodel.a $(BUILD)/libpreprocess.a $(BUILD)/libdocring.a
$(BUILD)/replay/%: $(call fuzz_objects,tests/fuzz/replay.c)
	$(call say,LD,$@)
	@mkdir -p $(dir $@)
	$(Q)$(CC) $(link_flags) $(LDFLAGS) -o $@ $^ $$(pkg-config --libs $(packages_preprocess) $(packages_inference)) $(runtime_libs) $(common_libs)
$(BUILD)/fuzz/%: $(call fuzz_objects)
	$(call say,LD,$@)
	@mkdir -p $(dir $@)
	$(Q)$(CC) $(link_flags) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $$(pkg-config --libs $(packages_preprocess) $(packages_inference)) $(runtime_libs) $(common_libs)
.SECONDARY:
.PHONY: fuzz-programs replays
fuzz-programs: $(addprefix $(BUILD)/fuzz/,$(fuzz_targets))
replays: $(replays)

.PHONY: unit-programs
unit-programs: $(unit_programs) $(test_tools)

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)

sanitize := address,undefined
sanitized := build/sanitize-address-undefined

# make unit NAME=test_extent builds and runs one unit test with sanitizers; without NAME, all of them.
NAME ?=
.PHONY: unit
unit:
	$(Q)$(MAKE) --no-print-directory SANITIZE=$(sanitize) $(if $(NAME),$(sanitized)/tests/$(NAME) test-tools,unit-programs)
	$(Q)tests/run-unit $(sanitized)/tests/$(if $(NAME),$(NAME),'test_*')

# The lane and the allocator under ThreadSanitizer; the Spin models with their planted mistakes.
.PHONY: tsan models
tsan:
	$(Q)tests/run-tsan
models:
	$(Q)tests/run-models

# --- from a fresh clone ---------------------------------------------------------------------------------------------

.PHONY: packages
packages:
	$(Q)scripts/install-packages build

.PHONY: demo
demo: packages
	$(Q)$(MAKE) --no-print-directory -j$(shell nproc) all
	$(Q)scripts/demo build/bin out

.PHONY: test
test:
	$(Q)scripts/install-packages build test
	$(Q)$(MAKE) --no-print-directory -j$(shell nproc) all test-tools $(kill_sweep)
	$(Q)$(MAKE) --no-print-directory -j$(shell nproc) SANITIZE=$(sanitize) all unit-programs replays
	$(Q)tests/run-all

# The converters beside pandoc, pdftotext, html-to-markdown, turndown, markitdown, liteparse and pymupdf4llm: speed, quality, and time by size.
# Needs the network. DOCUMENT=docs/conversion.md writes the tables into the document.
.PHONY: bench-convert
bench-convert: packages
	$(Q)scripts/install-packages bench peers
	$(Q)$(MAKE) --no-print-directory -j$(shell nproc) all build/perf/convert
	$(Q)perf/convert-peers $(if $(DOCUMENT),--document $(DOCUMENT)) $(PARTS)

# Each converter on inputs that libFuzzer makes up, SECONDS each, one after the other; TARGET=html: that one alone.
SECONDS ?= 1800
.PHONY: fuzz
fuzz:
	$(Q)scripts/install-packages build fuzz
	$(Q)$(MAKE) --no-print-directory -j$(shell nproc) CC=clang BUILD=build/fuzzing SANITIZE=fuzzer-no-link,address,undefined fuzz-programs
	$(Q)tests/run-fuzz --seconds $(SECONDS) $(TARGET)

# For hours: every instruction of the hand-off, every passing of every fault point, then random kills until HOURS are over.
HOURS ?= 1
.PHONY: soak
soak:
	$(Q)scripts/install-packages build test
	$(Q)$(MAKE) --no-print-directory -j$(shell nproc) all $(kill_sweep)
	$(Q)tests/run-soak $(HOURS)

.PHONY: bench
bench: packages
	$(Q)scripts/install-packages bench
	$(Q)$(MAKE) --no-print-directory -j$(shell nproc) all
	$(Q)perf/run-corpus
	$(Q)$(MAKE) --no-print-directory bench-latency
	$(Q)$(MAKE) --no-print-directory bench-files
	$(Q)$(MAKE) --no-print-directory bench-path
	$(Q)$(MAKE) --no-print-directory bench-models
	$(Q)$(MAKE) --no-print-directory bench-gate

# The hand-off: round trips and rates, with the product's code in two processes.
$(BUILD)/perf/latency: $(call objects,$(wildcard perf/latency*.c perf/road*.c) perf/machine.c) $(BUILD)/libdocring.a
	$(call say,LD,$@)
	@mkdir -p $(dir $@)
	$(Q)$(CC) $(link_flags) $(LDFLAGS) -o $@ $^ $(common_libs) -lnng

# Pictures and tables go to build/latency; make bench-latency DOCUMENT=docs/performance.md writes them into the document. LATENCY='--percent 5': quicker.
LATENCY ?=
DOCUMENT ?=
.PHONY: bench-latency
bench-latency: packages
	$(Q)scripts/install-packages perf
	$(Q)$(MAKE) --no-print-directory -j$(shell nproc) build/perf/latency
	$(Q)build/perf/latency $(LATENCY) --json build/latency.json
	$(Q)perf/latency-report build/latency.json -o build/latency
	$(Q)$(if $(DOCUMENT),perf/latency-report build/latency.json --document $(DOCUMENT))

# Where its time goes: perf stat, perf record, callgrind, tracepoints. perf/profile says what this machine lacks.
$(BUILD)/perf/steps: $(call objects,perf/steps.c) $(BUILD)/libdocring.a
	$(call say,LD,$@)
	@mkdir -p $(dir $@)
	$(Q)$(CC) $(link_flags) $(LDFLAGS) -o $@ $^ $(common_libs)

.PHONY: perf-profile
perf-profile: packages
	$(Q)scripts/install-packages perf
	$(Q)$(MAKE) --no-print-directory -j$(shell nproc) all build/perf/latency build/perf/steps build/perf/dispatch \
		build/perf/endless/coordinator
	$(Q)perf/profile

# Files: 100,000 small ones and one of 10 GiB, made in a temporary folder, cold and warm, and appends; by plain calls and by the product's code.
# The picture and the tables go to build/files; with DOCUMENT=docs/performance.md, into the document. FILES='--quick --dir FOLDER': less, elsewhere.
FILES ?=
$(BUILD)/perf/files: $(call objects,perf/files.c perf/files_corpus.c perf/files_small.c perf/files_big.c perf/files_append.c perf/machine.c coordinator/spool.c) \
		$(BUILD)/libdocring.a
	$(call say,LD,$@)
	@mkdir -p $(dir $@)
	$(Q)$(CC) $(link_flags) $(LDFLAGS) -o $@ $^ $(common_libs)

.PHONY: bench-files
bench-files: packages
	$(Q)$(MAKE) --no-print-directory -j$(shell nproc) build/perf/files
	$(Q)build/perf/files $(FILES) --json build/files.json
	$(Q)perf/files-report build/files.json -o build/files
	$(Q)$(if $(DOCUMENT),perf/files-report build/files.json --document $(DOCUMENT))

# The whole path: overhead of the pipeline over a plain loop of the same converters, tasks a second, reclaim, start. See the head of each program. Pictures
# and tables go to build/path; make bench-path DOCUMENT=docs/performance.md writes them into the document.
.PHONY: bench-path
bench-path:
	$(Q)for bench in pipeline dispatch reclaim start; do $(MAKE) --no-print-directory bench-$$bench || exit 1; done
	$(Q)perf/path-report build -o build/path
	$(Q)$(if $(DOCUMENT),perf/path-report build --document $(DOCUMENT))

# The model client against the fake server: occupancy of slots, cost, rate, usable replies, breaker. MODELS=--quick to see that it runs;
# DOCUMENT=docs/performance.md writes the tables and charts into the document.
$(BUILD)/perf/bare-client: $(call objects,perf/bare_client.c) $(BUILD)/libdocring.a
	$(call say,LD,$@)
	@mkdir -p $(dir $@)
	$(Q)$(CC) $(link_flags) $(LDFLAGS) -o $@ $^ $(common_libs)

$(BUILD)/perf/machine: $(call objects,perf/machine_print.c perf/machine.c) $(BUILD)/libdocring.a
	$(call say,LD,$@)
	@mkdir -p $(dir $@)
	$(Q)$(CC) $(link_flags) $(LDFLAGS) -o $@ $^ $(common_libs)

.PHONY: bench-models
bench-models: packages
	$(Q)scripts/install-packages perf
	$(Q)$(MAKE) --no-print-directory -j$(shell nproc) all test-tools build/perf/machine build/perf/bare-client
	$(Q)perf/models $(MODELS) $(if $(DOCUMENT),--document $(DOCUMENT))

# docring beside synthetic-data-kit and distilabel, which are installed into build/peers from PyPI. Not part of make bench: it needs the network.
.PHONY: bench-peers
bench-peers: packages
	$(Q)scripts/install-packages test
	$(Q)$(MAKE) --no-print-directory -j$(shell nproc) all test-tools build/perf/machine
	$(Q)perf/models-peers $(if $(DOCUMENT),--document $(DOCUMENT))

$(BUILD)/perf/pipeline: $(call objects,perf/pipeline.c perf/plain_loop.c perf/bench.c perf/machine.c) $(BUILD)/libcoordinator.a \
		$(BUILD)/libpreprocess.a $(BUILD)/libdocring.a
	$(call say,LD,$@)
	@mkdir -p $(dir $@)
	$(Q)$(CC) $(link_flags) $(LDFLAGS) -o $@ $^ $$(pkg-config --libs $(packages_coordinator) $(packages_preprocess)) $(runtime_libs) $(common_libs)

# The converters alone, in process, on one core: build/perf/convert html FOLDER...
$(BUILD)/perf/convert: $(call objects,perf/convert.c) $(BUILD)/libcoordinator.a $(BUILD)/libpreprocess.a $(BUILD)/libdocring.a
	$(call say,LD,$@)
	@mkdir -p $(dir $@)
	$(Q)$(CC) $(link_flags) $(LDFLAGS) -o $@ $^ $$(pkg-config --libs $(packages_coordinator) $(packages_preprocess)) $(runtime_libs) $(common_libs)

# The fact gate over the labelled set, and over what it is asked in a run over documents (GATE_DOCUMENTS, folders): pairs a second on one core.
GATE_DOCUMENTS ?= samples/corpus
$(BUILD)/perf/fact_gate: $(call objects,perf/fact_gate.c perf/gate_sequence.c perf/bench.c perf/machine.c tests/tools/fact_set.c tests/tools/tool_document.c) \
		$(BUILD)/libcoordinator.a $(BUILD)/libinference.a $(BUILD)/libmodel.a $(BUILD)/libpreprocess.a $(BUILD)/libdocring.a
	$(call say,LD,$@)
	@mkdir -p $(dir $@)
	$(Q)$(CC) $(link_flags) $(LDFLAGS) -Wl,--wrap=passage_index,--wrap=passage_check -o $@ $^ $$(pkg-config --libs $(packages_coordinator) $(packages_preprocess)) $(runtime_libs) $(common_libs)

.PHONY: bench-gate
bench-gate: packages
	$(Q)$(MAKE) --no-print-directory -j$(shell nproc) build/perf/fact_gate
	$(Q)tests/facts/generate --seed 7 --passages 3000 >build/facts.txt
	$(Q)build/perf/fact_gate build/facts.txt $(addprefix --documents ,$(GATE_DOCUMENTS)) --json build/fact-gate.json

# Coordinators under test: traced is the product with notes of the time around a few functions; endless has neither intake nor commit.
trace_wraps := -Wl,--wrap=lanes_publish,--wrap=dispatch_retry
$(BUILD)/perf/traced/coordinator: $(call objects,coordinator/main.c perf/trace.c perf/trace_map.c) $(BUILD)/libcoordinator.a $(BUILD)/libdocring.a \
		$(programs)
	$(call say,LD,$@)
	@mkdir -p $(dir $@)
	$(Q)ln -f $(BUILD)/bin/worker-preprocess $(BUILD)/bin/worker-inference $(dir $@)
	$(Q)$(CC) $(link_flags) $(LDFLAGS) $(trace_wraps) -o $@ $(filter %.o %.a,$^) $$(pkg-config --libs $(packages_coordinator)) $(common_libs)

$(BUILD)/perf/endless/worker-preprocess: $(call objects,perf/empty_worker.c) $(BUILD)/libworker.a $(BUILD)/libdocring.a
	$(call say,LD,$@)
	@mkdir -p $(dir $@)
	$(Q)$(CC) $(link_flags) $(LDFLAGS) -o $@ $^ $(common_libs)
	$(Q)ln -f $@ $(dir $@)worker-inference

$(BUILD)/perf/endless/coordinator: $(call objects,coordinator/main.c perf/endless.c perf/trace.c perf/trace_map.c) $(BUILD)/libcoordinator.a \
		$(BUILD)/libdocring.a $(BUILD)/perf/endless/worker-preprocess
	$(call say,LD,$@)
	@mkdir -p $(dir $@)
	$(Q)$(CC) $(link_flags) $(LDFLAGS) $(trace_wraps) -o $@ $(filter %.o %.a,$^) $$(pkg-config --libs $(packages_coordinator)) $(common_libs)

$(BUILD)/perf/dispatch: $(call objects,perf/dispatch.c perf/trace_map.c perf/bench.c perf/machine.c) $(BUILD)/libdocring.a
	$(call say,LD,$@)
	@mkdir -p $(dir $@)
	$(Q)$(CC) $(link_flags) $(LDFLAGS) -o $@ $^ $(common_libs)

$(BUILD)/perf/reclaim: $(call objects,perf/reclaim.c perf/trace_map.c perf/bench.c perf/machine.c) $(BUILD)/libdocring.a
	$(call say,LD,$@)
	@mkdir -p $(dir $@)
	$(Q)$(CC) $(link_flags) $(LDFLAGS) -o $@ $^ $(common_libs)

$(BUILD)/perf/start: $(call objects,perf/start.c perf/trace_map.c perf/bench.c perf/machine.c) $(BUILD)/libdocring.a
	$(call say,LD,$@)
	@mkdir -p $(dir $@)
	$(Q)$(CC) $(link_flags) $(LDFLAGS) -o $@ $^ $(common_libs)

.PHONY: bench-start
bench-start: packages
	$(Q)$(MAKE) --no-print-directory -j$(shell nproc) build/perf/start build/perf/traced/coordinator
	$(Q)build/perf/start --json build/start.json

.PHONY: bench-reclaim
bench-reclaim: packages
	$(Q)$(MAKE) --no-print-directory -j$(shell nproc) build/perf/reclaim build/perf/endless/coordinator
	$(Q)build/perf/reclaim --json build/reclaim.json

.PHONY: bench-dispatch
bench-dispatch: packages
	$(Q)$(MAKE) --no-print-directory -j$(shell nproc) build/perf/dispatch build/perf/endless/coordinator
	$(Q)build/perf/dispatch --json build/dispatch.json

.PHONY: bench-pipeline
bench-pipeline: packages
	$(Q)scripts/install-packages bench
	$(Q)$(MAKE) --no-print-directory -j$(shell nproc) all build/perf/pipeline
	$(Q)build/perf/pipeline --json build/pipeline.json $$(perf/run-corpus --list) samples=samples/corpus

# Replies of a real, very small model: the share that is usable after the repair ladder. Long: the head of perf/real-model.
.PHONY: bench-real-model
bench-real-model: packages
	$(Q)$(MAKE) --no-print-directory -j$(shell nproc) all
	$(Q)perf/real-model --document docs/performance.md

# The extent allocator beside malloc, jemalloc and a plain list, by number of extents; charts as SVG. The tunable makes room for jemalloc,
# which is loaded late.
$(BUILD)/perf/allocator: $(call objects,perf/allocator.c perf/allocator_rivals.c perf/machine.c) $(BUILD)/libdocring.a
	$(call say,LD,$@)
	@mkdir -p $(dir $@)
	$(Q)$(CC) $(link_flags) $(LDFLAGS) -o $@ $^ $(common_libs)

.PHONY: bench-allocator
bench-allocator: packages
	$(Q)scripts/install-packages bench
	$(Q)$(MAKE) --no-print-directory -j$(shell nproc) build/perf/allocator
	$(Q)mkdir -p build/charts
	$(Q)GLIBC_TUNABLES=glibc.rtld.optional_static_tls=16384 build/perf/allocator --json build/allocator.json --charts build/charts
	$(Q)for chart in build/charts/allocator-*.json; do perf/plot $$chart -o $${chart%.json}.svg || exit 1; done

.PHONY: tidy
tidy:
	$(Q)tests/run-static

# --- installing -----------------------------------------------------------------------------------------------------

data_folder := $(DESTDIR)$(PREFIX)/share/docring
man_folder := $(DESTDIR)$(PREFIX)/share/man/man1

.PHONY: install
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(data_folder)/domains $(data_folder)/profiles $(data_folder)/prompts $(man_folder)
	install -m 755 $(programs) $(DESTDIR)$(PREFIX)/bin
	install -m 644 config/domains/*.yaml $(data_folder)/domains
	install -m 644 config/profiles/*.yaml $(data_folder)/profiles
	install -m 644 config/prompts/*.md $(data_folder)/prompts
	install -m 644 config/docring.yaml $(data_folder)
	install -m 644 docs/man/*.1 $(man_folder)

.PHONY: clean
clean:
	rm -rf build
