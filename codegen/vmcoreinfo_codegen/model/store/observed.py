# SPDX-License-Identifier: MIT
"""Observations: what a release of a tool did with a dump, one line of JSON each.

They are recorded by a program, never by hand. A file has two kinds of lines: dumps, and
observations, which name a dump of the file. Its order follows from its content.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path

from ...core.release import parse_release_string
from ...core.tool import ToolRelease
from ...files.reading import lines_in_blocks, read_regular
from ...files.writing import write
from ...record import Record
from ..observed import UPSTREAM
from ..vocabulary import DumpFormat, DumpSource, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

MOST_BYTES = 64 << 20
_SHOWN_BY_BOOT = {"5-level": "five-levels"}
_MOST_LINES = 1 << 18
_MOST_NOTE = 1 << 20
_MOST_TEXT = 1000
_MOST_WORDS = 1000
_WORD = re.compile(r"[a-z0-9][a-z0-9_.+-]{0,63}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+~-]{0,199}")

# A name has no characters that JSON escapes.
_ON = re.compile(rb'\{"on": ("[^"\\]*")')

CAME = (Verdict.OK, Verdict.DEGRADED, Verdict.WRONG, Verdict.FATAL)
"""The possible results of a run."""


class ObservationError(Exception):
    """A file of observations that can't be used; the message names the file and the line."""


class ObservedDump(Record):
    """A dump on which tools were run, with everything that verdicts depend on.

    `boot` are words for how its kernel was booted (kaslr, 5-level), `has` those for pages that not
    every dump has (hugetlb, offline), `tells` its sources beside the note. `note` is the text, one
    character per byte.
    """

    name: str
    kernel: str
    arch: str
    format: DumpFormat
    boot: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    tells: tuple[DumpSource, ...] = ()
    note: str

    @property
    def shows(self) -> tuple[str, ...]:
        """The words that `shows with` may name: its pages, and how its kernel was booted."""
        return (*self.has, *(_SHOWN_BY_BOOT[word] for word in self.boot if word in _SHOWN_BY_BOOT))

    @property
    def text(self) -> bytes:
        """The note as bytes."""
        return self.note.encode("latin-1")


class Observation(Record):
    """One run: the command and release, the dump and the entries removed from it, and the result.

    `build` is the distribution's build. `level` is the dump level, None for a run without one.
    `seen` summarises the result, `by` is the reference that it was compared with.
    """

    on: str
    tool: str
    release: ToolRelease
    build: str = UPSTREAM
    without: tuple[str, ...] = ()
    run: str
    level: int | None = None
    came: Verdict
    seen: str
    by: str

    @property
    def cell(self) -> tuple[object, ...]:
        """The identity of an observation: there is only one for each."""
        return (self.on, self.tool, self.release, self.build, self.without, self.run, self.level)

    @property
    def _place(self) -> tuple[object, ...]:
        return (
            self.tool, self.on, self.release, self.build, self.run,
            -1 if self.level is None else self.level, self.without,
        )  # fmt: skip


class Observed(Record):
    """The content of a file, in its order."""

    dumps: tuple[ObservedDump, ...] = ()
    observations: tuple[Observation, ...] = ()

    def merged(
        self, dumps: Iterable[ObservedDump], observations: Iterable[Observation]
    ) -> Observed:
        """The content with additions; a later observation replaces one of the same cell. Raises
        ObservationError.

        A name identifies one dump: a different dump with the same name is refused.
        """
        named = {dump.name: dump for dump in self.dumps}
        for dump in dumps:
            if named.setdefault(dump.name, dump) != dump:
                raise ObservationError(
                    f"{dump.name} is already a different dump there; use another name"
                )
        cells = {one.cell: one for one in self.observations}
        cells |= {one.cell: one for one in observations}
        for one in cells.values():
            if one.on not in named:
                raise ObservationError(
                    f"an observation names the dump {one.on}, which does not exist"
                )
        return Observed(
            dumps=tuple(named[name] for name in sorted(named)),
            observations=tuple(sorted(cells.values(), key=lambda one: one._place)),
        )

    @property
    def lines(self) -> Iterator[str]:
        """The lines of a file."""
        for dump in self.dumps:
            yield _line(
                dump=dump.name,
                kernel=dump.kernel,
                arch=dump.arch,
                format=dump.format.value,
                boot=dump.boot,
                has=dump.has,
                tells=[source.value for source in dump.tells],
                note=dump.note,
            )
        for one in self.observations:
            level = {} if one.level is None else {"level": one.level}
            yield _line(
                on=one.on,
                tool=one.tool,
                release=str(one.release),
                build=one.build,
                without=one.without,
                run=one.run,
                **level,
                came=one.came.value,
                seen=one.seen,
                by=one.by,
            )


