# SPDX-License-Identifier: MIT
"""A proposed change to what kernels export, by keys and by a patch, and the answer to who breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from ..core.release import Release
from ..model import Architecture, Schema
from ..model.vocabulary import Verdict
from ..query.interface.consumers import Broken, Impacts, Judged, NoAlternative
from .impact import Break, Change, impact
from .parser_quirks import PURPOSE
from .patch import MOST_EXPORTS, Patch, PatchError, Touched


@dataclass(frozen=True)
class Proposal:
    """Entries that are to go and to come, and those that a patch takes out, puts in, or reformats."""

    removed: tuple[str, ...]
    added: tuple[str, ...]
    patch: Patch

    @property
    def gone(self) -> list[Touched]:
        return [Touched(key, "", None) for key in self.removed] + self.patch.gone()

    @property
    def come(self) -> list[Touched]:
        return [Touched(key, "", None) for key in self.added] + self.patch.came()

    @property
    def is_empty(self) -> bool:
        return not (self.gone or self.come or self.patch.reformatted)


def answer(schema: Schema, proposal: Proposal, to: Release | None) -> Impacts:
    """Who breaks by a change that `to` is to have; None lets the entries tell.

    Raises PatchError for more than such a change can be about.
    """
    gone, come = proposal.gone, proposal.come
    if len(gone) + len(come) > MOST_EXPORTS:
        raise PatchError(f"more than {MOST_EXPORTS} entries that go or come")
    base = base_of(schema, [touched.key for touched in gone], to)
    changes = [_change(arch, gone, come, proposal.patch) for arch in schema.architectures]
    found = impact(schema, base, changes)
    patch = proposal.patch
    return Impacts(
        kernel=str(found.base),
        removed=list(found.removed),
        added=list(found.added),
        renamed=[f"{old.key} becomes {new.key}" for old, new in patch.renamed()],
        reformatted=[f"{old.key}: {old.form} becomes {new.form}" for old, new in patch.reformatted],
        unknown=[key for key in (*found.removed, *found.added) if key not in schema.by_key],
        breaks=[_broken(one) for one in found.breaks],
        unused_after=list(found.unused_after),
        no_alternative=[alone for one in found.breaks for alone in _without_alternative(one)],
    )


def base_of(schema: Schema, removed: list[str], to: Release | None) -> Release:
    """The release that a change is made to: the one before `to`, or before the entries went.

    Where none of them went, it is the newest.
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


def _change(
    arch: Architecture, removed: list[Touched], added: list[Touched], patch: Patch
) -> Change:
    return Change(
        arch,
        frozenset(t.key for t in removed if t.source in (None, arch.source)),
        frozenset(t.key for t in added if t.source in (None, arch.source)),
        patch.formats(arch.source),
    )


def _without_alternative(one: Break) -> Iterator[NoAlternative]:
    """Where no release works after it."""
    if one.fixed_in is None and one.purpose != PURPOSE and one.verdict is not Verdict.FALLBACK:
        for arch in one.archs:
            yield NoAlternative(arch=arch, consumer=one.consumer, purpose=one.purpose)


def _broken(one: Break) -> Broken:
    first, last = str(one.releases[0]), str(one.releases[-1])
    return Broken(
        consumer=one.consumer,
        releases=first if first == last else f"{first}..{last}",
        purpose=one.purpose,
        verdict=cast("Judged", one.verdict.value),
        archs=list(one.archs),
        seen=one.seen,
        fixed_in=str(one.fixed_in) if one.fixed_in else None,
    )
