# SPDX-License-Identifier: MIT
"""The changes to a note that make a release of a tool work, and at which dump level."""

from __future__ import annotations

from collections.abc import Sequence

from ..core.expression import Key, value_of
from ..core.tool import ToolRelease
from ..model.consumer import MOST_LEVEL, Adaptation, Consumer
from ..model.vocabulary import Verdict
from ..record import Value
from .exports import Exports
from .judge import WHOLE, Outcome, Scope, judge, outcomes
from .values import Values


class NewLine(Value):
    """A line that is written, its purpose, and why it is right.

    `value` is None if there is no note to compute it from. `replaces` says whether the note already
    has a line with that key.
    """

    key: str
    value: int | None
    purpose: str
    why: str
    replaces: bool = False


class GoneLine(Value):
    """A line that is removed, its purpose, and why that is right."""

    key: str
    purpose: str
    why: str


class Remedy(Value):
    """The lines written and removed, the entries of the changed note, and the purposes that stay
    fatal or wrong.

    `degraded` are purposes that stay degraded: at a dump level, the dump keeps pages that it could
    exclude.
    """

    written: tuple[NewLine, ...]
    dropped: tuple[GoneLine, ...]
    exports: Exports
    refused: tuple[Outcome, ...]
    degraded: tuple[Outcome, ...] = ()

    @property
    def changes_note(self) -> bool:
        return bool(self.written or self.dropped)


def remedy(
    consumer: Consumer,
    release: ToolRelease,
    exports: Exports,
    scope: Scope = WHOLE,
    unread: frozenset[str] = frozenset(),
    judged: Sequence[Outcome] | None = None,
) -> Remedy:
    """The remedy for a note, or for a kernel as the schema predicts it: then for any note of it.

    Existing lines stay, so that a later release reads the note as before, except lines that the
    release is better off without or with another value, as long as no requested purpose gets worse.
    A line is only written if it improves a purpose; a purpose that stays wrong or fatal is refused,
    unless only some dumps show it. `unread` are keys of lines with unusable values, `judged` the
    present outcomes, if they are known.
    """
    written: list[NewLine] = []
    if judged is None:
        judged = outcomes(consumer, release, exports, scope)
    for outcome in judged:
        for adaptation in outcome.need.adaptations if not outcome.works else ():
            new = _new_line(consumer, release, exports, outcome, adaptation, scope, unread)
            if new is None or any(one.key == new.key for one in written):
                continue
            exports = _with(exports, new)
            written.append(new)
    if written:
        judged = outcomes(consumer, release, exports, scope)
    dropped, exports = _dropped(consumer, release, exports, judged, scope)
    if dropped:
        judged = outcomes(consumer, release, exports, scope)
    degraded = tuple(one for one in judged if _counts(consumer, one, scope) and _is_less(one))
    return Remedy(tuple(written), dropped, exports, _refused(consumer, judged, scope), degraded)


def right_level(
    consumer: Consumer,
    release: ToolRelease,
    exports: Exports,
    scope: Scope = WHOLE,
    unread: frozenset[str] = frozenset(),
    is_exact: bool = False,
) -> tuple[int, Remedy] | None:
    """The highest dump level, within the requested one, at which nothing is refused, and its
    remedy.

    If `is_exact`, nothing may be degraded either. The remedy is that for the level: fewer purposes
    at a lower level allow more changes. None if no level works, or if the tool takes none.
    """
    commands = [one.name for one in consumer.commands if one.has_level]
    if not commands or scope.command not in (None, *commands):
        return None
    command = scope.command or commands[0]
    most = MOST_LEVEL if scope.level is None else scope.level
    of_every_level = outcomes(consumer, release, exports, Scope(command))

    def at(level: int) -> Remedy | None:
        lower = Scope(command, level)
        judged = [outcome for outcome in of_every_level if lower.has(outcome.need)]
        found = remedy(consumer, release, exports, lower, unread, judged)
        return None if found.refused or (is_exact and found.degraded) else found

    for level in [one for one in range(most, -1, -1) if one & most == one]:
        found = at(level)
        if found is not None:
            return level, found
        # If the lowest level does not work, no level does.
        if level == most and at(0) is None:
            return None
    return None


def _new_line(
    consumer: Consumer,
    release: ToolRelease,
    exports: Exports,
    outcome: Outcome,
    adaptation: Adaptation,
    scope: Scope,
    unread: frozenset[str],
) -> NewLine | None:
    """A line that improves a purpose; None if there is none, or if another purpose gets worse."""
    key, expression = adaptation.key, adaptation.expression
    value = value_of(expression, Values(exports.values))
    asked = [one.key for one in expression.walk() if isinstance(one, Key)]
    if value is None and (exports.is_note or not exports.possible.issuperset(asked)):
        return None
    replaces = exports.has(key) is not False or key in unread
    if value is None and replaces:
        return None
    new = NewLine(key, value, outcome.need.purpose, adaptation.text, replaces)
    better = _with(exports, new)
    judged = judge(consumer, outcome.need, release, better)
    if judged is None or judged.verdict.rank >= outcome.verdict.rank:
        return None
    if replaces and _is_worse(consumer, release, exports, better, scope):
        return None
    return new


def _with(exports: Exports, new: NewLine) -> Exports:
    values = {} if new.value is None else {new.key: new.value}
    return exports.changed(added=[new.key], values=values)


def _dropped(
    consumer: Consumer,
    release: ToolRelease,
    exports: Exports,
    judged: Sequence[Outcome],
    scope: Scope,
) -> tuple[tuple[GoneLine, ...], Exports]:
    """The lines to remove, and the entries that remain."""
    dropped: list[GoneLine] = []
    for outcome in judged:
        for removal in outcome.need.removals if not outcome.works else ():
            there = [key for key in removal.keys if exports.has(key) is not False]
            less = exports.changed(removed=there)
            now = judge(consumer, outcome.need, release, less)
            if not there or now is None or now.verdict.rank >= outcome.verdict.rank:
                continue
            if _is_worse(consumer, release, exports, less, scope):
                continue
            exports = less
            dropped += [GoneLine(key, outcome.need.purpose, removal.text) for key in there]
    return tuple(dropped), exports


def _is_worse(
    consumer: Consumer, release: ToolRelease, before: Exports, after: Exports, scope: Scope
) -> bool:
    """Whether any purpose gets a worse verdict."""
    ranks = {o.need.location: o.verdict.rank for o in outcomes(consumer, release, before, scope)}
    return any(
        outcome.verdict.rank > ranks.get(outcome.need.location, 0)
        for outcome in outcomes(consumer, release, after, scope)
    )


def _refused(consumer: Consumer, judged: Sequence[Outcome], scope: Scope) -> tuple[Outcome, ...]:
    return tuple(
        outcome
        for outcome in judged
        if outcome.verdict.is_bad and _counts(consumer, outcome, scope)
        # No note changes a purpose that uses no entry; a tool that stops says so itself.
        if outcome.need.keys or outcome.verdict is Verdict.WRONG
    )


def _is_less(outcome: Outcome) -> bool:
    return not outcome.works and not outcome.verdict.is_bad


def _counts(consumer: Consumer, outcome: Outcome, scope: Scope) -> bool:
    """Whether every dump shows it, and it is in the scope."""
    return not outcome.need.shows_with and scope.counts(consumer, outcome.need)
