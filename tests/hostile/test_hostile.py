# SPDX-License-Identifier: MIT
"""Hostile input over every verb that reads some: bounded time and memory, an exit code that is
documented, one clear error, no escape sequence.

The corpus is made anew in each run; `tests/hostile/NAME.py` has what is hostile about what.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from vmcoreinfo_codegen.cli.verb import VERBS

from . import dumps, inputs, tools, trees
from .case import Case
from .child import ended

KINDS = {"dumps": dumps.cases, "inputs": inputs.cases, **trees.KINDS, "tool": tools.of_tools}
# The verbs that each kind is for.
READERS = {
    "dumps": {
        *["adapt", "attach", "audit", "compat", "derive", "find", "note", "parse", "prove", "synth"]
    },
    "inputs": {
        *[
            "budget",
            "check",
            "compat",
            "diff",
            "explain",
            "fmt",
            "generate",
            "impact",
            "lifetime",
            "list",
        ]
    }
    | {"regenerate", "unused"},
    "source": {"budget", "diff", "extract", "sync"},
    "makefile": {"diff", "extract"},
    "folder": {"extract"},
    "tarball": {"extract"},
    "repository": {"diff", "extract", "history", "sync"},
    "tool": {"diff", "extract", "history", "sync"},
    "config": {"audit", "budget", "compat", "synth"},
}
# These read no file and no option that a schema is asked for.
READ_NOTHING = {"completion"}
# These print the note as it is.
DATA = {"adapt", "note"}
# Of kinds with hundreds of cases, one in so many runs in the long tests; `make hostile` runs all.
STEP = int(os.environ.get("HOSTILE_STEP", "3"))
MANY = 130
_BAD = re.compile(rb"Traceback|internal error|Exception ignored|[\x00-\x08\x0b-\x1f\x7f]")


def made(kind: str, folder: Path) -> list[Case]:
    """The cases of a kind, with their files in a folder below."""
    (folder / kind).mkdir()
    return list(KINDS[kind](folder / kind))


def wrong(case: Case, folder: Path) -> list[str]:
    """What a case did that it must not."""
    folder.mkdir()
    end = ended(case, folder)
    text = end.err + (end.out if case.arguments[0] not in DATA else b"")
    found = []
    if not case.allows(end.code):
        found.append(f"exit {end.code}, not one of {case.codes}")
    if bad := _BAD.search(text):
        found.append(f"prints {bad[0]!r}")
    if end.code == 2 and not re.search(rb"error: |: .", text):
        found.append("says nothing of what is wrong")
    told = end.err[-300:].decode("utf-8", "replace")
    return [f"{case.name}: {what} after {end.seconds:.1f} s: {told}" for what in found]


def _run(cases: list[Case], folder: Path) -> None:
    failed = [line for n, case in enumerate(cases) for line in wrong(case, folder / str(n))]
    assert not failed, "\n".join(failed)


@pytest.mark.first
@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_all_hostile_input(kind: str, tmp_path: Path) -> None:
    cases = made(kind, tmp_path)
    assert len({case.name for case in cases}) == len(cases) > 10
    assert READERS[kind] <= {case.arguments[0] for case in cases}
    _run(cases[:: STEP if len(cases) > MANY else 1], tmp_path)


def test_every_verb_that_reads_something_is_in_the_corpus() -> None:
    verbs = {verb.name for verb in VERBS} - READ_NOTHING
    assert verbs == set().union(*READERS.values())
    assert READERS.keys() == KINDS.keys()
