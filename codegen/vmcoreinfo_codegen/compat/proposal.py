# SPDX-License-Identifier: MIT
"""A proposed change to what kernels export, given as keys, patches or trees, and the tools that it
breaks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from ..core.condition import ALWAYS, All, Condition
from ..core.expression import Read
from ..core.release import Release
from ..model import Architecture, Schema
from ..model.kernel import Kernel
from ..model.vocabulary import Format, Trait, Verdict
from ..patch.change import KernelChange, Unseen, together
from ..patch.problem import PatchError
from ..patch.view import View, lost_where
from ..record import Value, replace
from .behind import Behind, Redefinitions
from .impact import Break, Change, Impact, by_weight, impact
from .parser_quirks import PURPOSE
from .room import BUFFER, Buffer, Overflow, larger_than_read, overflow

MOST_ENTRIES = 10_000
"""The most entries that a change may remove or add; all kernels together print some 200."""


class Proposal(Value):
    """Entries to remove and add, and further changes in patches or trees."""

    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    changes: tuple[KernelChange, ...] = ()


class Judgement(Value):
    """The effect of a change. `open` is what could not be judged, `behind` are the names that
    change."""

    change: KernelChange
    impact: Impact
    breaks: tuple[Break, ...]
    overflows: tuple[Overflow, ...]
    behind: tuple[Behind, ...] = ()
    open: tuple[Unseen, ...] = ()

    @property
    def is_broken(self) -> bool:
        """Whether a tool is worse off; another way with the same result is not worse."""
        bad = any(one.verdict.rank > Verdict.FALLBACK.rank for one in self.breaks)
        return bad or any(full.is_sure for full in self.overflows)

    @property
    def is_open(self) -> bool:
        may_overflow = any(not full.is_sure for full in self.overflows)
        return bool(self.open) or may_overflow or any(not one.carried for one in self.behind)

    @property
    def is_unrelated(self) -> bool:
        """Whether no export, nor anything behind one, is touched."""
        views = (*self.change.views.values(), *self.change.foreign.values())
        changed = any(
            view.removed or view.added or view.reformatted or view.revalued or view.conditioned
            or view.moved or view.unplaced
            for view in views
        )  # fmt: skip
        return not (
            changed or self.breaks or self.behind or self.open or self.overflows
            or self.impact.removed or self.impact.added or self.change.touches
        )  # fmt: skip


def judge_all(
    schema: Schema,
    proposal: Proposal,
    to: Release | None,
    base: Release,
    kernel: Kernel | None = None,
) -> tuple[Judgement, list[Judgement]]:
    """The judgement on the whole, and on each patch if there are several; for a vendor's kernel, on
    the architectures that the vendor builds. Raises PatchError."""
    whole = together(schema, proposal.changes)
    if not proposal.changes:
        whole = KernelChange("", {})
    _refuse_beyond(proposal, whole)
    parts = [
        _judged(schema, change, ((), ()), to, base, kernel)
        for change in (proposal.changes if len(proposal.changes) > 1 else ())
    ]
    keys = (proposal.removed, proposal.added)
    return _judged(schema, whole, keys, to, base, kernel), parts


def base_of(schema: Schema, removed: Iterable[str], to: Release | None) -> Release:
    """The release that a change applies to: the one before `to`, or before the entries were
    removed.

    It is the newest if none of them was removed.
    """
    if to is None:
        entries = [schema.by_key[key] for key in removed if key in schema.by_key]
        gone = [entry.last.release for entry in entries if entry.last is not None]
        to = min(gone, key=lambda release: release.opening, default=None)
    if to is None:
        return schema.latest
    mainline = [declared.release for declared in schema.releases]
    before = [release for release in mainline if release.opening < to.branch.opening]
    return max(before, default=schema.latest, key=lambda release: release.opening)


def removed_keys(proposal: Proposal) -> list[str]:
    """All keys that are removed, on any architecture."""
    keys = dict.fromkeys(proposal.removed)
    for change in proposal.changes:
        for view in change.views.values():
            keys.update(dict.fromkeys(view.removed))
    return list(keys)


def _refuse_beyond(proposal: Proposal, whole: KernelChange) -> None:
    keys = {*proposal.removed, *proposal.added}
    for view in whole.views.values():
        keys |= view.removed.keys() | view.added.keys()
    if len(keys) > MOST_ENTRIES:
        raise PatchError(f"more than {MOST_ENTRIES} removed or added entries")


def _judged(
    schema: Schema,
    change: KernelChange,
    keys: tuple[Sequence[str], Sequence[str]],
    to: Release | None,
    base: Release,
    kernel: Kernel | None,
) -> Judgement:
    removed, added = keys
    # Nobody has dumps of an architecture that the kernel no longer has.
    archs = [
        arch
        for arch in schema.architectures
        if arch.source not in change.ended and (to is None or arch.existed_in(to))
        if kernel is None or kernel.builds(arch)
    ]
    changes = [_change(schema, arch, change.view(arch), removed, added, base) for arch in archs]
    told = {key for one in changes for key in one.touched}
    behind: list[Behind] = []
    copied: list[Break] = []
    if change.redefined:
        redefinitions = Redefinitions(schema, base, to, change.redefined.values())
        copied += _on(redefinitions.breaks(), archs) if kernel else redefinitions.breaks()
        behind += redefinitions.behind(told)
        changes = [
            replace(
                one,
                stirred=redefinitions.stirred(one.arch),
                stirred_needs=redefinitions.stirred_needs(one.arch),
            )
            for one in changes
        ]
    found = impact(schema, base, changes, to)
    breaks = [*found.breaks, *(one for one in copied if not _is_among(one, found.breaks))]
    buffer = Buffer(change.redefined.get(("value", BUFFER)))
    open_ = list(change.unseen)
    if buffer.redefined is not None:
        breaks += larger_than_read(schema, base, buffer)
        if any(buffer.room(base, arch) is None for arch in schema.architectures):
            r = buffer.redefined
            open_.append(Unseen(r.file, r.line, BUFFER, "the new buffer size was not understood"))
    breaks += _begins_otherwise(schema, {arch: change.view(arch).in_front for arch in archs})
    overflows = [
        full
        for arch in archs
        if change.view(arch).added or change.view(arch).reformatted or buffer.redefined
        if (full := overflow(schema, base, arch, change.view(arch), buffer))
    ]
    open_ += _open(schema, change, base)
    return Judgement(
        change, found, tuple(sorted(breaks, key=by_weight)), tuple(overflows), tuple(behind),
        tuple(dict.fromkeys(open_)),
    )  # fmt: skip


def _begins_otherwise(schema: Schema, in_front: Mapping[Architecture, Set[str]]) -> Iterator[Break]:
    """Parsers that recognise a note by its first line."""
    archs = tuple(arch.name for arch, keys in in_front.items() if keys)
    because = tuple(sorted({key for keys in in_front.values() for key in keys}))
    for consumer in schema.consumers if archs else ():
        for trait in consumer.traits:
            releases = tuple(r.release for r in consumer.releases if trait.is_of(r.release))
            if trait.trait is Trait.OSRELEASE_FIRST and releases:
                later = [r.release for r in consumer.releases if r.release > releases[-1]]
                yield Break(
                    consumer.name,
                    PURPOSE,
                    trait.text,
                    trait.verdict,
                    archs,
                    tuple(sorted(releases)),
                    min(later, default=None),
                    because=because,
                )


def _on(breaks: Iterable[Break], archs: Iterable[Architecture]) -> Iterator[Break]:
    """The breaks on some architectures."""
    names = {arch.name for arch in archs}
    for one in breaks:
        here = tuple(name for name in one.archs if name in names)
        if here:
            yield replace(one, archs=here)


def _is_among(broken: Break, others: Iterable[Break]) -> bool:
    """Whether a break is already reported for another reason."""
    return any(
        other.consumer == broken.consumer
        and other.purpose == broken.purpose
        and set(other.releases) >= set(broken.releases)
        and set(other.archs) >= set(broken.archs)
        for other in others
    )


def _change(
    schema: Schema,
    arch: Architecture,
    view: View,
    removed: Sequence[str],
    added: Sequence[str],
    base: Release,
) -> Change:
    lost: dict[str, Condition] = dict.fromkeys((*removed, *view.removed), ALWAYS)
    for key, (old, new) in view.conditioned.items():
        before = All((_known(schema, key, base, arch), old.condition))
        where = lost_where(before, new.condition)
        if where is not None and _is_stricter(old.condition, new.condition):
            lost[key] = where
    return Change(
        arch,
        lost,
        frozenset((*added, *view.added)),
        {
            key: Format(state.first.format)
            for key, state in view.after.items()
            if key in view.added or key in view.reformatted
        },
        frozenset(key for key in view.revalued if _is_other_value(schema, key, base, arch)),
    )


def _is_stricter(old: Condition, new: Condition) -> bool:
    """Whether a condition is stricter than before; False if they can't be compared."""
    return lost_where(new, old) is None


