# SPDX-License-Identifier: MIT
"""Answers as the verbs print them, held to what pydantic says of their types."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import jsonschema
import pydantic
import pytest

from tests.each import check_each
from vmcoreinfo_codegen.query.interface.answer import Answer
from vmcoreinfo_codegen.query.interface.answers import ANSWERS
from vmcoreinfo_codegen.query.interface.kernels import ListedEntry
from vmcoreinfo_codegen.record import Record
from vmcoreinfo_codegen.shape import checked, json_schema, plain

SIMPLE: dict[object, object] = {str: "ä\n", int: 1 << 60, bool: True, NoneType: None}


def values_of(kind: Any) -> list[Any]:
    """A value of every form that a type has."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind in SIMPLE:
        return [SIMPLE[kind]]
    if origin is Literal:
        return list(inner)
    if origin in (UnionType, Union):
        return [value for one in inner for value in values_of(one)]
    if origin is list:
        return [[], values_of(inner[0])]
    if origin is dict:
        return [{}, {str(n): value for n, value in enumerate(values_of(inner[1]))}]
    assert isinstance(kind, type) and issubclass(kind, Record), kind
    hints = get_type_hints(kind)
    fields = {name: values_of(hints[name]) for name in kind._fields}
    most = max(map(len, fields.values()))
    return [
        kind(**{name: values[place % len(values)] for name, values in fields.items()})
        for place in range(most)
    ]


def check(verb: str) -> None:
    answer = ANSWERS[verb]
    validator = jsonschema.Draft202012Validator(json_schema(answer))
    for one in answer.one_of or (answer,):
        for value in values_of(one):
            printed = json.loads(json.dumps(asdict(checked(value))))
            assert printed == plain(value)
            validator.validate(printed)


def test_every_answer_is_printed_as_its_type_says() -> None:
    check_each(ANSWERS, str, check)


@pytest.mark.parametrize("wrong", [{"key": 1}, {"key": None}, {"format": ["hex"]}], ids=str)
def test_an_answer_of_wrong_types(wrong: dict[str, Any]) -> None:
    entry = ListedEntry(key="SIZE(page)", condition=None, format="decimal")
    with pytest.raises(pydantic.ValidationError):
        checked(replace(entry, **wrong))


def test_an_answer_has_all_its_fields_and_no_other() -> None:
    with pytest.raises(TypeError, match=r"^ListedEntry: no value for 'condition', no value for 'f"):
        ListedEntry(key="SIZE(page)")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="it has no field 'release'"):
        ListedEntry(key="a", condition=None, format="hex", release="6.9")  # type: ignore[call-arg]


def test_answers_are_compared_by_what_they_hold() -> None:
    entry = ListedEntry(key="SIZE(page)", condition=None, format="decimal")
    assert entry == replace(entry) and hash(entry) == hash(replace(entry))
    assert entry != replace(entry, key="SIZE(list_head)") and entry != asdict(entry)
    assert repr(entry) == "ListedEntry(key='SIZE(page)', condition=None, format='decimal')"
    assert isinstance(entry, Answer)
    with pytest.raises(AttributeError):
        del entry.key
