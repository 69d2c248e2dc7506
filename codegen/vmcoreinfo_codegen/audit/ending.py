# SPDX-License-Identifier: MIT
"""Whether a note begins and ends like the kernel's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .missing import Missing
    from .subject import Subject


class Unfinished(NamedTuple):
    """A last line without a newline: its number, from 1, and its key, if that is complete."""

    line: int
    key: str | None


class Ends(NamedTuple):
    """Keys that the kernel prints before the first line of a note, and after its last one.

    Empty at an end where the note is not cut.
    """

    head: tuple[str, ...] = ()
    tail: tuple[str, ...] = ()


def ends_of(subject: Subject) -> Ends:
    """The keys missing at either end of a note, according to the order in which the kernel prints
    them."""
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
    """Keys missing at one end; none if at least as many are missing elsewhere.

    Keys that the vendor may have removed don't count.
    """
    sure, all_sure = (sum(not one.may_be_gone for one in some) for some in (end, lost))
    return tuple(one.key for one in end) if 2 * sure > all_sure else ()
