# SPDX-License-Identifier: MIT
"""Missing entries that the kernel must print, according to the configuration or to other
entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..core.condition import ALWAYS, Condition, literals
from ..model.vocabulary import QuirkKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..model.entry import Prediction
    from .subject import Subject


@dataclass(frozen=True)
class Missing:
    """An entry that should be present: `why`, and whether its vendor may have removed it."""

    key: str
    why: str
    may_be_gone: bool = False


def missing(subject: Subject) -> Iterator[Missing]:
    """Entries that every possible kernel of the note prints and the note lacks, in schema order.

    With a .config: all whose condition is true. Without one: those without a condition, and those
    whose condition follows from other keys of the note.
    """
    if not subject.predictions:
        return
    in_all = set.intersection(*({*predicted} for predicted in subject.predictions))
    shown = [] if subject.config is not None else [_Shown(p, subject) for p in subject.predictions]
    for key, prediction in subject.predictions[0].items():
        if key not in in_all or key in subject.info or subject.quirks(key, QuirkKind.MISSING):
            continue
        conditions = [p[key].condition for p in subject.predictions]
        if subject.config is not None:
            if all(condition.evaluate(subject.config) for condition in conditions):
                always = prediction.is_unconditional
                because = "" if always else f", as {prediction.condition} is true"
                yield Missing(key, f"this kernel exports it{because}")
        elif all(condition == ALWAYS for condition in conditions):
            gone = _may_be_gone(subject, key, prediction)
            yield Missing(key, f"every {_kernel(subject)} exports it", gone)
        else:
            found = [s.witness(c) for s, c in zip(shown, conditions, strict=True)]
            if all(found):
                why = (
                    f"this kernel exports it, as {found[0]} shows that {prediction.condition} is "
                    "true"
                )
                yield Missing(key, why, _may_be_gone(subject, key, prediction))


class _Shown:
    """The conditions that the keys of a note prove for one kernel."""

    def __init__(self, predicted: Mapping[str, Prediction], subject: Subject) -> None:
        self._symbols: dict[str, bool | int] = {}
        self._by_symbol: dict[str, str] = {}
        self._whole: dict[Condition, str] = {}
        for key, prediction in predicted.items():
            condition = prediction.condition
            if condition == ALWAYS or key not in subject.info:
                continue
            self._whole.setdefault(condition, key)
            for name, value in literals(condition).items():
                self._symbols.setdefault(name, value)
                self._by_symbol.setdefault(name, key)

    def witness(self, condition: Condition) -> str | None:
        """A key that proves the condition; any key for one that always holds."""
        if condition in self._whole:
            return self._whole[condition]
        if condition.evaluate(self._symbols):
            keys = (self._by_symbol.get(name) for name in sorted(condition.names()))
            return next(filter(None, keys), "OSRELEASE")
        return None


def _may_be_gone(subject: Subject, key: str, prediction: Prediction) -> bool:
    """Whether the vendor may have backported the removal of an entry.

    It has not if a key is present that the same commit removed.
    """
    if not subject.may_be_backported or not _goes(subject, key, prediction):
        return False
    last = prediction.export.last
    return last is None or last.commit is None or last.commit not in _commits(subject)


def _goes(subject: Subject, key: str, prediction: Prediction) -> bool:
    """Whether a later mainline release lacks the entry, or has it in fewer configurations."""
    schema, release = subject.schema, subject.release
    assert release is not None
    later = [one.release for one in schema.releases if one.release > release.branch]
    for arch in subject.archs:
        for other in later if arch.existed_in(release) else ():
            found = schema.predict_entry(schema.by_key[key], other, arch)
            if arch.existed_in(other) and (
                found is None or (prediction.is_unconditional and not found.is_unconditional)
            ):
                return True
    return False


def _commits(subject: Subject) -> set[str]:
    """Commits that removed keys of the note in a later release."""
    ends = (
        prediction.export.last
        for predicted in subject.predictions
        for key, prediction in predicted.items()
        if key in subject.info
    )
    return {end.commit for end in ends if end is not None and end.commit is not None}


def _kernel(subject: Subject) -> str:
    return f"{subject.arch.name if subject.arch else 'kernel'} {subject.release}"
