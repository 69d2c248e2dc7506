# SPDX-License-Identifier: MIT
"""What holds when, asked of small lives; and that every answer in the schema changes at a turn alone."""

from __future__ import annotations

import itertools

import pytest

from vmcoreinfo_codegen.core.release import Bounds, Release, common
from vmcoreinfo_codegen.model import Boundary, Schema, Span
from vmcoreinfo_codegen.model.timeline import (
    Lasting,
    Period,
    Segment,
    beginning,
    ending,
    ends,
    first_in_force,
    holds,
    in_force,
    in_mainline,
    last_end,
    meets,
    newest,
    next_beginning,
    place_of,
    segments,
    turns,
)
from vmcoreinfo_codegen.problem import Location

R = Release.parse
OLD = Period((R("6.6"), R("6.8")))
NEW = Period((R("6.8"), None), (R("6.6.9"),))


def bounds(text: str) -> Bounds:
    since, _, until = text.partition("..")
    return (R(since) if since else None), (R(until) if until else None)


def boundary(release: str, commit: str | None = None) -> Boundary:
    return Boundary(release=R(release), commit=commit, location=Location("x.vmci"))


def span(since: str, until: str | None = None, *backports: Boundary) -> Span:
    end = None if until is None else boundary(until)
    return Span(since=boundary(since), until=end, backports=backports)


def test_moments_of_a_release_are_in_order() -> None:
    for text in ("6.8", "6.8-rc3", "6.8.4", "2.6.24"):
        release = R(text)
        assert release.eve < release.opening <= release.moment
    assert R("6.7.99").moment < R("6.8").eve < R("6.8").opening < R("6.8-rc1").moment
    assert R("6.8.4").eve == R("6.8.3").moment


@pytest.mark.parametrize(
    ("release", "held"),
    [
        ("6.6", [OLD]),
        ("6.6.8", [OLD]),
        ("6.6.9", [NEW, OLD]),
        ("6.6.10", [NEW, OLD]),
        ("6.7", [OLD]),
        ("6.7.12", [OLD]),
        ("6.8-rc1", [NEW]),
        ("6.8", [NEW]),
    ],
)
def test_what_a_branch_got_comes_first_and_ends_with_it(release: str, held: list[Period]) -> None:
    moment = R(release).moment
    assert in_force([OLD, NEW], moment) == held
    assert first_in_force([OLD, NEW], moment) is held[0]
    assert in_mainline([OLD, NEW], moment) is held[-1]
    assert [one for one in (NEW, OLD) if holds(one, moment)] == held


def test_nothing_is_in_force_of_nothing() -> None:
    assert in_force([], R("6.8").moment) == []
    assert first_in_force([], R("6.8").moment) is None
    assert first_in_force([OLD], R("6.5").moment) is None
    assert newest([]) is None


def test_a_boundary_has_two_sides() -> None:
    assert in_mainline([OLD, NEW], R("6.8").eve) is OLD
    assert in_mainline([OLD, NEW], R("6.8").opening) is NEW


def test_the_newest_ends_last_wherever_it_stands() -> None:
    assert newest([NEW, OLD]) is NEW
    assert newest([OLD, NEW]) is NEW
    first, second = Period(bounds("..6.6")), Period(bounds("6.6..6.8"))
    assert newest([second, first]) is second


@pytest.mark.parametrize(
    ("range_", "does"),
    [
        ("..6.6.9", False),
        ("..6.6.10", True),
        ("6.6.9..6.7", True),
        ("6.6.20..6.7", True),
        ("6.7..6.8", False),
        ("6.7..", True),
        ("..", True),
        ("6.8..6.9", True),
        ("6.1.100..6.2", False),
    ],
)
def test_kernels_of_a_range_that_have_it(range_: str, does: bool) -> None:
    assert meets(NEW, bounds(range_)) is does


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        ("6.6..6.8", "6.7..", "6.7..6.8"),
        ("..", "6.7..6.8", "6.7..6.8"),
        ("..6.8", "6.6..", "6.6..6.8"),
        ("..", "..", ".."),
        ("6.6..6.8", "6.8..", None),
    ],
)
def test_what_two_ranges_share(first: str, second: str, shared: str | None) -> None:
    found = None if shared is None else bounds(shared)
    assert common(bounds(first), bounds(second)) == found
    assert common(bounds(second), bounds(first)) == found


def test_segments_of_the_same_value_are_one() -> None:
    parts = [Period(bounds("..6.6")), Period(bounds("6.6..6.8")), Period(bounds("6.8.."))]
    values = {id(parts[0]): "a", id(parts[1]): "a", id(parts[2]): "b"}

    def value(moment: tuple[tuple[int, ...], int, int]) -> str:
        part = in_mainline(parts, moment)
        return values[id(part)]

    assert segments(parts, value, R("6.1"), R("6.9")) == [
        Segment("a", R("6.1"), R("6.8")),
        Segment("b", R("6.8"), R("6.9")),
    ]
    assert segments(parts, value, R("6.7"), None) == [
        Segment("a", R("6.7"), R("6.8")),
        Segment("b", R("6.8"), None),
    ]
    assert segments(parts, value, R("6.8"), None) == [Segment("b", R("6.8"), None)]


def test_turns_are_where_it_begins_and_ends_and_behind_a_branch() -> None:
    releases = [R(t) for t in ("6.5", "6.6", "6.6.9", "6.7", "6.7.3", "6.8", "6.9")]
    assert turns([OLD, NEW], releases) == [0, 1, 2, 3, 5]
    assert turns([], releases) == [0]
    assert ends([OLD, NEW]) == {R("6.6"), R("6.8"), R("6.6.9")}
    assert place_of(R("6.6.10"), releases) == 3
    assert place_of(R("6.8-rc2"), releases) == 5


def test_between_turns_nothing_changes(schema: Schema) -> None:
    bounds_ = {b for x in schema.exports() for b in ends([*x.spans, *x.dependencies, *x.vias])}
    points = {declared.release for declared in schema.releases} | bounds_
    releases = sorted(points, key=lambda release: release.moment)
    for export in schema.exports():
        lasting: list[Lasting] = [*export.spans, *export.dependencies, *export.vias]
        places = set(turns(lasting, releases))
        told = [(export.contains(r), export.condition(r), export.via(r)) for r in releases]
        for place, (before, after) in enumerate(itertools.pairwise(told), 1):
            assert before == after or place in places, (export.location, str(releases[place]))


def test_boundaries_by_which_it_is_there_or_gone() -> None:
    spans = [span("6.1", "6.3", boundary("5.15.7", "a" * 12)), span("6.6", "6.8")]
    found = beginning(spans, R("5.15.8").moment)
    assert found is not None and found.commit == "a" * 12
    assert beginning([span("6.1", None, boundary("5.15.7"))], R("5.15.8").moment) == boundary("6.1")
    assert beginning(spans, R("6.2").moment) is spans[0].since
    assert beginning(spans, R("6.7").moment) is spans[1].since
    assert beginning(spans, R("6.4").moment) is None
    assert ending(spans, R("6.4").moment) is spans[0].until
    assert ending(spans, R("6.9").moment) is spans[1].until
    assert ending(spans, R("6.9").moment, R("6.8").moment) is None
    assert ending(spans, R("6.2").moment) is None
    assert next_beginning(spans, R("6.2").moment) is spans[1].since
    assert next_beginning(spans, R("6.7").moment) is None
    assert last_end(spans) is spans[1].until
    assert last_end([*spans, span("6.9")]) is None
