# SPDX-License-Identifier: MIT
"""Tools on thousands of notes: a verdict applies to all notes that are the same for the tools.

Most dumps of a fleet are from a few builds. Their notes differ in addresses and other values of the
boot. A tool's verdict depends on few of those: the ones in the conditions (`when`) of its
alternatives.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

import vmcoreinfo

from ..audit.boot import differs
from ..audit.builds import Asked, Builds, is_as_shipped
from ..audit.identify import architectures_of, kernel_of
from ..core.expression import Expression, Key, value_of
from ..dump.problem import DumpError
from ..dump.reader import Found, find_note
from ..dump.whole import Fault, flaws_of
from ..model import Architecture, Schema
from ..model.consumer import Consumer
from ..model.kernel import Kernel
from ..record import replace
from .answer import Note
from .dump_sources import dump_sources
from .exports import Exports, noted
from .implausible import Implausible
from .judge import WHOLE, Scope
from .note_values import NoteValues
from .overview import Subject, Tool, Verdicts, verdicts_of
from .values import Values

_MOST_KINDS = 1024
"""Each takes some 50 KiB."""


class NotTold(ValueError):
    """A note that does not identify its kernel; the message says which option to give."""


class Judged(NamedTuple):
    """The result for one input; `verdicts` is None if it can't be read, and `error` says why."""

    path: str
    verdicts: Verdicts | None
    error: str | None = None
    remarks: tuple[str, ...] = ()

    @property
    def is_failing(self) -> bool:
        return self.verdicts is None or self.verdicts.is_failing


class Judge:
    """What all inputs of a run share; `kernel` and `arch` are None to let each input decide."""

    def __init__(
        self,
        schema: Schema,
        tools: Sequence[Tool],
        scope: Scope = WHOLE,
        kernel: Kernel | None = None,
        arch: Architecture | None = None,
    ) -> None:
        self._schema = schema
        self._tools = tools
        self._scope = scope
        self._kernel = kernel
        self._arch = arch
        self._builds = Builds(schema)
        self._asks = tuple(_asks_boot(schema, [tool.consumer for tool in tools]))
        self._kinds: _Kept[_Kind | str] = _Kept()
        self._verdicts: _Kept[Verdicts] = _Kept()

    def judged(self, path: str, format_: str | None) -> Judged:
        """The verdicts on all tools for a file, stdin, or the running kernel."""
        try:
            found = find_note(path, format_)
            return Judged(path, self.on(found, flaws_in(found)), None, found.remarks)
        except OSError as error:
            return Judged(path, None, f"{path}: {error.strerror or error}")
        except DumpError as error:
            return Judged(path, None, str(error))
        except NotTold as error:
            return Judged(path, None, f"{found.name}: {error}", found.remarks)

    def on(self, found: Found, flaws: tuple[tuple[str, str], ...] = ()) -> Verdicts:
        """The verdicts on all tools for a note that was found. Raises NotTold."""
        # A verdict names no line of the input.
        asked = self._builds.asked(found._replace(lines=()))
        if asked is None:
            return self._by_itself(found, flaws)
        build = (asked.key, tuple(len(line.text) for line in asked.lines))
        kind = self._kinds.get(build) or self._kind(found, build, asked)
        if isinstance(kind, str):
            raise NotTold(kind)
        if not kind.is_as_read:
            return self._by_itself(found, flaws)
        info = {**kind.info, **{line.key: line.value for line in asked.lines}}
        told = dump_sources(found, kind.exports.arch, info)
        values = Values({key: value for key, value in info.items() if isinstance(value, int)})
        answers = tuple(value_of(one, values) for one in self._asks)
        wrong = kind.values.implausible(asked.lines)
        alike = (build, flaws, tuple(told.items()), answers, wrong)
        verdicts = self._verdicts.get(alike)
        if verdicts is None:
            exports = replace(kind.exports, values=values.by_key, of_dump=told)
            verdicts = self._judged(kind.kernel, exports, found, flaws, wrong)
            self._verdicts.keep(alike, verdicts)
        return verdicts

    def _kind(self, found: Found, build: Hashable, asked: Asked) -> _Kind | str:
        """Add the first note of its kind, or the reason why it can't be judged."""
        kind: _Kind | str
        try:
            info = vmcoreinfo.parse(found.text)
            kernel, exports = exports_of(self._schema, found, info, self._kernel, self._arch)
        except NotTold as error:
            kind = str(error)
        else:
            values = NoteValues(found.text, info, kernel, exports.arch)
            is_as_read = _is_as_read(kernel.schema, info, asked)
            kind = _Kind(kernel, exports, dict(info), values, is_as_read)
        self._kinds.keep(build, kind)
        return kind

    def _by_itself(self, found: Found, flaws: tuple[tuple[str, str], ...]) -> Verdicts:
        info = vmcoreinfo.parse(found.text)
        kernel, exports = exports_of(self._schema, found, info, self._kernel, self._arch)
        wrong = NoteValues(found.text, info, kernel, exports.arch).implausible()
        return self._judged(kernel, exports, found, flaws, wrong)

    def _judged(
        self,
        kernel: Kernel,
        exports: Exports,
        found: Found,
        flaws: tuple[tuple[str, str], ...],
        wrong: tuple[Implausible, ...],
    ) -> Verdicts:
        note = Note(found.text, found.format, flaws, wrong)
        return verdicts_of(Subject(kernel, exports, None, note), self._tools, self._scope)