def read_observed(path: Path) -> Observed:
    """The observations of a file. Raises ObservationError with the line, OSError."""
    data = read_regular(path, MOST_BYTES, _refused(path))
    return parse_observed(data, str(path))


def _refused(path: Path) -> Callable[[str], ObservationError]:
    return lambda what: ObservationError(f"{path}: {what}")


def read_without(path: Path, keys: Iterable[str]) -> Observed:
    """The runs of a file for which one of these entries was removed, and their dumps.

    The file may be missing. Raises ObservationError with the line number among these lines,
    OSError.
    """
    wanted = [json.dumps(key).encode() for key in keys]
    dumps: list[bytes] = []
    runs: list[bytes] = []
    try:
        for block in lines_in_blocks(path, MOST_BYTES, _refused(path)):
            dumps += _lines_with(block, b'{"dump"')
            runs += dict.fromkeys(line for key in wanted for line in _lines_with(block, key))
    except FileNotFoundError:
        return Observed()
    # Lines of dumps include the note: reading all of them takes longer than reading the runs.
    on = [b'{"dump": %s,' % name for line in runs for name in _ON.findall(line)]
    used = tuple(dict.fromkeys(on))
    lines = [line for line in dumps if line.startswith(used)] if used else []
    return parse_observed(b"".join([*lines, *runs]), str(path))


def _lines_with(block: bytes, text: bytes) -> Iterator[bytes]:
    """The lines that contain a text. Splitting all lines takes as long as a whole question."""
    at = block.find(text)
    while at >= 0:
        end = block.find(b"\n", at) + 1 or len(block)
        yield block[block.rfind(b"\n", 0, at) + 1 : end]
        at = block.find(text, end)


def parse_observed(data: bytes, name: str) -> Observed:
    """The observations in the content of a file. Raises ObservationError."""
    lines = data.split(b"\n")
    if lines.pop():
        raise ObservationError(
            f"{name}:{len(lines) + 1}: the last line has no newline; the file was truncated"
        )
    if len(lines) > _MOST_LINES:
        raise ObservationError(f"{name}: more than {_MOST_LINES} lines")
    dumps: dict[str, ObservedDump] = {}
    observations: dict[tuple[object, ...], Observation] = {}
    for number, line in enumerate(lines, 1):
        try:
            found = _read(line)
            if isinstance(found, ObservedDump):
                _once(dumps, found.name, found, f"the dump {found.name}")
            elif found.on not in dumps:
                raise _Unfit(f"no earlier line declares the dump {found.on}")
            else:
                _once(observations, found.cell, found, "what was run")
        except _Unfit as error:
            raise ObservationError(f"{name}:{number}: {error}") from error
    return Observed(dumps=tuple(dumps.values()), observations=tuple(observations.values()))


def record(
    path: Path, dumps: Iterable[ObservedDump], observations: Iterable[Observation]
) -> Observed:
    """Add to a file, which may be missing. Raises ObservationError, OSError.

    Several commands may do so at the same time: each waits for the others.
    """
    with _alone(path):
        try:
            before = read_observed(path)
        except FileNotFoundError:
            before = Observed()
        try:
            after = before.merged(dumps, observations)
        except ObservationError as error:
            raise ObservationError(f"{path}: {error}") from error
        if after != before:
            data = "".join(f"{line}\n" for line in after.lines).encode()
            # Never write what can't be read again.
            parse_observed(data, str(path))
            write(path, data)
    return after


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Lock the folder against other commands that record."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


