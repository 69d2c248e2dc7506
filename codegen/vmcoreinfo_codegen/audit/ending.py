# SPDX-License-Identifier: MIT
"""Whether a note begins and ends where the kernel's does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .missing import Missing
    from .subject import Subject


class Unfinished(NamedTuple):
    """The last line where no newline ends it: its number, from 1, and its key, if that is whole."""

    line: int
    key: str | None


class Ends(NamedTuple):
    """Keys that the kernel prints before the first line of a note, and behind its last one.

    Empty if the note was not cut there.
    """

    head: tuple[str, ...] = ()
    tail: tuple[str, ...] = ()


def ends_of(subject: Subject) -> Ends:
    """What is missing at either end of a note, by the order in which the kernel prints its keys."""
    unfinished = subject.unfinished
    cut_key = unfinished.key if unfinished is not None else None
    lost = [one for one in subject.missing if one.key != cut_key]
    if not lost:
        return Ends()
    places = subject.places
    present = [places[key] for key in _keys(subject) if key in places]
    if not present:
        # The very first line is cut.
        return Ends(tail=_cut_off(lost, lost)) if unfinished else Ends()
    head = [one for one in lost if places[one.key] < min(present)]
    tail = [one for one in lost if places[one.key] > max(present)]
    return Ends(() if "OSRELEASE" in subject.info else _cut_off(head, lost), _cut_off(tail, lost))


def _keys(subject: Subject) -> Iterator[str]:
    yield from (line.key for line in subject.info.lines)
    if subject.unfinished is not None and subject.unfinished.key is not None:
        yield subject.unfinished.key


def _cut_off(end: list[Missing], lost: list[Missing]) -> tuple[str, ...]:
    """Keys that are missing at one end; none if no less is missing elsewhere.

    What a vendor may have taken away shows nothing.
    """
    sure, all_sure = (sum(not one.may_be_gone for one in some) for some in (end, lost))
    return tuple(one.key for one in end) if 2 * sure > all_sure else ()