def killed(path: str) -> Judged:
    """The result for an input whose judging killed its process."""
    why = (
        "the process that read it was killed, perhaps for lack of memory; the other inputs were "
        "processed"
    )
    return Judged(path, None, f"{path}: {why}")


def exports_of(
    schema: Schema,
    found: Found,
    info: vmcoreinfo.VmcoreInfo,
    kernel: Kernel | None,
    arch: Architecture | None,
) -> tuple[Kernel, Exports]:
    """The kernel with its own name, and the entries of its note; `kernel` and `arch` are what the
    user gave.

    Raises NotTold.
    """
    if not any(line.format for line in info.lines):
        raise NotTold("no VMCOREINFO entries; expected lines like OSRELEASE=6.12.0")
    known = kernel or kernel_of(schema, info)
    if known is None:
        raise NotTold("OSRELEASE is missing or not in the schema; give the release with --kernel")
    told = arch or schema.architecture(found.arch or "")
    archs = [told] if told else architectures_of(known, info)
    if len(archs) != 1:
        raise NotTold("unknown architecture; give it with --arch")
    told_by = dump_sources(found, archs[0], info)
    exports = noted(known.schema, known.release, archs[0], info, told_by)
    return replace(known, name=info.OSRELEASE or known.name), exports


def flaws_in(found: Found) -> tuple[tuple[str, str], ...]:
    """The faults found in the dump, each with the tool that it concerns."""
    return tuple((one.text, one.tool) for one in flaws_of(found) if one.fault is not Fault.UNSEEN)


class _Kind(NamedTuple):
    """Notes that only differ in values of their boot, represented by the first.

    `is_as_read` says whether the parser reads those values in the same way.
    """

    kernel: Kernel
    exports: Exports
    info: Mapping[str, object]
    values: NoteValues
    is_as_read: bool


def _is_as_read(schema: Schema, info: vmcoreinfo.VmcoreInfo, asked: Asked) -> bool:
    for line in asked.lines:
        read = info.line(line.key)
        if read is None or read.format != line.entry.format or read.value != line.value:
            return False
    return is_as_shipped(schema, asked.lines)


def _asks_boot(schema: Schema, consumers: Sequence[Consumer]) -> Iterator[Expression]:
    """The conditions of tools that use values which differ between boots."""
    of_boot = {entry.key for entry in schema.entries if differs(entry)}
    found = {
        alternative.when: None
        for consumer in consumers
        for need in consumer.needs
        for alternative in need.alternatives
        if alternative.when is not None
    }
    for when in found:
        if any(isinstance(one, Key) and one.key in of_boot for one in when.walk()):
            yield when


Kept = TypeVar("Kept")


class _Kept(Generic[Kept]):
    """The most recently used values, up to a limit."""

    def __init__(self) -> None:
        self._by_key: dict[Hashable, Kept] = {}

    def get(self, key: Hashable) -> Kept | None:
        found = self._by_key.pop(key, None)
        if found is not None:
            self._by_key[key] = found
        return found

    def keep(self, key: Hashable, one: Kept) -> None:
        if len(self._by_key) >= _MOST_KINDS:
            del self._by_key[next(iter(self._by_key))]
        self._by_key[key] = one