class _Unfit(Exception):
    """A line that is neither a dump nor an observation."""


def _once(found: dict[Any, Any], key: object, one: object, what: str) -> None:
    if key in found:
        raise _Unfit(f"{what} is listed twice")
    found[key] = one


def _line(**fields: object) -> str:
    return json.dumps(fields, ensure_ascii=True, separators=(", ", ": "))


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Unfit("duplicate field")
    return found


def _read(line: bytes) -> ObservedDump | Observation:
    try:
        fields = json.loads(line, object_pairs_hook=_pairs)
    except (ValueError, RecursionError) as error:
        raise _Unfit(f"not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise _Unfit("not a JSON object")
    if "dump" in fields:
        read = _checked(fields, _OF_DUMP)
        return ObservedDump(name=read.pop("dump"), **read)
    return Observation(**_checked(fields, _OF_OBSERVATION))


_Field = Callable[[object], object]


def _checked(fields: Mapping[str, object], of: Mapping[str, _Field]) -> dict[str, Any]:
    missing = [name for name in of if name not in fields and name not in _OPTIONAL]
    unknown = [name for name in fields if name not in of]
    if missing or unknown:
        what = [f"no field {name!r}" for name in missing]
        what += [f"unknown field {name[:_SHOWN]!r}" for name in unknown[:3]]
        raise _Unfit(", ".join(what))
    found = {}
    for name, value in fields.items():
        try:
            found[name] = of[name](value)
        except ValueError as error:
            raise _Unfit(f"{name}: {str(value)[:_SHOWN]!r} {error}") from error
    return found


_OPTIONAL = ("level",)
_SHOWN = 60


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.isprintable() or len(value) > _MOST_TEXT:
        raise ValueError(f"is not a line of at most {_MOST_TEXT} characters")
    return value


def _matching(pattern: re.Pattern[str], what: str) -> Callable[[object], str]:
    def check(value: object) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise ValueError(f"is not a {what}")
        return value

    return check


def _list_of(check: Callable[[object], Any]) -> Callable[[object], tuple[Any, ...]]:
    def read(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) > _MOST_WORDS:
            raise ValueError("is not a list")
        found = tuple(map(check, value))
        if list(found) != sorted(set(found)):
            raise ValueError("is not sorted, or has duplicates")
        return found

    return read


def _one_of(words: Iterable[Any]) -> Callable[[object], Any]:
    known = {word.value: word for word in words}

    def check(value: object) -> Any:
        if not isinstance(value, str) or value not in known:
            raise ValueError(f"is not one of {' '.join(known)}")
        return known[value]

    return check


def _kernel(value: object) -> str:
    text = _text(value)
    parse_release_string(text)
    return text


def _release(value: object) -> ToolRelease:
    return ToolRelease.parse(_text(value))


def _level(value: object) -> int:
    if type(value) is not int or not 0 <= value < 1 << 16:
        raise ValueError("is not a dump level")
    return value


def _note(value: object) -> str:
    if not isinstance(value, str) or len(value) > _MOST_NOTE:
        raise ValueError(f"is not a text of at most {_MOST_NOTE} characters")
    value.encode("latin-1")
    return value


_word = _matching(_WORD, "word")
_name = _matching(_NAME, "name")

_OF_DUMP: dict[str, _Field] = {
    "dump": _name,
    "kernel": _kernel,
    "arch": _word,
    "format": _one_of(DumpFormat),
    "boot": _list_of(_word),
    "has": _list_of(_word),
    "tells": _list_of(_one_of(DumpSource)),
    "note": _note,
}
_OF_OBSERVATION: dict[str, _Field] = {
    "on": _name,
    "tool": _word,
    "release": _release,
    "build": _text,
    "without": _list_of(_text),
    "run": _word,
    "level": _level,
    "came": _one_of(CAME),
    "seen": _text,
    "by": _text,
}
