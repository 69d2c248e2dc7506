# SPDX-License-Identifier: MIT
"""The verdict on each purpose of a tool on one kernel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ..core.condition import ALWAYS
from ..core.expression import Key
from ..core.tool import NEXT, ToolRelease
from ..model.consumer import Alternative, Consumer, Need
from ..model.vocabulary import DumpSource, Verdict
from ..record import Value
from .exports import Exports


class Scope(Value):
    """What a tool is run for: a command and a dump level; None means any."""

    command: str | None = None
    level: int | None = None

    def has(self, need: Need) -> bool:
        return need.counts_for(self.command, self.level)

    def asks(self, command: str, level: int | None) -> bool:
        """Whether a run of a command is in the scope."""
        return self.command in (None, command) and self.level in (None, level)

    def leaves_out(self, consumer: Consumer, command: str) -> bool:
        """Whether a command does not count for the verdict on the whole."""
        return self.command is None and command in consumer.extra_commands

    def counts(self, consumer: Consumer, need: Need) -> bool:
        """Whether a purpose counts for the verdict on the whole: an extra one only if its command
        was asked for."""
        if self.command is not None or not need.commands:
            return True
        return not consumer.extra_commands.issuperset(need.commands)


WHOLE = Scope()
"""Everything that a tool does."""


class Outcome(Value):
    """The verdict on a purpose for one release of a tool.

    `taken` is the alternative that it uses, None if none that it knows is available; `missing` are
    the entries that would improve the verdict. `assumed` are entries that depend on the
    configuration and are assumed to be present, and those whose values would show whether the
    alternative is right, which is assumed; `misread` are printed in a format that the release does
    not read. `absent` are sources that the dump is known to lack; `rests_on` are those that it may
    have and on which the verdict depends.
    """

    need: Need
    verdict: Verdict
    taken: Alternative | None
    missing: tuple[str, ...]
    assumed: tuple[str, ...] = ()
    misread: tuple[str, ...] = ()
    absent: tuple[DumpSource, ...] = ()
    rests_on: tuple[DumpSource, ...] = ()

    @property
    def works(self) -> bool:
        return self.verdict in (Verdict.OK, Verdict.FALLBACK)

    @property
    def seen(self) -> str:
        """What a user sees."""
        return self.need.seen(self.verdict)

    def mends(self, verdict: Verdict) -> bool:
        """Whether it works, and better than with that verdict: ok is better than a fallback."""
        return self.works and self.verdict.rank < verdict.rank


def judge(consumer: Consumer, need: Need, release: ToolRelease, exports: Exports) -> Outcome | None:
    """The outcome for a purpose; None if that kernel or that release does not have it.

    A tool takes the first alternative whose entries are all present, even if that gives the wrong
    result on that kernel, which the tool can't know.
    """
    known = need.known_by(release)
    if not known or not _matters(need, exports):
        return None
    missing: dict[str, None] = {}
    absent: dict[DumpSource, None] = {}
    for place, alternative in enumerate(known):
        states = {key: exports.has(key) for key in alternative.keys}
        gone = [key for key, state in states.items() if state is False]
        untold = [one for one in alternative.of_dump if exports.of_dump.get(one) is False]
        if gone or untold:
            missing.update(dict.fromkeys(gone))
            absent.update(dict.fromkeys(untold))
            continue
        assumed = tuple(key for key, state in states.items() if state is None)
        assumed += tuple(key for key in _unknown(alternative, exports) if key not in assumed)
        misread = tuple(
            key
            for key in alternative.keys
            if key in exports.revalued
            or not consumer.can_read(key, exports.formats.get(key), release)
        )
        verdict = need.verdict if misread else _verdict(need, alternative, exports)
        is_ok = verdict is Verdict.OK
        return Outcome(
            need,
            verdict,
            alternative,
            () if is_ok else tuple(missing),
            assumed,
            misread,
            () if is_ok else tuple(absent),
            _rests_on(known[place:], exports),
        )
    return Outcome(need, need.verdict, None, tuple(missing), absent=tuple(absent))


def _rests_on(alternatives: Sequence[Alternative], exports: Exports) -> tuple[DumpSource, ...]:
    """The unknown sources on which the outcome depends: those of the leading alternatives that have
    some."""
    found: dict[DumpSource, None] = {}
    for alternative in alternatives:
        unknown = [one for one in alternative.of_dump if one not in exports.of_dump]
        if not unknown:
            break
        found.update(dict.fromkeys(unknown))
    return tuple(found)


def _unknown(taken: Alternative, exports: Exports) -> list[str]:
    """Unknown entries whose values would show whether an alternative is right."""
    if taken.when is None or exports.tells(taken.when) is not None:
        return []
    asked = dict.fromkeys(one.key for one in taken.when.walk() if isinstance(one, Key))
    return [key for key in asked if key not in exports.values]


def _matters(need: Need, exports: Exports) -> bool:
    if not need.concerns(exports.arch.name):
        return False
    if need.kernels is not None and not need.kernels.holds(
        exports.release_of(need.keys), exports.commits
    ):
        return False
    decided = need.condition == ALWAYS or exports.decides(need.condition)
    if decided is None and exports.is_note:
        # A kernel built for it exports the entries of an alternative that some release knows.
        return any(a.keys and all(map(exports.has, a.keys)) for a in need.alternatives)
    return decided is not False


def _verdict(need: Need, taken: Alternative, exports: Exports) -> Verdict:
    if not taken.is_right_for(exports.release_of(need.keys), exports.commits):
        return need.verdict
    if taken.when is not None and exports.tells(taken.when) is False:
        return need.verdict
    return Verdict.FALLBACK if taken.is_beside_note and need.falls_back else Verdict.OK


def outcomes(
    consumer: Consumer, release: ToolRelease, exports: Exports, scope: Scope = WHOLE
) -> list[Outcome]:
    """Every purpose of a release on a kernel, the worst first."""
    return worst_first(
        judge(consumer, need, release, exports) for need in consumer.needs if scope.has(need)
    )


def worst_first(found: Iterable[Outcome | None]) -> list[Outcome]:
    judged = [outcome for outcome in found if outcome is not None]
    return sorted(judged, key=lambda outcome: -outcome.verdict.rank)


def worst(found: list[Outcome]) -> Verdict:
    return max((outcome.verdict for outcome in found), key=lambda v: v.rank, default=Verdict.OK)


def later_releases(consumer: Consumer, release: ToolRelease) -> Iterator[ToolRelease]:
    """The later releases of a tool, in order, and `next`."""
    known = sorted(r.release for r in consumer.releases)
    yield from (other for other in known if other > release)
    if release.text != NEXT:
        yield ToolRelease.parse(NEXT)


def fixed_in(
    need: Need, consumer: Consumer, release: ToolRelease, exports: Exports, verdict: Verdict
) -> ToolRelease | None:
    """The first later release with a better and working outcome, None if there is none."""
    for later in later_releases(consumer, release):
        outcome = judge(consumer, need, later, exports)
        if outcome is not None and outcome.mends(verdict):
            return later
    return None
