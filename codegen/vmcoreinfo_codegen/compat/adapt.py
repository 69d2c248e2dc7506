# SPDX-License-Identifier: MIT
"""A note rewritten so that a release of a tool reads it correctly."""

from __future__ import annotations

from vmcoreinfo import VmcoreInfo

from ..core.key import Kind, kind_of
from ..core.tool import ToolRelease
from ..model import Schema
from ..model.consumer import Consumer
from ..query.interface.consumers import AdaptedNote, DroppedLine, Refusal, WrittenLine
from ..record import Value
from .explain import why
from .exports import Exports, printed_as
from .judge import WHOLE, Outcome, Scope
from .remedy import GoneLine, NewLine, remedy, right_level


class Written(Value):
    """A line that is written, its purpose, and why it is right.

    `was` is the value that it replaces, if the note has the key.
    """

    key: str
    text: str
    purpose: str
    why: str
    was: str | None = None


class Adapted(Value):
    """The new text, its changes, and the purposes that stay fatal or wrong.

    `level` is the highest dump level, within the requested one, at which none does; it is None if
    there is no such level, or if the tool takes none. `degraded` are purposes for which a dump
    keeps pages that the level would exclude, and `exact` is the highest level at which there are
    none.
    """

    text: bytes
    written: tuple[Written, ...]
    refused: tuple[Outcome, ...]
    level: int | None = None
    dropped: tuple[GoneLine, ...] = ()
    degraded: tuple[Outcome, ...] = ()
    exact: int | None = None

    @property
    def changed(self) -> tuple[Written, ...]:
        """The lines that replace another value."""
        return tuple(line for line in self.written if line.was is not None)


def adapt(
    schema: Schema,
    consumer: Consumer,
    release: ToolRelease,
    info: VmcoreInfo,
    exports: Exports,
    scope: Scope = WHOLE,
) -> Adapted:
    """Write the keys that the release knows, with values computed from the note: see `remedy`."""
    unread = frozenset(line.key for line in info.lines if not exports.has(line.key))
    found = remedy(consumer, release, exports, scope, unread)
    written = tuple(_written(schema, info, exports, new) for new in found.written)
    lines = info.text if info.text.endswith(b"\n") else info.text + b"\n"
    lines = _without(lines, {one.key for one in found.dropped})
    lines = _rewritten(lines, {one.key: one.text for one in written if one.was is not None})
    added = "".join(f"{one.key}={one.text}\n" for one in written if one.was is None).encode()
    right, exact = (
        right_level(consumer, release, exports, scope, unread, is_exact)
        for is_exact in (False, True)
    )
    return Adapted(
        _before_crashtime(lines, added),
        written,
        found.refused,
        right[0] if right is not None else None,
        found.dropped,
        found.degraded,
        exact[0] if exact is not None else None,
    )


def _written(schema: Schema, info: VmcoreInfo, exports: Exports, new: NewLine) -> Written:
    assert new.value is not None, "a note has the values of its lines"
    text = printed_as(schema.by_key[new.key], exports.release, exports.arch).printed(new.value)
    old = info.line(new.key)
    return Written(new.key, text, new.purpose, new.why, None if old is None else old.text)


def _without(text: bytes, keys: set[str]) -> bytes:
    gone = {key.encode() for key in keys}
    lines = text.splitlines(keepends=True)
    return b"".join(line for line in lines if line.partition(b"=")[0] not in gone)


def _rewritten(text: bytes, texts: dict[str, str]) -> bytes:
    """The text with other values for some keys, in every line that has the key."""
    new = {key.encode(): f"{key}={value}\n".encode() for key, value in texts.items()}
    lines = text.splitlines(keepends=True)
    return b"".join(new.get(line.partition(b"=")[0], line) for line in lines)


def overlay(adapted: Adapted, info: VmcoreInfo) -> bytes:
    """The written lines as a file for `makedumpfile -i`, beside the note of the dump.

    makedumpfile needs the release and the page size first, prefers the dump's own value of a key
    that both have, and adds the KASLR offset to every SYMBOL of that file
    (read_vmcoreinfo_symbol()).
    """
    moved = info.get("KERNELOFFSET")
    lines = [f"{key}={line.text}" for key in _FIRST if (line := info.line(key)) is not None]
    for one in adapted.written:
        text = one.text
        if kind_of(one.key) is Kind.SYMBOL and isinstance(moved, int):
            text = f"{int(text, 16) - moved & _MASK:x}"
        lines.append(f"{one.key}={text}")
    return "".join(f"{line}\n" for line in lines).encode()


_FIRST = ("OSRELEASE", "PAGESIZE")
_MASK = (1 << 64) - 1


def answer(schema: Schema, adapted: Adapted, exports: Exports, name: str) -> AdaptedNote:
    """The result as an answer; `name` is the tool and its release, `exports` those of the
    kernel."""
    return AdaptedNote(
        consumer=name,
        written=[
            WrittenLine(
                key=line.key, text=line.text, purpose=line.purpose, why=line.why, was=line.was
            )
            for line in adapted.written
        ],
        dropped=[
            DroppedLine(key=one.key, purpose=one.purpose, why=one.why) for one in adapted.dropped
        ],
        refused=[
            Refusal(
                purpose=outcome.need.purpose,
                seen=outcome.seen,
                why=why(schema, outcome, exports),
            )
            for outcome in adapted.refused
        ],
        level=adapted.level,
        degraded=[outcome.need.purpose for outcome in adapted.degraded],
        exact_level=adapted.exact,
        text=adapted.text.decode("latin-1") if not adapted.refused else None,
    )


def _before_crashtime(text: bytes, added: bytes) -> bytes:
    """Insert lines before CRASHTIME, which every kernel prints last."""
    place = text.rfind(b"\nCRASHTIME=") + 1
    return text[:place] + added + text[place:] if place else text + added
