# SPDX-License-Identifier: MIT
"""Releases are ordered in time, and boundaries open with the merge window."""

from __future__ import annotations

import pytest

from vmcoreinfo_codegen.core.release import (
    Release,
    contains,
    overlap,
    parse_release_string,
)

R = Release.parse


def test_order() -> None:
    ordered = "2.6.24 2.6.24.7 2.6.35.6 2.6.39 3.0 3.0.101 3.1 4.20 5.0 6.0-rc1 6.0-rc2 6.0 6.0.1 6.9 6.10"
    releases = [R(text) for text in ordered.split()]
    assert releases == sorted(releases)
    assert len(set(releases)) == len(releases)
    assert [str(release) for release in releases] == ordered.split()


@pytest.mark.parametrize(
    "text", ["", "6", "6.", "6.9-rc", "6.9.1.2", "2.6", "v6.9", "6.9 ", "6.9.1-rc1", "2.6.24.1.1"]
)
def test_what_is_no_release(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a kernel release|release candidate"):
        R(text)


@pytest.mark.parametrize(
    ("release", "inside"),
    [
        ("6.8", False),
        ("6.8.99", False),
        ("6.9-rc1", True),
        ("6.9", True),
        ("6.9.3", True),
        ("6.10", True),
        ("6.11-rc1", False),
        ("6.11", False),
    ],
)
def test_a_boundary_takes_in_its_candidates(release: str, inside: bool) -> None:
    assert contains(R("6.9"), R("6.11"), R(release).moment) is inside


def test_boundaries_at_candidates_and_stable_releases() -> None:
    assert not contains(R("6.0-rc3"), None, R("6.0-rc2").moment)
    assert contains(R("6.0-rc3"), None, R("6.0").moment)
    assert contains(R("5.15.168"), R("5.16"), R("5.15.170").moment)
    assert not contains(R("5.15.168"), R("5.16"), R("5.16-rc1").moment)
    assert not contains(R("5.15.168"), R("5.16"), R("5.15.167").moment)


def test_overlap_is_half_open() -> None:
    assert not overlap((R("6.8"), R("6.9")), (R("6.9"), None))
    assert overlap((R("6.8"), R("6.10")), (R("6.9"), None))
    assert overlap((None, None), (R("6.9"), R("6.10")))


@pytest.mark.parametrize(
    ("text", "release", "rest"),
    [
        ("6.12.117+deb13-cloud-amd64", "6.12.117", "+deb13-cloud-amd64"),
        ("5.10.0-30-amd64", "5.10", "-30-amd64"),
        ("4.18.0-553.el8_10.x86_64", "4.18", "-553.el8_10.x86_64"),
        ("7.3-rc1", "7.3-rc1", ""),
        ("7.3-rc1-next-20261001", "7.3-rc1", "-next-20261001"),
        ("2.6.32-754.el6.x86_64", "2.6.32", "-754.el6.x86_64"),
        ("6.9", "6.9", ""),
    ],
)
def test_release_strings_of_distributions(text: str, release: str, rest: str) -> None:
    assert parse_release_string(text) == (R(release), rest)


def test_a_release_string_without_a_release() -> None:
    with pytest.raises(ValueError, match="does not start with a kernel release"):
        parse_release_string("init_uts_ns.name.release")
