# SPDX-License-Identifier: MIT
"""The changes of a vendor's build to its line, from what its tree prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ..core.condition import Condition, equivalent
from ..core.release import Release
from ..model import Architecture, Entry, Format, Prediction, Schema
from ..record import Value

Printed = Mapping[str, tuple[Condition, str]]
"""For each key, the condition on which a tree prints it, and the format."""


class LineStep(Value):
    """Keys that a build exports like mainline `like`, or on a condition, or not at all.

    `archs` is None if that holds on all architectures of the line.
    """

    keys: tuple[str, ...]
    archs: tuple[str, ...] | None
    like: Release | None
    printed: tuple[Condition, str] | None


class _State(NamedTuple):
    """The state of a key on the architectures on which it differs from the line."""

    archs: tuple[str, ...] | None
    like: Release | None
    printed: tuple[Condition, str] | None


def line_steps(
    mainline: Schema,
    before: Schema,
    base: Release,
    archs: Sequence[Architecture],
    printed: Mapping[str, Printed],
) -> tuple[list[LineStep], list[str]]:
    """The steps for a build, and keys that are not in the schema.

    `before` is the schema of the line without this build; `printed` is what the build's tree
    prints, by architecture.
    """
    predicted = {arch.name: {p.key: p for p in before.predict(base, arch)} for arch in archs}
    found: dict[_State, list[str]] = {}
    for entry in before.entries:
        other = [
            arch
            for arch in archs
            if not is_as_printed(predicted[arch.name].get(entry.key), _of(printed, arch, entry.key))
        ]
        if other:
            for state in _states(mainline.by_key[entry.key], mainline, base, archs, other, printed):
                found.setdefault(state, []).append(entry.key)
    steps = [LineStep(tuple(keys), *state) for state, keys in found.items()]
    unknown = {key for one in printed.values() for key in one} - before.by_key.keys()
    return sorted(steps, key=_place), sorted(unknown)


def _place(step: LineStep) -> tuple[object, ...]:
    order = step.like.opening if step.like else ((1 << 30,),)
    return (step.like is None, step.printed is None, order, step.archs or ())


def is_as_printed(prediction: Prediction | None, seen: tuple[Condition, str] | None) -> bool:
    """Whether a tree prints a key as predicted."""
    if prediction is None or seen is None:
        return prediction is None and seen is None
    condition, format_ = seen
    # `%s` prints any text; only the schema can know that it is hexadecimal digits.
    same = format_ == prediction.format.value or format_ == Format.STRING.value
    return same and equivalent(condition, prediction.condition)


def _of(
    printed: Mapping[str, Printed], arch: Architecture, key: str
) -> tuple[Condition, str] | None:
    return printed[arch.name].get(key)


def _states(
    entry: Entry,
    mainline: Schema,
    base: Release,
    archs: Sequence[Architecture],
    other: Sequence[Architecture],
    printed: Mapping[str, Printed],
) -> Iterator[_State]:
    """The mainline releases that print the key like the tree; its state if there is none."""
    gone = [arch for arch in other if _of(printed, arch, entry.key) is None]
    if gone:
        fits = {arch.name for arch in archs if _of(printed, arch, entry.key) is None}
        last = None if entry.is_out_of_tree else entry.last
        ended = last.release if last else None
        # If mainline has removed it, the line took over that change.
        yield _State(_names(archs, gone, fits), ended, None)
    left = [arch for arch in other if arch not in gone]
    if not left:
        return
    for release in _nearest(mainline, base):
        fits = {
            arch.name
            for arch in archs
            if is_as_printed(
                mainline.predict_entry(entry, release, arch), _of(printed, arch, entry.key)
            )
        }
        if fits.issuperset(arch.name for arch in left):
            yield _State(_names(archs, left, fits), release, None)
            return
    # No release fits all architectures, so look at each one separately.
    rest: dict[tuple[Condition, str] | None, list[Architecture]] = {}
    by_release: dict[Release, list[Architecture]] = {}
    for arch in left:
        seen = _of(printed, arch, entry.key)
        like = next(
            (
                release
                for release in _nearest(mainline, base)
                if is_as_printed(mainline.predict_entry(entry, release, arch), seen)
            ),
            None,
        )
        if like is not None:
            by_release.setdefault(like, []).append(arch)
            continue
        same = next((one for one in rest if _is_same(one, seen)), seen)
        rest.setdefault(same, []).append(arch)
    for release, some in by_release.items():
        yield _State(tuple(arch.name for arch in some), release, None)
    for said, some in rest.items():
        fits = {arch.name for arch in archs if _is_same(said, _of(printed, arch, entry.key))}
        yield _State(_names(archs, some, fits), None, said)


def _is_same(one: tuple[Condition, str] | None, other: tuple[Condition, str] | None) -> bool:
    if one is None or other is None:
        return one is other
    return one[1] == other[1] and equivalent(one[0], other[0])


def _names(
    archs: Iterable[Architecture], some: Iterable[Architecture], fits: set[str]
) -> tuple[str, ...] | None:
    """The architectures of a clause; None if it holds on all."""
    if fits.issuperset(arch.name for arch in archs):
        return None
    return tuple(arch.name for arch in some)


def _nearest(schema: Schema, base: Release) -> list[Release]:
    """Mainline releases after the base, the next one first, then those before it, the latest
    first.
    """
    releases = [declared.release for declared in schema.releases]
    later = [release for release in releases if release.mainline > base.mainline]
    return [*later, *reversed([r for r in releases if r.mainline < base.mainline])]