def _known(schema: Schema, key: str, base: Release, arch: Architecture) -> Condition:
    """The condition of an entry in the schema, which the patch may not show."""
    entry = schema.by_key.get(key)
    prediction = schema.predict_entry(entry, base, arch) if entry else None
    return prediction.condition if prediction else ALWAYS


def _is_other_value(schema: Schema, key: str, base: Release, arch: Architecture) -> bool:
    """Whether a symbol's value is read through a pointer, on some configuration, instead of being
    its address."""
    entry = schema.by_key.get(key)
    prediction = schema.predict_entry(entry, base, arch) if entry else None
    if entry is None or prediction is None:
        return False
    asked = prediction.export.debug_info(key, entry.kind, base, arch.name)
    return any(isinstance(node, Read) for expression in asked for node in expression.walk())


def _open(schema: Schema, change: KernelChange, base: Release) -> Iterable[Unseen]:
    """Changes of entries that can't be judged."""
    for arch in schema.architectures:
        view = change.view(arch)
        for key in view.unplaced:
            at = view.after[key].first
            yield Unseen(
                at.file, at.line, key, "the patch does not show whether it is in the same #if"
            )
        for key, (old, new) in view.conditioned.items():
            where = lost_where(old.condition, new.condition)
            if where is not None and not _is_stricter(old.condition, new.condition):
                at = new.first
                reason = f"only Kconfig can tell whether a kernel with {where} exists"
                yield Unseen(at.file, at.line, key, reason)
        for key, (old, new) in view.revalued.items():
            if not _is_other_value(schema, key, base, arch):
                told = f"its value is {new.first.value or '?'} instead of {old.first.value or '?'}"
                yield Unseen(new.first.file, new.first.line, key, told)
    for folder, view in change.foreign.items():
        for key, state in view.removed.items():
            reason = f"the schema does not know the architecture {folder}"
            yield Unseen(state.first.file, state.first.line, key, reason)
