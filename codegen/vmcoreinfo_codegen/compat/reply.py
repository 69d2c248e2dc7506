# SPDX-License-Identifier: MIT
"""The answer to which tools a proposed change breaks, as verbs print it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import cast

from ..core.condition import Condition
from ..core.key import Kind, argument_of, kind_of
from ..core.release import Release
from ..model import Architecture, Schema
from ..model.kernel import Kernel
from ..model.vocabulary import Verdict
from ..patch.view import State, View
from ..query.interface.consumers import (
    Broken,
    ChangedEntry,
    ChangedName,
    Full,
    How,
    Impacts,
    Judged,
    NoAlternative,
    NotJudged,
    Outcome,
    PatchImpact,
)
from ..query.kernel_line import kernel_line
from .impact import Break
from .parser_quirks import PURPOSE
from .proposal import Judgement, Proposal, base_of, judge_all, removed_keys
from .witness import Witness

_Told = tuple[str, How, str, str, str, int]


def answer(
    schema: Schema,
    proposal: Proposal,
    to: Release | None = None,
    base: Release | None = None,
    observed: Path | None = None,
    kernel: Kernel | None = None,
) -> Impacts:
    """The tools that a change from `base` to `to` breaks; None derives these from the entries.

    If a vendor's `kernel` is given, the change applies to it, and `to` and `base` are not used.
    `observed` is the folder of the schema, beside which observations may be. Raises
    ObservationError, and PatchError if the change is too large.
    """
    gone = removed_keys(proposal)
    if kernel is not None:
        schema, to, base = kernel.schema, kernel.release, kernel.release
    if base is None:
        base = base_of(schema, gone, to or _came(schema, proposal, gone))
    whole, parts = judge_all(schema, proposal, to or _after(schema, gone, base), base, kernel)
    found = whole.impact
    witness = Witness(schema, observed, found.removed)
    there = [arch for arch in schema.architectures if kernel is None or kernel.builds(arch)]
    return Impacts(
        outcome=outcome_of(whole),
        kernel=kernel.told if kernel is not None else str(base),
        line=kernel_line(kernel),
        archs=[arch.name for arch in there if arch.existed_in(base)],
        removed=list(found.removed),
        added=list(found.added),
        changes=_entries(schema, there, whole, base),
        behind=[
            ChangedName(
                name=one.changed.shown,
                file=one.changed.file,
                line=one.changed.line,
                before=list(one.changed.before),
                after=list(one.changed.after),
                keys=list(one.keys),
                carried=one.carried,
                readers=_readers(schema, one.keys),
            )
            for one in whole.behind
        ],
        unknown=[key for key in (*found.removed, *found.added) if key not in schema.by_key],
        breaks=[_broken(one, witness) for one in whole.breaks],
        full=[
            Full(
                arch=one.arch.name,
                bytes=one.bytes,
                room=one.room,
                sure=one.is_sure,
                cut=list(one.cut),
                readers=_readers(schema, one.cut),
            )
            for one in whole.overflows
        ],
        not_judged=[
            NotJudged(file=one.file, line=one.line, text=one.text, reason=one.reason)
            for one in whole.open
        ],
        unused_after=list(found.unused_after),
        no_alternative=[alone for one in whole.breaks for alone in _without_alternative(one)],
        patches=[_part(one, witness) for one in parts],
    )


def outcome_of(judged: Judgement) -> Outcome:
    if judged.is_broken:
        return "breaks"
    if judged.is_open:
        return "not-judged"
    return "unrelated" if judged.is_unrelated else "nothing"


def _part(judged: Judgement, witness: Witness) -> PatchImpact:
    patch = judged.change.patch
    return PatchImpact(
        subject=judged.change.subject,
        message_id=patch.message_id if patch else None,
        commit=patch.commit if patch else None,
        outcome=outcome_of(judged),
        breaks=[_broken(one, witness) for one in judged.breaks],
    )


def _after(schema: Schema, gone: Iterable[str], base: Release) -> Release | None:
    """The release that removed these entries, if it is after the base."""
    entries = [schema.by_key[key] for key in gone if key in schema.by_key]
    ends = [entry.last.release for entry in entries if entry.last is not None]
    to = min(ends, key=lambda release: release.opening, default=None)
    return to if to is not None and to.opening > base.opening else None


def _came(schema: Schema, proposal: Proposal, gone: list[str]) -> Release | None:
    """The release that added the entries added here, if no removal determines it."""
    if any(schema.by_key[key].last for key in gone if key in schema.by_key):
        return None
    found: list[Release] = []
    for change in proposal.changes:
        for arch in schema.architectures:
            for key in change.view(arch).added:
                entry = schema.by_key.get(key)
                exports = [e for e in entry.exports if e.concerns(arch.name)] if entry else []
                if not exports:
                    # An entry that no kernel had is for the next release.
                    return None
                found.append(min((e.first.release for e in exports), key=lambda r: r.opening))
    return max(found, default=None, key=lambda release: release.opening)


def _readers(schema: Schema, keys: Iterable[str]) -> list[str]:
    wanted = set(keys)
    return [c.name for c in schema.consumers if wanted.intersection(c.keys)]


# Entries.


def _entries(
    schema: Schema, architectures: Sequence[Architecture], whole: Judgement, base: Release
) -> list[ChangedEntry]:
    """The changes of entries, with architectures grouped if they have the same change."""
    archs: dict[_Told, list[str]] = {}
    there: dict[_Told, list[str]] = {}
    removed, added = whole.impact.removed, whole.impact.added
    for arch in architectures:
        view = whole.change.view(arch)
        for told in _told(view):
            archs.setdefault(told, []).append(arch.name)
            entry = schema.by_key.get(told[0])
            if told[1] == "added" and entry and schema.predict_entry(entry, base, arch):
                there.setdefault(told, []).append(arch.name)
    for folder, view in whole.change.foreign.items():
        for told in _told(view):
            archs.setdefault(told, []).append(folder)
    seen = {told[0] for told in archs}
    for keys, how in ((removed, "removed"), (added, "added")):
        for key in keys:
            if key not in seen:
                archs[(key, cast("How", how), "", "", "", 0)] = [a.name for a in architectures]
    return [
        ChangedEntry(
            key=key,
            change=how,
            before=before,
            after=after,
            file=file or None,
            line=line or None,
            archs=archs[key, how, before, after, file, line],
            there_already=there.get((key, how, before, after, file, line), []),
        )
        for key, how, before, after, file, line in archs
    ]


def _told(view: View) -> Iterator[_Told]:
    renamed = _renamed(view)
    for key, state in view.removed.items():
        if key in renamed:
            other = renamed[key]
            yield _at(key, "renamed", key, other, view.after[other])
        else:
            yield _at(key, "removed", state.first.printf, "", state)
    for key, state in view.added.items():
        if key not in renamed.values():
            yield _at(key, "added", "", state.first.printf, state)
    for key, (old, new) in view.reformatted.items():
        yield _at(key, "format", _form(old), _form(new), new)
    for key, (old, new) in view.revalued.items():
        yield _at(key, "value", old.first.value, new.first.value, new)
    for key, (old, new) in view.conditioned.items():
        yield _at(key, "condition", _shown(old.condition), _shown(new.condition), new)
    changed = {*view.reformatted, *view.revalued, *view.conditioned}
    for key in view.moved:
        if key not in changed:
            yield _at(
                key,
                "moved",
                view.before[key].first.file,
                view.after[key].first.file,
                view.after[key],
            )


def _at(key: str, how: How, before: str, after: str, state: State) -> _Told:
    return (key, how, before, after, state.first.file, state.first.line)


def _form(state: State) -> str:
    return state.first.printf.partition("=")[2]


def _shown(condition: Condition) -> str:
    text = str(condition)
    return "always" if text == "1" else text


def _renamed(view: View) -> dict[str, str]:
    """Removed keys with the added key of the same kind and struct.

    If either side has several, they can't be matched.
    """
    gone, came = _by_struct(view.removed), _by_struct(view.added)
    return {
        olds[0]: came[struct][0]
        for struct, olds in gone.items()
        if len(olds) == 1 and len(came.get(struct, ())) == 1
    }


def _by_struct(keys: Iterable[str]) -> dict[tuple[Kind, str], list[str]]:
    found: dict[tuple[Kind, str], list[str]] = {}
    for key in keys:
        struct, dot, _ = argument_of(key).partition(".")
        if dot:
            found.setdefault((kind_of(key), struct), []).append(key)
    return found


# Tools.


def _without_alternative(one: Break) -> Iterator[NoAlternative]:
    """Architectures on which no release works after the change."""
    if one.fixed_in is None and one.purpose != PURPOSE and one.verdict is not Verdict.FALLBACK:
        for arch in one.archs:
            yield NoAlternative(arch=arch, consumer=one.consumer, purpose=one.purpose)


def _broken(one: Break, witness: Witness) -> Broken:
    runs = witness.runs(one)
    first, last = str(one.releases[0]), str(one.releases[-1])
    return Broken(
        consumer=one.consumer,
        releases=first if first == last else f"{first}..{last}",
        purpose=one.purpose,
        verdict=cast("Judged", one.verdict.value),
        archs=list(one.archs),
        where=one.where,
        because=list(one.because),
        seen=one.seen,
        rests_on="seen" if runs else "worked out",
        runs=runs,
        fixed_in=str(one.fixed_in) if one.fixed_in else None,
    )
