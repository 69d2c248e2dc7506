# SPDX-License-Identifier: MIT
"""The golden vectors: our own parsers keep to them, and so does what is made of the JSON alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from tests.conftest import CORPUS, ROOT
from tests.each import check_each
from tests.emit.driver import MASK, Driver, python_answer
from tests.emit.vectors import (
    DOCUMENT,
    FOLDER,
    VECTORS,
    answer_of,
    comparable,
    memory_of,
    request_of,
)
from vmcoreinfo_codegen.emit import vectors
from vmcoreinfo_codegen.model import Schema

TABLE = json.loads((ROOT / "generated/tables/vmcoreinfo.json").read_text())
FORMATS = {entry["key"]: entry["format"] for entry in TABLE["entries"]}
NOTES = sorted((ROOT / "codegen/vmcoreinfo_codegen/emit/vectors/notes").iterdir())


@pytest.fixture(params=["python", "c"])
def ask(request: pytest.FixtureRequest) -> Callable[[list[str]], list[str]]:
    if request.param == "python":
        return python_answer
    driver: Driver = request.getfixturevalue("driver")
    return driver.ask


def test_our_own_parsers(ask: Callable[[list[str]], list[str]]) -> None:
    def check(vector: dict[str, Any]) -> None:
        assert comparable(ask(request_of(vector))) == answer_of(vector)

    check_each(VECTORS, lambda vector: str(vector["name"]), check)


# ---- what they are ------------------------------------------------------------------


def test_they_are_what_their_schema_says() -> None:
    schema = json.loads((FOLDER / "vectors.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(DOCUMENT)
    broken = json.loads(json.dumps(DOCUMENT))
    del broken["vectors"][0]["values"][0]["number"]
    assert not jsonschema.Draft202012Validator(schema).is_valid(broken)


@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.name)
def test_real_notes_are_those_of_the_corpus(path: Any) -> None:
    assert path.read_bytes() == (CORPUS / "notes" / path.name).read_bytes()
    assert path.name in {vector["name"] for vector in VECTORS}


def test_they_reach_what_there_is() -> None:
    """Every status, diagnostic, format and derivation; names that tell them apart."""
    assert len({vector["name"] for vector in VECTORS}) == len(VECTORS)
    values = [value for vector in VECTORS for value in vector["values"]]
    assert {value["status"] for value in values} == {"ok", "malformed", "out-of-range", "garbage"}
    told = {d["id"] for vector in VECTORS for d in vector["diagnostics"]}
    assert told == {
        *("unknown", "duplicate", "malformed", "overflow"),
        *("truncated", "not-text", "other-base", "garbage"),
    }
    statuses = {(FORMATS[value["key"]], value["status"] == "ok") for value in values}
    assert {format_ for format_, is_ok in statuses if is_ok} == set(FORMATS.values())
    assert {format_ for format_, is_ok in statuses if not is_ok} == set(FORMATS.values())
    dumps = [dump for vector in VECTORS for dump in vector["dumps"]]
    derived = {(d["name"], d["recipe"]) for dump in dumps for d in dump["derived"]}
    recipes = {(d["name"], r["name"]) for d in TABLE["derivations"] for r in d["recipes"]}
    assert derived - {(name, None) for name, _ in derived} == recipes
    assert "read-failed" in {d["status"] for dump in dumps for d in dump["derived"]}
    assert {dump["big_endian"] for dump in dumps} == {True, False}


def test_a_number_of_64_bits_survives_readers_that_round() -> None:
    assert '"number": "18446744073709551615"' in (FOLDER / "vectors.json").read_text()


def test_a_schema_without_derivations_has_vectors(schema: Schema) -> None:
    less = replace(schema, derivations=())
    product = next(p for p in vectors.emit(less) if p.path == "vectors/vectors.json")
    made = json.loads(product.text)["vectors"]
    assert made and not any(vector["dumps"] for vector in made)
    assert made[0]["values"] == VECTORS[0]["values"]


# ---- a parser of derivations that knows nothing but the JSON --------------------------


class _Nothing(Exception):
    """An expression has no value."""


class _Unreadable(Exception):
    pass


class Binding:
    """Works recipes out of their trees, as a program in another language would."""

    def __init__(self, vector: dict[str, Any], dump: dict[str, Any]) -> None:
        self.values = {
            value["key"]: int(value["number"] or 0) & MASK
            for value in vector["values"]
            if value["status"] == "ok"
        }
        self.text = {value["key"]: value["text"] for value in vector["values"]}
        self.arch = dump["arch"]
        self.order = "big" if dump["big_endian"] else "little"
        self.memory = memory_of(dump)

    def applies(self, recipe: dict[str, Any]) -> bool:
        if recipe["archs"] and self.arch not in recipe["archs"]:
            return False
        keys = [*recipe["requires"], *_keys(recipe["expression"]["tree"])]
        return all(key in self.values for key in keys)

    def derive(self, derivation: dict[str, Any]) -> tuple[str, int | None, str | None]:
        for recipe in derivation["recipes"]:
            if self.applies(recipe):
                try:
                    value = self.value(recipe["expression"]["tree"])
                except _Nothing:
                    continue
                except _Unreadable:
                    return "read-failed", None, None
                return "ok", value, recipe["name"]
        return "no-recipe", None, None

    def value(self, tree: dict[str, Any]) -> int:
        match tree["kind"]:
            case "number":
                return int(tree["value"])
            case "key":
                return self.values[tree["key"]]
            case "derived":
                (named,) = [d for d in TABLE["derivations"] if d["name"] == tree["name"]]
                status, value, _ = self.derive(named)
                if status == "read-failed":
                    raise _Unreadable
                if value is None:
                    raise _Nothing
                return value
            case "read":
                size = (
                    tree["bits"] or (32 if self.values.get("SIZE(list_head)") == 8 else 64)
                ) // 8
                data = self.memory.get(self.value(tree["address"]), b"")
                if len(data) < size:
                    raise _Unreadable
                return int.from_bytes(data[:size], "big" if self.order == "big" else "little")
            case "log2":
                power = self.value(tree["operand"])
                if power.bit_count() != 1:
                    raise _Nothing
                return power.bit_length() - 1
            case "choice":
                parts = [self.value(tree[name]) for name in ("condition", "then", "otherwise")]
                return parts[1] if parts[0] else parts[2]
            case "unary":
                operand = self.value(tree["operand"])
                return {"~": ~operand, "-": -operand, "!": int(not operand)}[
                    tree["operator"]
                ] & MASK
        left, right = self.value(tree["left"]), self.value(tree["right"])
        operations = {
            "|": left | right,
            "&": left & right,
            "==": int(left == right),
            "!=": int(left != right),
            "<<": left << right if right < 64 else 0,
            ">>": left >> right if right < 64 else 0,
            "+": left + right,
            "-": left - right,
        }
        return operations[tree["operator"]] & MASK


def _keys(tree: dict[str, Any]) -> list[str]:
    if tree["kind"] == "key":
        return [tree["key"]]
    return [key for part in tree.values() if isinstance(part, dict) for key in _keys(part)]


def test_recipes_can_be_worked_out_of_their_trees() -> None:
    """All that do not ask for the release: to compare two releases is not the trees' part."""
    reached = set()
    for vector in VECTORS:
        for dump in vector["dumps"]:
            derived = {d["name"]: d for d in dump["derived"]}
            for derivation in TABLE["derivations"]:
                if any(recipe["since"] or recipe["until"] for recipe in derivation["recipes"]):
                    continue
                status, value, recipe = Binding(vector, dump).derive(derivation)
                expected = derived.get(derivation["name"], {"status": "no-recipe"})
                assert status == expected["status"], vector["name"]
                if value is not None:
                    assert (value, recipe) == (int(expected["value"]) & MASK, expected["recipe"])
                    reached.add((derivation["name"], recipe))
    assert len(reached) > 15
