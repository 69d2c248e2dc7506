# SPDX-License-Identifier: MIT
"""Proves that the C product never recurses, and bounds the stack that it needs.

gcc writes the graph of calls and the frame of each function; the deepest way through the
graph is the most that any call takes, whatever the text. What the caller's own functions
take (a report, a read of memory) comes on top.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from tests.emit.driver import C_SOURCE, compiles
from tests.emit.test_c_compiles import LIBRARY

INDIRECT = "__indirect_call"

# Bytes of stack, and the compilers that keep to them: without optimisation nothing is inlined
# nor kept in registers, and a frame on s390x has 160 bytes before it holds anything.
BOUNDS = {
    ("gcc", "-O2"): 640,
    ("gcc", "-Os"): 768,
    ("gcc", "-O0"): 1024,
    ("gcc", "-m32", "-O2"): 768,
    ("gcc", "-m32", "-O0"): 1024,
    ("s390x-linux-gnu-gcc", "-O2"): 1536,
}


@dataclass(frozen=True)
class Calls:
    """Who calls whom, and how many bytes of stack each function takes."""

    frames: dict[str, int]
    callees: dict[str, set[str]]

    @cached_property
    def order(self) -> list[str]:
        """Functions, each behind those that it calls; ValueError where one comes back to itself."""
        done: list[str] = []
        open_: list[str] = []

        def visit(name: str) -> None:
            if name in open_:
                raise ValueError(f"recursion: {' -> '.join([*open_, name])}")
            if name in done:
                return
            open_.append(name)
            for callee in sorted(self.callees.get(name, ())):
                visit(callee)
            done.append(open_.pop())

        for name in self.frames:
            visit(name)
        return done

    def deepest(self) -> tuple[int, list[str]]:
        """The most bytes, and the way there."""
        most: dict[str, tuple[int, list[str]]] = {}
        for name in self.order:
            below = max((most[callee] for callee in self.callees.get(name, ())), default=(0, []))
            most[name] = (self.frames.get(name, 0) + below[0], [name, *below[1]])
        return max(most.values())


def calls(source: Path, folder: Path, compiler: str, *options: str) -> Calls:
    """As gcc's -fcallgraph-info tells them."""
    made = folder / "calls.o"
    options = (*options, "-std=c99", "-fcallgraph-info=su,da", "-c", str(source), "-o", str(made))
    subprocess.run([compiler, *options], check=True)
    frames: dict[str, int] = {}
    callees: dict[str, set[str]] = {}
    for line in made.with_suffix(".ci").read_text().splitlines():
        words = {
            key: value.rpartition(":")[2] for key, value in re.findall(r'(\w+): "([^"]*)"', line)
        }
        if line.startswith("edge:"):
            callees.setdefault(words["sourcename"], set()).add(words["targetname"])
        elif line.startswith("node:") and "shape : ellipse" not in line:
            size = re.search(r"\\n(\d+) bytes \((.*?)\)\\n(\d+) dynamic objects", line)
            assert size, line
            # No alloca(), no array of a length that is not known.
            assert size[2] in ("static", "dynamic,bounded") and size[3] == "0", line
            frames[words["title"]] = int(size[1])
    return Calls(frames, callees)


def calls_by(folder: Path, compiler: str, *options: str) -> Calls:
    if not shutil.which(compiler) or not compiles(compiler, folder, *options, runner=["true"]):
        pytest.skip(f"{compiler} {' '.join(options)} is not here")
    return calls(C_SOURCE / "vmcoreinfo.c", folder, compiler, *options)


QUICK = [("gcc", "-O2"), ("gcc", "-O0")]


@pytest.mark.parametrize(
    "command",
    [pytest.param(c, id=" ".join(c), marks=() if c in QUICK else pytest.mark.long) for c in BOUNDS],
)
def test_stack_is_bounded(command: tuple[str, ...], tmp_path: Path) -> None:
    found = calls_by(tmp_path, *command)
    assert len(found.frames) > 20
    most, way = found.deepest()
    assert most <= BOUNDS[command], way
    assert most > BOUNDS[command] // 2, "the bound says little; lower it"


@pytest.mark.parametrize("level", ["-O0", "-O2"])
def test_nothing_recurses_and_few_functions_call_back(level: str, tmp_path: Path) -> None:
    found = calls_by(tmp_path, "gcc", level)
    assert len(found.order) > 20
    calling_back = {name for name, callees in found.callees.items() if INDIRECT in callees}
    # gcc puts a call of read_memory() with a constant size into the derivation itself.
    own = {name for name in calling_back if not name.startswith("vmcoreinfo_derive_")}
    assert own == {"tell", "read_memory"}
    outside = {callee for callees in found.callees.values() for callee in callees}
    assert outside - set(found.frames) - {INDIRECT} <= LIBRARY


def test_recursion_and_alloca_are_seen(tmp_path: Path) -> None:
    source = tmp_path / "again.c"
    source.write_text(
        "int odd(int n);\nint even(int n) { return n ? odd(n - 1) : 1; }\n"
        "int odd(int n) { return n ? even(n - 1) : 0; }\n"
    )
    if not shutil.which("gcc"):
        pytest.skip("gcc is not here")
    with pytest.raises(ValueError, match=r"even -> odd -> even|odd -> even -> odd"):
        calls(source, tmp_path, "gcc", "-O0").deepest()
    source.write_text("int sum(int n) { char a[n]; a[0] = 1; return a[n - 1]; }\n")
    with pytest.raises(AssertionError, match="dynamic"):
        calls(source, tmp_path, "gcc", "-O0")


def test_header_says_the_bound() -> None:
    comment = (C_SOURCE / "vmcoreinfo.h").read_text().partition("*/\n#ifndef")[0]
    stated = re.search(r"at most (\d+) bytes of stack", comment)
    assert stated
    assert int(stated[1]) == max(bytes_ for key, bytes_ in BOUNDS.items() if key[0] == "gcc")
