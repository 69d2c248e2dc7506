# SPDX-License-Identifier: MIT
"""A note rewritten for a release of a tool, so that it reads it rightly."""

from __future__ import annotations

from vmcoreinfo import VmcoreInfo

from ..core.expression import value_of
from ..core.key import Kind, kind_of
from ..core.tool import ToolRelease
from ..model import Schema
from ..model.consumer import MOST_LEVEL, Consumer
from ..model.vocabulary import Verdict
from ..query.interface.consumers import AdaptedNote, DroppedLine, Refusal, WrittenLine
from ..record import Value
from .explain import why
from .exports import Exports, printed_as
from .judge import WHOLE, Outcome, Scope, judge, outcomes
from .values import Values


class Written(Value):
    """A line that is written, for which purpose, and why it is right.

    Where the note has the key, `was` is the value in whose place it stands.
    """

    key: str
    text: str
    purpose: str
    why: str
    was: str | None = None


class Dropped(Value):
    """A line that is taken away, for which purpose, and why that is right."""

    key: str
    purpose: str
    why: str


class Adapted(Value):
    """The new text, what was written and taken away, and purposes that stay fatal or wrong.

    `level` is the highest dump level, of those that leave out no more than was asked for, at which
    none does; None where there is none, or the tool takes no levels.
    """

    text: bytes
    written: tuple[Written, ...]
    refused: tuple[Outcome, ...]
    level: int | None = None
    dropped: tuple[Dropped, ...] = ()

    @property
    def changed(self) -> tuple[Written, ...]:
        """What stands in the place of another value."""
        return tuple(line for line in self.written if line.was is not None)


def adapt(
    schema: Schema,
    consumer: Consumer,
    release: ToolRelease,
    info: VmcoreInfo,
    exports: Exports,
    scope: Scope = WHOLE,
) -> Adapted:
    """Write what the release asks for under keys that it knows, by values that the note has.

    What the note has stays, so that a later release reads it as before, but for lines without which,
    or with another value, the release does better at what it is asked for, and nothing of that worse.
    Only what makes a purpose better is written; a purpose that stays wrong or fatal is refused, but
    for one that no more than some dumps show.
    """
    written: list[Written] = []
    for outcome in outcomes(consumer, release, exports, scope):
        if outcome.works:
            continue
        for adaptation in outcome.need.adaptations:
            key = adaptation.key
            value = value_of(adaptation.expression, Values(exports.values))
            if value is None or key not in schema.by_key or key in {one.key for one in written}:
                continue
            better = exports.changed(added=[key], values={key: value})
            judged = judge(consumer, outcome.need, release, better)
            if judged is None or judged.verdict.rank >= outcome.verdict.rank:
                continue
            old = info.line(key)
            if old is not None and _is_worse(consumer, release, exports, better, scope):
                continue
            exports = better
            text = printed_as(schema.by_key[key], exports.release, exports.arch).printed(value)
            purpose, was = outcome.need.purpose, None if old is None else old.text
            written.append(Written(key, text, purpose, adaptation.text, was))
    dropped, exports = _dropped(consumer, release, exports, scope)
    lines = info.text if info.text.endswith(b"\n") else info.text + b"\n"
    lines = _without(lines, {one.key for one in dropped})
    lines = _rewritten(lines, {one.key: one.text for one in written if one.was is not None})
    added = "".join(f"{one.key}={one.text}\n" for one in written if one.was is None).encode()
    return Adapted(
        _before_crashtime(lines, added),
        tuple(written),
        _refused(consumer, release, exports, scope),
        _right_level(consumer, release, exports, scope),
        dropped,
    )


def _dropped(
    consumer: Consumer, release: ToolRelease, exports: Exports, scope: Scope
) -> tuple[tuple[Dropped, ...], Exports]:
    """What is taken away, and what the note has then."""
    dropped: list[Dropped] = []
    for outcome in outcomes(consumer, release, exports, scope):
        for removal in outcome.need.removals if not outcome.works else ():
            there = [key for key in removal.keys if exports.has(key)]
            less = exports.changed(removed=there)
            judged = judge(consumer, outcome.need, release, less)
            if not there or judged is None or judged.verdict.rank >= outcome.verdict.rank:
                continue
            if _is_worse(consumer, release, exports, less, scope):
                continue
            exports = less
            why = removal.text
            dropped += [Dropped(key, outcome.need.purpose, why) for key in there]
    return tuple(dropped), exports


def _is_worse(
    consumer: Consumer, release: ToolRelease, before: Exports, after: Exports, scope: Scope
) -> bool:
    """Whether any purpose comes to a worse verdict."""
    ranks = {o.need.location: o.verdict.rank for o in outcomes(consumer, release, before, scope)}
    return any(
        outcome.verdict.rank > ranks.get(outcome.need.location, 0)
        for outcome in outcomes(consumer, release, after, scope)
    )


def _without(text: bytes, keys: set[str]) -> bytes:
    gone = {key.encode() for key in keys}
    lines = text.splitlines(keepends=True)
    return b"".join(line for line in lines if line.partition(b"=")[0] not in gone)


def _rewritten(text: bytes, texts: dict[str, str]) -> bytes:
    """The same with other values under some keys, each in its line, and in every line that has the key."""
    new = {key.encode(): f"{key}={value}\n".encode() for key, value in texts.items()}
    lines = text.splitlines(keepends=True)
    return b"".join(new.get(line.partition(b"=")[0], line) for line in lines)


def _refused(
    consumer: Consumer, release: ToolRelease, exports: Exports, scope: Scope
) -> tuple[Outcome, ...]:
    return tuple(
        outcome
        for outcome in outcomes(consumer, release, exports, scope)
        if outcome.verdict.is_bad and not outcome.need.shows_with
        if scope.counts(consumer, outcome.need)
        # No note changes what goes by no entry; where the tool stops, it says so itself.
        if outcome.need.keys or outcome.verdict is Verdict.WRONG
    )


def _right_level(
    consumer: Consumer, release: ToolRelease, exports: Exports, scope: Scope
) -> int | None:
    """The highest level at which nothing is refused, of those that leave out no more."""
    commands = [one.name for one in consumer.commands if one.has_level]
    if not commands or scope.command not in (None, *commands):
        return None
    command = scope.command or commands[0]
    most = MOST_LEVEL if scope.level is None else scope.level
    levels = (level for level in range(most, -1, -1) if level & most == level)
    return next(
        (one for one in levels if not _refused(consumer, release, exports, Scope(command, one))),
        None,
    )


def overlay(adapted: Adapted, info: VmcoreInfo) -> bytes:
    """What was written as `makedumpfile -i` takes it, beside the note of the dump.

    It asks for the release and the page size first, takes the dump's own value of a key that both have,
    and adds the offset of KASLR to every SYMBOL of that file (read_vmcoreinfo_symbol()).
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
    """What came of it; `name` is that of the tool with its release, `exports` the kernel's."""
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
        text=adapted.text.decode("latin-1") if not adapted.refused else None,
    )


def _before_crashtime(text: bytes, added: bytes) -> bytes:
    """What is added stands before CRASHTIME, which every kernel prints last."""
    place = text.rfind(b"\nCRASHTIME=") + 1
    return text[:place] + added + text[place:] if place else text + added
