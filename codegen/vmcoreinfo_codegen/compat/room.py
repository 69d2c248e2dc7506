# SPDX-License-Identifier: MIT
"""Whether the text still fits its buffer after a change, and what is truncated if not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ..core.key import kind_of
from ..core.release import Release
from ..model import Architecture, Schema
from ..model.note import text_room
from ..model.vocabulary import Format, Trait
from ..patch.change import Redefined
from ..patch.view import State, View
from ..query.budget import Line, bound, line_of, lines_of_release
from ..record import Value
from .impact import Break
from .parser_quirks import PURPOSE

BUFFER = "VMCOREINFO_BYTES"
"""The macro that defines the size of the buffer."""
_LAST = "CRASHTIME"


class Overflow(Value):
    """An architecture's longest text that no longer fits, and the keys that are cut. It `is_sure`
    if the shortest text of that configuration does not fit either."""

    arch: Architecture
    bytes: int
    room: int
    cut: tuple[str, ...]
    is_sure: bool


class Buffer(Value):
    """The size of the buffer on each architecture; None if it is not known."""

    redefined: Redefined | None

    def room(self, base: Release, arch: Architecture) -> int | None:
        """The size in bytes after the change."""
        if self.redefined is None:
            return text_room(base, arch)
        from ..kernel.constant import constant

        names = {"PAGE_SIZE": arch.page, "PAGE_SHIFT": arch.page.bit_length() - 1}
        values = {constant(text, names) for text in self.redefined.after}
        return values.pop() if len(values) == 1 else None


def overflow(
    schema: Schema, base: Release, arch: Architecture, view: View, buffer: Buffer
) -> Overflow | None:
    """The overflow of a kernel that prints as much as possible."""
    room = buffer.room(base, arch)
    if room is None or not arch.existed_in(base):
        return None
    before = lines_of_release(schema, base, arch)
    after = list(_lines_after(schema, arch, before, view))
    if sum(line.bytes for line in after) <= room or _size(after) <= _size(before):
        return None
    most, _, config = bound(after, None)
    had, _, _ = bound(before, None)
    held = [line for line in after if line.condition.evaluate(config) is not False]
    is_sure = sum(line.least for line in held) > room
    # It says little if the longest text did not fit before: no kernel prints one that long.
    if not (had <= room < most or is_sure):
        return None
    return Overflow(arch, most, room, tuple(_cut(held, most - room)), is_sure)


def _size(lines: Iterable[Line]) -> int:
    return sum(line.bytes for line in lines)


def _lines_after(
    schema: Schema, arch: Architecture, before: Iterable[Line], view: View
) -> Iterator[Line]:
    """The lines in the order in which they are printed: generic ones, those of the architecture,
    the last."""
    there = list(before)
    of_arch = {
        entry.key
        for entry in schema.entries
        if entry.location.path.rpartition("/")[0].endswith("arch")
    }
    for is_own in (False, True):
        for line in there:
            if line.key != _LAST and (line.key in of_arch) is is_own:
                yield from _line_after(schema, arch, line, view)
        for key, state in view.added.items():
            # A key that is already printed from another place is not counted twice.
            if (state.first.arch is not None) is is_own and all(o.key != key for o in there):
                yield _line(schema, arch, key, state)
    yield from (line for line in there if line.key == _LAST)


def _line_after(schema: Schema, arch: Architecture, line: Line, view: View) -> Iterator[Line]:
    if line.key in view.after and line.key in view.before:
        yield _line(schema, arch, line.key, view.after[line.key], line)
    elif line.key not in view.before:
        yield line


def _line(
    schema: Schema, arch: Architecture, key: str, state: State, was: Line | None = None
) -> Line:
    entry = schema.by_key.get(key)
    default = schema.by_kind.get(kind_of(key))
    unit = entry.unit if entry else default.unit if default else None
    condition = was.condition if was else state.condition
    return line_of(key, Format(state.first.format), unit, arch.bits, condition)


def _cut(lines: Sequence[Line], bytes_: int) -> Iterator[str]:
    """The keys at the end that do not fit, the last first; one may fit in part."""
    for line in reversed(lines):
        if bytes_ <= 0:
            return
        yield line.key
        bytes_ -= line.bytes


def larger_than_read(schema: Schema, base: Release, buffer: Buffer) -> Iterator[Break]:
    """Parsers that can't read a note as large as the new buffer."""
    rooms = {
        arch: (text_room(base, arch), buffer.room(base, arch))
        for arch in schema.architectures
        if arch.existed_in(base)
    }
    for consumer in schema.consumers:
        for trait in consumer.traits:
            limit = trait.limit
            if trait.trait is not Trait.NOTE_LIMIT or limit is None:
                continue
            archs = tuple(
                arch.name
                for arch, (was, is_) in rooms.items()
                if is_ is not None and was <= limit < is_
            )
            releases = tuple(r.release for r in consumer.releases if trait.is_of(r.release))
            if archs and releases:
                later = [r.release for r in consumer.releases if r.release > releases[-1]]
                yield Break(
                    consumer.name, PURPOSE, trait.text, trait.verdict, archs, releases,
                    min(later, default=None), f"a note of more than {limit} bytes", (BUFFER,),
                )  # fmt: skip
