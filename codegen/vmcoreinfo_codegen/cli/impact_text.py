# SPDX-License-Identifier: MIT
"""Tools that a change breaks, as text: a table for people, and a reply to a mail."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from ..query.interface.consumers import Broken, ChangedEntry, Full, Impacts
from .layout import prose_width, wrapped

_WIDTH = 96
_MAIL = 72
_MOST_ARCHS = 6
_EVERY = "every architecture"
_MOST_SHOWN = 8
_OUTCOMES = {
    "breaks": "breaks a tool",
    "not-judged": "not judged",
    "nothing": "breaks nothing",
    "unrelated": "touches no export",
}


def table(answer: Impacts) -> Iterator[str]:
    """Everything in the answer."""
    width = prose_width(_WIDTH)
    yield f"On a kernel like {answer.kernel}:"
    yield from _changes(answer, width)
    for one in answer.patches:
        yield wrapped(one.subject, f"  {_OUTCOMES[one.outcome]:<20}", " " * 22)
    yield ""
    yield from _verdict(answer, width)
    yield from _breaks(answer, answer.breaks, width)
    yield from _full(answer, width)
    yield from _not_judged(answer, width)
    if answer.unused_after:
        yield ""
        yield "No longer used by any tool:"
        yield from (f"  {key}" for key in answer.unused_after)
    if answer.no_alternative:
        yield ""
        yield "No replacement:"
        alone: dict[str, list[str]] = {}
        for missing in answer.no_alternative:
            alone.setdefault(f"{missing.consumer}, {missing.purpose}", []).append(missing.arch)
        for what, archs in alone.items():
            text = f"  {what}: on {_archs(answer, archs)}"
            yield from textwrap.wrap(text, width, subsequent_indent="    ")
    if answer.unknown:
        yield ""
        text = f"Not in the schema (new or misspelt): {' '.join(answer.unknown)}"
        yield from textwrap.wrap(text, width, subsequent_indent="  ", break_on_hyphens=False)


def mail(answer: Impacts) -> Iterator[str]:
    """A short text; each claim names the releases and what their users see."""
    yield from _changes(answer, _MAIL)
    yield ""
    yield from _verdict(answer, _MAIL)
    bad = [one for one in answer.breaks if one.verdict != "fallback"]
    yield from _breaks(answer, bad, _MAIL)
    yield from _full(answer, _MAIL)
    yield from _not_judged(answer, _MAIL)


def _full(answer: Impacts, width: int) -> Iterator[str]:
    """Architectures with the same buffer together, and the entries cut off on the first of them."""
    groups: dict[tuple[bool, int], list[Full]] = {}
    for one in answer.full:
        groups.setdefault((one.sure, one.room), []).append(one)
    for (sure, room), found in groups.items():
        fits = "no longer fits" if sure else "may no longer fit"
        archs = _archs(answer, [one.arch for one in found])
        most = max(one.bytes for one in found)
        first = found[0]
        text = (
            f"VMCOREINFO {fits} its {room} bytes on {archs}: it grows to up to {most}. Its end is "
            "cut off: "
            f"{_listed(first.cut)} on {first.arch}, read by {_listed(first.readers)}."
        )
        yield from textwrap.wrap(text, width, break_on_hyphens=False)


def _verdict(answer: Impacts, width: int) -> Iterator[str]:
    text = ""
    if answer.outcome == "unrelated":
        text = "The change touches neither an export nor any name known to be behind one."
    elif answer.outcome == "not-judged":
        text = (
            "No tool release in the schema is known to break, but parts of the change could not be "
            "judged."
        )
    elif answer.outcome == "nothing":
        if answer.changes and all(one.change == "moved" for one in answer.changes):
            yield "Entries move, but are printed as before."
        elif not answer.changes and not answer.behind:
            yield "All entries are printed as before."
        text = "No tool release in the schema breaks."
    yield from textwrap.wrap(text, width)


_SIGNS = {"removed": "-", "added": "+", "moved": ">"}


def _changes(answer: Impacts, width: int) -> Iterator[str]:
    moved = [one for one in answer.changes if one.change == "moved"]
    for one in answer.changes:
        if one.change == "moved" and len(moved) > _MOST_SHOWN:
            continue
        sign = _SIGNS.get(one.change, "~")
        is_everywhere = set(answer.archs) <= set(one.archs)
        text = _what(one) if is_everywhere else f"{_what(one)}  ({_archs(answer, one.archs)})"
        if one.there_already:
            text += f"  already exported on {_listed(one.there_already)}"
        yield from textwrap.wrap(
            text,
            width,
            initial_indent=f"  {sign} ",
            subsequent_indent="      ",
            break_on_hyphens=False,
        )
    if len(moved) > _MOST_SHOWN:
        yield f"  > {len({one.key for one in moved})} entries move"
    for name in answer.behind:
        what = "carried by" if name.carried else "behind"
        yield from textwrap.wrap(
            f"{name.name} changes, {what} {_listed(name.keys)}", width,
            initial_indent="  * ", subsequent_indent="      ", break_on_hyphens=False,
        )  # fmt: skip


def _what(one: ChangedEntry) -> str:
    match one.change:
        case "renamed":
            return f"{one.before} becomes {one.after}"
        case "format" | "value":
            return f"{one.key}: {one.before} becomes {one.after}"
        case "condition":
            return f"{one.key}: printed if {one.after}, was {one.before}"
        case "moved" if one.before != one.after:
            return f"{one.key} moves to {one.after}"
    return one.key


def _breaks(answer: Impacts, breaks: Iterable[Broken], width: int) -> Iterator[str]:
    for one in breaks:
        where = f" if {one.where}" if one.where else ""
        archs = _archs(answer, one.archs)
        told = f"{one.consumer} {one.releases}: {one.purpose} on {archs}{where}: {one.verdict}"
        if one.runs:
            told += f", seen {one.runs} time{'s' if one.runs > 1 else ''}"
        yield from textwrap.wrap(told, width, subsequent_indent="  ", break_on_hyphens=False)
        later = "its repository, not released yet" if one.fixed_in == "next" else one.fixed_in
        fixed = f"Fixed in {later}." if one.fixed_in else "No release works with the change."
        if one.verdict == "fallback":
            fixed = "The result is the same."
        yield from _wrapped(f"{one.seen.rstrip('.')}. {fixed}", width)


def _archs(answer: Impacts, archs: list[str]) -> str:
    """Names of architectures; the few exceptions instead if that is shorter."""
    others = [name for name in answer.archs if name not in archs]
    if len(archs) <= _MOST_ARCHS or len(others) >= len(archs):
        return ", ".join(archs)
    return f"{_EVERY} but {', '.join(others)}" if others else _EVERY


def _not_judged(answer: Impacts, width: int) -> Iterator[str]:
    told = [f"{o.file}:{o.line}: {o.text}: {o.reason}" for o in answer.not_judged]
    told += [
        f"{o.file}:{o.line}: touches {o.name}, behind {_listed(o.keys)}"
        + (f", read by {_listed(o.readers)}" if o.readers else "")
        for o in answer.behind
        if not o.carried
    ]
    if told:
        yield ""
        yield "Not judged:"
        for text in told:
            yield from _wrapped(text, width, 2)


def _listed(names: list[str]) -> str:
    shown = names[:_MOST_SHOWN]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "") if names else "no tool"


def _wrapped(text: str, width: int, indent: int = 4) -> list[str]:
    lead = " " * indent
    return textwrap.wrap(
        text, width, initial_indent=lead, subsequent_indent=lead, break_on_hyphens=False
    )
