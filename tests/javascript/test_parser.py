# SPDX-License-Identifier: MIT
"""The parser in JavaScript: it says what the golden vectors say, and what the one in Python says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from tests.each import check_each
from tests.emit import notes
from tests.emit.driver import Driver, finding, parsing, python_answer, reading
from tests.emit.vectors import VECTORS, answer_of, comparable, data_of

NOTES = sorted(notes.NOTES.glob("*.note"))


def test_it_says_what_the_vectors_say(javascript: Driver) -> None:
    def check(vector: dict[str, Any]) -> None:
        found = [finding(unknown["key"].encode()) for unknown in vector["unknown"]]
        said = comparable(javascript.ask([reading(data_of(vector)), *found]))
        assert said == answer_of({**vector, "dumps": []})

    check_each(VECTORS, lambda vector: str(vector["name"]), check)


def test_it_agrees_on_nasty_texts(javascript: Driver) -> None:
    found = [finding(name) for name in notes.NAMES_TO_FIND]

    def check(text: tuple[str, bytes]) -> None:
        request = [parsing(text[1]), *found]
        assert javascript.ask(request) == python_answer(request)

    check_each(notes.TEXTS.items(), lambda text: text[0], check)


@pytest.mark.mutations
@given(notes.mutated_texts())
def test_it_agrees_on_mutated_notes(javascript: Driver, text: bytes) -> None:
    request = [parsing(text)]
    assert javascript.ask(request) == python_answer(request)
