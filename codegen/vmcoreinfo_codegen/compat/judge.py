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
    """What a tool is run for: one of its commands, at a dump level; None stands for all there are."""

    command: str | None = None
    level: int | None = None

    def has(self, need: Need) -> bool:
        return need.counts_for(self.command, self.level)

    def asks(self, command: str, level: int | None) -> bool:
        """Whether a run of a command is of what is asked about."""
        return self.command in (None, command) and self.level in (None, level)

    def leaves_out(self, consumer: Consumer, command: str) -> bool:
        """Whether a command is not part of what is said of the whole."""
        return self.command is None and command in consumer.extra_commands

    def counts(self, consumer: Consumer, need: Need) -> bool:
        """Whether a purpose is part of what is said of the whole: what is extra is where it is asked for."""
        if self.command is not None or not need.commands:
            return True
        return not consumer.extra_commands.issuperset(need.commands)


WHOLE = Scope()
"""All that a tool does."""


class Outcome(Value):
    """What one release of a tool comes to.

    `taken` is the alternative that it uses, None if it knows none that is there; `missing` are the
    entries without which it is no better. `assumed` are those that the configuration decides, which
    are taken for there, and those whose values would tell whether the alternative is right, which
    is assumed; `misread` those that are printed in a form that the release does not read. `absent`
    is what the dump is known not to tell; `rests_on` what it may tell by which this works, if that
    is not known.
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
        """Whether it works, and better than with that verdict: a fallback is mended by what is ok."""
        return self.works and self.verdict.rank < verdict.rank


def judge(consumer: Consumer, need: Need, release: ToolRelease, exports: Exports) -> Outcome | None:
    """The outcome for a purpose; None if there is no such purpose on that kernel or in that
    release.

    A tool takes the first alternative whose entries are all there, even one that gives the
    wrong answer on that kernel: it does not know.
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
    """What the dump may tell, where it is not known: any of it, if the first alternative rests on some."""
    found: dict[DumpSource, None] = {}
    for alternative in alternatives:
        unknown = [one for one in alternative.of_dump if one not in exports.of_dump]
        if not unknown:
            break
        found.update(dict.fromkeys(unknown))
    return tuple(found)


def _unknown(taken: Alternative, exports: Exports) -> list[str]:
    """Entries whose values would tell whether an alternative is right, and are not known."""
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
        # A kernel that is built for it exports it, by an alternative that some release knows.
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
    """The releases after one, and what is in the tool's repository only, in order."""
    known = sorted(r.release for r in consumer.releases)
    yield from (other for other in known if other > release)
    if release.text != NEXT:
        yield ToolRelease.parse(NEXT)


def fixed_in(
    need: Need, consumer: Consumer, release: ToolRelease, exports: Exports, verdict: Verdict
) -> ToolRelease | None:
    """The first later release for which the purpose works better than `verdict`, None if none does."""
    for later in later_releases(consumer, release):
        outcome = judge(consumer, need, later, exports)
        if outcome is not None and outcome.mends(verdict):
            return later
    return None
