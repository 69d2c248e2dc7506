# SPDX-License-Identifier: MIT
"""Records of crashes in tests/corpus/crashes: a line for the crash, and a line per run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import vmcoreinfo
from tests.conftest import CORPUS, ROOT
from tests.crashes.runs import ALL, ALL_BUT_USER
from tests.guest_facts import SHOWN, pages_of
from vmcoreinfo_codegen.compat.dump_sources import dump_sources
from vmcoreinfo_codegen.core.tool import ToolRelease
from vmcoreinfo_codegen.dump.reader import find_note
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.store.observed import (
    Observation,
    Observed,
    ObservedDump,
    read_observed,
)
from vmcoreinfo_codegen.model.vocabulary import DumpFormat, DumpSource, Verdict

KEPT = CORPUS / "crashes"
OBSERVED = ROOT / "schema/observed/makedumpfile.jsonl"
FEW = 64
"""Number of pages that may change between the guest's last data and the crash."""


@dataclass(frozen=True)
class Came:
    """A run and its results."""

    row: dict[str, Any]
    tasks: int
    "Number of tasks that the guest had."

    @property
    def name(self) -> str:
        return str(self.row["name"])

    @property
    def exit(self) -> int:
        return int(self.row["exit"])

    @property
    def has_dump(self) -> bool:
        """Whether there is a complete file that can be read, whatever pages are missing in it."""
        return not self.exit and isinstance(self.row.get("pages"), int)

    @property
    def has_all(self) -> bool:
        """Whether everything that no level leaves out is there: slab and page tables; all tasks
        can be read.
        """
        return self.has_dump and self.missing <= FEW and self.row["tasks"] in (None, self.tasks)

    @property
    def missing(self) -> int:
        """Number of the kernel's pages that are missing."""
        found = self.row["missing"]
        return int(found["slab"] + found["pgtable"])

    @property
    def extra(self) -> int:
        """Number of pages in the dump that the level should leave out."""
        bits = {"cache": 2 | 4, "user": 8, "free": 16}
        level, found = self.row["level"], self.row["without_need"]
        return sum(n for name, n in found.items() if name not in bits or level & bits[name])

    @property
    def left(self) -> bool:
        """Whether processes were still running after its end."""
        return any(re.fullmatch("still running: [1-9]", line) for line in self.row["said"])

    @property
    def verdict(self) -> Verdict:
        if self.exit:
            return Verdict.FATAL
        if not self.has_all:
            return Verdict.WRONG
        return Verdict.OK if self.extra <= FEW else Verdict.DEGRADED

    @property
    def seen(self) -> str:
        if self.exit:
            return f"no dump, exit code {self.exit}"
        tasks = self.row["tasks"]
        told = f"{tasks if isinstance(tasks, int) else 'none'} of {self.tasks} tasks"
        if self.missing > FEW:
            told += f", {self.missing} kernel pages missing"
        if self.extra > FEW:
            told += f", {self.extra} excess pages"
        return f"{told}, {self.row['size'] / 1e6:.0f} MB"


@dataclass(frozen=True)
class Recorded:
    """A recorded crash: its dump, the guest's data, and its runs."""

    name: str
    dump: ObservedDump
    facts: dict[str, Any]
    runs: tuple[Came, ...]

    def observed(self) -> Observed:
        """The runs of tools alone, without rescue and without faults, as observations of the
        tools.
        """
        return Observed(
            dumps=(self.dump,),
            observations=tuple(
                Observation(
                    on=self.dump.name,
                    tool="makedumpfile",
                    release=ToolRelease.parse(came.row["tool"]),
                    build=f"debian 1:{came.row['tool']}-1",
                    run="filter",
                    level=came.row["level"],
                    came=came.verdict,
                    seen=came.seen,
                    by="the guest",
                )
                for came in self.runs
                if came.name in (f"{came.row['tool']}-d{level}" for level in (ALL, ALL_BUT_USER))
            ),
        )


