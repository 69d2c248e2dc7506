# SPDX-License-Identifier: MIT
"""Tools that read memory with the note, judged by its contents: the kernel's names, its own
symbols.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import vmcoreinfo

from ..core.tool import ToolRelease
from ..model.vocabulary import DumpFormat, Verdict
from . import probes, running
from .outcome import Measure, Outcome, ProveError, Run
from .running import Limits, Patience, Ran
from .subject import Subject

OPEN = "open"
KALLSYMS = "kallsyms"

_PARTS = {"names": "the kernel's names", "sections": "memory sections", "pages": "page descriptors"}
_LEAST_SYMBOLS = 1000
"""Every kernel has more symbols; Debian's have some 100,000."""
_FILE_BYTES = 16 << 20
_POINTED = ("SYMBOL(mem_section)", "SYMBOL(vmemmap)")
"""VMCOREINFO_SYMBOL_ARRAY() prints the value of such a pointer, not its address."""
_BY = "what the dump has there"


@dataclass(frozen=True)
class Probe:
    """A script of this project, the Python that runs it, and the environment."""

    script: str
    python: Path
    environment: Mapping[str, str]
    asked: Mapping[str, object]

    def run(self, dump: Path, asked: Mapping[str, object], patience: Patience) -> Ran:
        script = Path(probes.__file__).with_name(self.script)
        request = json.dumps({**asked, **self.asked})
        command: list[str | Path] = [self.python, "-B", script, dump, request]
        return running.run(command, dump.parent, Limits(patience, _FILE_BYTES), self.environment)


@dataclass(frozen=True)
class _Right:
    """What a probe is asked, and the right answers as far as known."""

    asked: Mapping[str, object]
    told: Mapping[str, object]


class ReadingTool:
    """A tool that a probe runs."""

    formats: tuple[DumpFormat, ...] = tuple(DumpFormat)
    judge: ToolRelease | None = None
    judges_itself = False

    def __init__(
        self,
        consumer: str,
        release: ToolRelease,
        build: str,
        runs: tuple[Run, ...],
        probe: Probe,
        reference: Probe | None,
        patience: Patience,
    ) -> None:
        self.consumer = consumer
        self.release = release
        self.build = build
        self.runs = runs
        self._probe = probe
        self._reference = reference
        self._patience = patience

    def measure(self, dump: Path, subject: Subject, run: Run) -> Measure:
        """The symbols in the complete note, or what is read with that note."""
        asked = _asked(subject, run)
        if run.name == KALLSYMS:
            symbols = asked["symbols"]
            if not symbols:
                raise ProveError(f"{subject.path}: the note has no symbols to compare with")
            by = "the addresses in the note"
            return Measure(by, _Right(asked, {"symbols": symbols}), True, self._patience.seconds)
        if not asked["names"]:
            raise ProveError(f"{subject.path}: the note does not show where the kernel's names are")
        ran = (self._reference or self._probe).run(dump, asked, self._patience)
        told = {**_answer(ran), "names": True}
        return Measure(_BY, _Right(asked, told), True, ran.busy)

    def outcome(self, dump: Path, run: Run, measure: Measure | None) -> Outcome | None:
        if measure is None:
            return None
        right: _Right = measure.right
        ran = self._probe.run(dump, right.asked, measure.patience(self._patience))
        if ran.ending:
            return Outcome(Verdict.FATAL, _last_words(ran))
        told = _answer(ran)
        if run.name == KALLSYMS:
            return _of_symbols(told, right.told["symbols"])
        other = [
            name for name in _PARTS if name in right.told and told.get(name) != right.told[name]
        ]
        if other:
            return Outcome(
                Verdict.WRONG, f"{', '.join(map(_PARTS.__getitem__, other))} read elsewhere"
            )
        return Outcome(Verdict.OK, ", ".join(_PARTS[name] for name in told if name in _PARTS))


def _of_symbols(told: Mapping[str, object], right: object) -> Outcome:
    """The outcome of reading symbols.

    Their number counts too: kallsyms may have only functions, and the note has few of those.
    """
    found, number = told.get("symbols"), told.get("number")
    if not isinstance(found, dict) or not isinstance(number, int) or not isinstance(right, dict):
        return Outcome(Verdict.WRONG, "no symbols")
    same = sum(right.get(name) == address for name, address in found.items())
    if same < len(found):
        seen = f"{same} of {len(found)} symbols at the addresses of the note"
    elif number < _LEAST_SYMBOLS:
        seen = f"{number} symbols"
    else:
        return Outcome(Verdict.OK, f"{number} symbols, {same} of the note at its addresses")
    return Outcome(Verdict.WRONG, seen)


def _asked(subject: Subject, run: Run) -> dict[str, object]:
    """The question to a probe: the addresses in the complete note."""
    info = vmcoreinfo.parse(subject.found.text)

    def number(key: str) -> int | None:
        value = info.get(key)
        return value if isinstance(value, int) else None

    page, bits = number("PAGESIZE"), number("NUMBER(SECTION_SIZE_BITS)")
    return {
        "run": run.name,
        "release": subject.observed.kernel,
        "names": number("SYMBOL(init_uts_ns)"),
        "sections": number("SYMBOL(mem_section)"),
        "section_size": number("SIZE(mem_section)"),
        "map_at": number("OFFSET(mem_section.section_mem_map)"),
        "page": number("SIZE(page)"),
        "page_size": page,
        "frames": (1 << bits) // page if page and bits else None,
        "bits": subject.bits,
        "order": "big" if subject.found.order == ">" else "little",
        "symbols": {
            key.removeprefix("SYMBOL(").removesuffix(")"): value
            for key, value in info.items()
            if key.startswith("SYMBOL(") and isinstance(value, int) and key not in _POINTED
        },
    }


def _answer(ran: Ran) -> dict[str, object]:
    """The last answer that a probe printed."""
    for line in reversed(ran.out.splitlines()):
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            return found
    return {}


def _last_words(ran: Ran) -> str:
    """How a probe ended, after which step, and the last line of its traceback."""
    said = [" ".join(running.shown(line).split()) for line in ran.err.splitlines() if line.strip()]
    words = ran.without_paths(said[-1]) if said else ""
    done = [_PARTS[name] for name in _answer(ran) if name in _PARTS]
    after = f" after {', '.join(done)}" if done else ""
    return f"{ran.ending}{after}: {words}" if words else f"{ran.ending}{after}"


def this_python() -> Path:
    return Path(sys.executable)
