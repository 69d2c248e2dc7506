# SPDX-License-Identifier: MIT
#
# make            set up .venv, generate every product, parse a real note
# make test       the fast tests (set up what they need first)
# make elsewhere  the same on a clone in a folder with a space, by the system's Python
# make long-test  the long ones: many more mutated notes, kernel sources, real dumps and guests
# make dump-test  of those the real dumps and guests alone
# make crashes    crash kernels in QEMU, run makedumpfile in their capture kernels, alone and with its
#                 rescue, and record what comes of it: a quarter of an hour; CRASH=x86_64-7.3 that one
# make several    boot machines in QEMU whose memory has several kernels (kexec, a crash, a guest in a
#                 guest), and record what the command makes of their dumps: ten minutes
# make fuzz       the C product, both parsers beside a reference, the readers of dumps and of BTF:
#                 seven fuzzers, SECONDS_EACH each, in all a minute and what it takes to build them
# make eva        Frama-C's Eva over the C product, the parse of any text too: ten minutes and more
# make mutants    plant every fault in the code of some packages and in the schema, and see that the
#                 tests notice 95 %: hours; PACKAGE=compat (dump, sync, synth, audit, data) that one,
#                 SAMPLE=30 so many of each: eight minutes
# make hostile    every case of hostile input, of which the long tests run half: ten minutes
# make verdicts   both languages give every release of every tool the same verdict on every note of
#                 the corpus: ten minutes
# make fleet      audit a million made notes by one process, by two and by Ray Data: half an hour and
#                 10 GB of disk; COUNT=20000 so many
# make screenshot take the picture of the site in docs/site.png anew
# make bench      speed, beside peers in the same run
# make examples   build and run every example; make examples/cmake that one
# make dist       wheels and source distributions of the parser and the command, in DIST (dist)
# make clean      remove .venv and caches

PYTHON ?= python3
VENV   ?= .venv
$(if $(word 2,$(VENV)),$(error VENV=$(VENV): make has no targets with a space in them))
SECONDS_EACH ?= 8
COUNT  ?= 1000000
JOBS   ?= $(shell nproc)
DIST   ?= dist
NOTE   ?= tests/corpus/notes/x86_64-6.12.117+deb13-amd64.note

# Where it is set, every process of the tests compiles anew all that it imports.
unexport PYTHONDONTWRITEBYTECODE

EXAMPLES := $(patsubst %/run,%,$(wildcard examples/*/run))

.PHONY: demo test elsewhere long-test dump-test crashes several fuzz eva mutants hostile verdicts fleet screenshot bench examples $(EXAMPLES) dist clean

demo: $(VENV)/ready
	$(VENV)/bin/vmcoreinfo generate
	$(VENV)/bin/vmcoreinfo parse $(NOTE)

test: $(VENV)/test-ready
	tests/setup
	$(VENV)/bin/python -m pytest -n auto --dist worksteal -m 'not long'

elsewhere:
	tests/elsewhere

long-test: $(VENV)/test-ready
	tests/setup
	tests/dump-tools
	tests/rust-tools
	tests/eva-tools
	tests/package-tools
	$(VENV)/bin/python -m pip install --quiet 'ray[data]>=2.9' || \
		echo "ray can't be installed; its test will be skipped" >&2
	HYPOTHESIS_PROFILE=long $(VENV)/bin/python -m pytest -n auto --dist worksteal -m 'long or mutations'

dump-test: $(VENV)/test-ready
	tests/dump-tools
	$(VENV)/bin/python -m pytest -n auto -m long tests/dump

crashes: $(VENV)/test-ready
	tests/dump-tools
	$(VENV)/bin/python -m tests.crashes --record $(CRASH)

several: $(VENV)/test-ready
	tests/dump-tools
	$(VENV)/bin/python -m tests.several --record

fuzz: $(VENV)/test-ready
	tests/setup
	$(VENV)/bin/python tests/fuzz/c.py -max_total_time=$(SECONDS_EACH)
	$(VENV)/bin/python tests/fuzz/differential.py $(SECONDS_EACH)
	$(VENV)/bin/python -m pip install --quiet atheris
	$(VENV)/bin/python tests/fuzz/dump.py -max_total_time=$(SECONDS_EACH)
	$(VENV)/bin/python tests/fuzz/btf.py -max_total_time=$(SECONDS_EACH)

eva: $(VENV)/test-ready
	tests/eva-tools
	$(VENV)/bin/python -m tests.emit.eva

mutants: $(VENV)/test-ready
	$(VENV)/bin/python -m tests.mutants $(PACKAGE) --jobs $(JOBS) $(if $(SAMPLE),--sample $(SAMPLE))

hostile: $(VENV)/test-ready
	tests/setup
	HOSTILE_STEP=1 $(VENV)/bin/python -m pytest -n auto --dist worksteal -m long tests/hostile

verdicts: $(VENV)/test-ready
	VERDICTS_STEP=1 $(VENV)/bin/python -m pytest -k every_real_note -m long tests/javascript/test_verdicts.py

fleet: $(VENV)/test-ready
	$(VENV)/bin/python -m pip install --quiet 'ray[data]>=2.9'
	$(VENV)/bin/python -m tests.fleet $(COUNT)

screenshot: $(VENV)/ready
	tests/setup
	tests/site-tools build/site-tools
	$(VENV)/bin/vmcoreinfo generate site --out build
	node tests/site/screenshot.mjs build/site-tools "$$(command -v chromium)" build/site docs/site.png

bench: $(VENV)/ready
	$(VENV)/bin/python bench/startup.py
	$(VENV)/bin/python bench/parse.py
	$(VENV)/bin/python bench/generation.py
	$(VENV)/bin/python bench/btf.py
	$(VENV)/bin/python bench/find.py
	$(VENV)/bin/python bench/synth.py

examples: $(EXAMPLES)

$(EXAMPLES): $(VENV)/ready
	PATH="$$(cd "$(VENV)/bin" && pwd):$$PATH" $@/run
examples/drgn: $(VENV)/dump-ready

$(VENV)/bin/python:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "vmcoreinfo needs Python 3.11 or later; set PYTHON to one" >&2; exit 1; }
	"$(PYTHON)" -m venv $(VENV) || \
		{ echo "Debian keeps venv in a package of its own: apt-get install python3-venv" >&2; exit 1; }

# Two distributions: the parser, and the command, which needs the parser.
INSTALL := $(VENV)/bin/python -m pip install --quiet --editable generated/python --editable

$(VENV)/ready: pyproject.toml generated/python/pyproject.toml | $(VENV)/bin/python
	$(INSTALL) .
	touch $@

$(VENV)/dump-ready: pyproject.toml generated/python/pyproject.toml | $(VENV)/bin/python
	$(INSTALL) '.[dump]'
	touch $@ $(VENV)/ready

$(VENV)/test-ready: pyproject.toml generated/python/pyproject.toml | $(VENV)/bin/python
	$(INSTALL) '.[test]'
	touch $@ $(VENV)/ready $(VENV)/dump-ready

dist: $(VENV)/test-ready
	python=$$(cd "$(VENV)/bin" && pwd)/python && mkdir -p "$(DIST)" && out=$$(cd "$(DIST)" && pwd) && \
	for project in generated/python .; do \
		(cd $$project && "$$python" -m hatchling build -d "$$out") || exit 1; \
	done

clean:
	rm -rf examples/*/build
	cd examples/autotools && rm -rf Makefile.in aclocal.m4 autom4te.cache build-aux configure configure~
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
	find . -name __pycache__ -prune -exec rm -rf {} +