def recorded(path: Path) -> Recorded:
    facts, *rows = (json.loads(line) for line in path.read_text().splitlines())
    dump = ObservedDump(
        name=f"{facts['name']}-crash.elf",
        kernel=facts["kernel"],
        arch=facts["arch"],
        format=DumpFormat.ELF,
        boot=tuple(facts["boot"]),
        has=tuple(facts["has"]),
        tells=tuple(DumpSource(word) for word in facts["tells"]),
        note=facts["note"],
    )
    return Recorded(facts["name"], dump, facts, tuple(Came(row, facts["tasks"]) for row in rows))


def lines(schema: Schema, folder: Path) -> Iterator[str]:
    """The lines to record for the crash in a folder."""
    facts = json.loads((folder / "facts.json").read_text())
    found = find_note(str(folder / "capture/vmcore-head"))
    info = vmcoreinfo.parse(found.text)
    arch = schema.architecture(facts["arch"])
    assert arch is not None
    pages = pages_of(folder / "first/kpageflags")
    told = dump_sources(found, arch, info)
    facts |= {
        "boot": ["kaslr"] if info.get("KERNELOFFSET") else [],
        "has": sorted(name for name, flag in SHOWN.items() if pages.get(flag)),
        "tells": sorted(source.value for source, is_told in told.items() if is_told),
        "pages": pages,
        "note": found.text.decode("latin-1"),
    }
    yield json.dumps(facts) + "\n"
    for line in (folder / "runs.jsonl").read_text().splitlines():
        row = json.loads(line)
        row["said"] = [re.sub(r"(/tmp/\w+?)\w{6}\b", r"\1XXXXXX", said) for said in row["said"]]
        if "out" in row and row["name"].endswith("-note"):
            row["out"] = changes(facts["note"], row["out"]) if row["out"] else ""
        yield json.dumps(row) + "\n"


def changes(note: str, changed: str) -> str:
    """Lines removed from a note, and lines added to it."""
    before, after = note.splitlines(), changed.splitlines()
    went = [f"-{line}" for line in before if line not in after]
    return "\n".join([*went, *(f"+{line}" for line in after if line not in before)])


def keep(schema: Schema, folder: Path) -> Path:
    KEPT.mkdir(exist_ok=True)
    path = KEPT / f"{folder.name}.jsonl"
    path.write_text("".join(lines(schema, folder)))
    return path


def all_recorded() -> list[Recorded]:
    return [recorded(path) for path in sorted(KEPT.glob("*.jsonl"))]


def observe(crashes: Iterable[Recorded]) -> None:
    """Replace the observations of these dumps in the schema by the runs of tools alone."""
    kept = read_observed(OBSERVED)
    ours = [crash.observed() for crash in crashes]
    names = {dump.name for one in ours for dump in one.dumps}
    kept = Observed(
        dumps=tuple(dump for dump in kept.dumps if dump.name not in names),
        observations=tuple(one for one in kept.observations if one.on not in names),
    )
    for one in ours:
        kept = kept.merged(one.dumps, one.observations)
    OBSERVED.write_text("".join(f"{line}\n" for line in kept.lines))


def table(crashes: list[Recorded]) -> str:
    """The results at the usual dump level: alone, with the rescue, and with `--exact`."""
    lines = [
        "| kernel | makedumpfile | alone, `-d 31` | with its rescue | with `--exact` |",
        "|---|---|---|---|---|",
    ]
    for crash in crashes:
        by_name = {came.name: came for came in crash.runs}
        for release in dict.fromkeys(came.row["tool"] for came in crash.runs):
            names = (f"{release}-d{ALL}", f"{release}-d{ALL}-rescue", f"{release}-exact")
            if not by_name.keys() >= set(names):
                continue
            alone, rescued, exact = (by_name[name].seen for name in names)
            words = [f"{crash.dump.arch} {crash.dump.kernel}", release, alone, rescued]
            words.append("the same" if exact == rescued else exact)
            lines.append(f"| {' | '.join(words)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(all_recorded()))
