# SPDX-License-Identifier: MIT
"""A test of many cases fails where one fails, and names it."""

from __future__ import annotations

import pytest

from tests.each import check_each


def _is_even(number: int) -> None:
    assert number % 2 == 0


def test_all_hold() -> None:
    check_each([0, 2], str, _is_even)


def test_those_that_fail_are_named() -> None:
    with pytest.raises(AssertionError, match=r"2 of 3 failed: 1, 5\n1: Traceback"):
        check_each([1, 2, 5], str, _is_even)


def test_no_case_is_no_test() -> None:
    with pytest.raises(AssertionError, match="no case"):
        check_each([], str, _is_even)


def test_a_part_that_is_not_there_is_skipped() -> None:
    def skips(number: int) -> None:
        pytest.skip("not here")

    with pytest.raises(pytest.skip.Exception):
        check_each([1], str, skips)
