# SPDX-License-Identifier: MIT
"""Proves that both products derive what a person works out by hand.

Each case is a note of a few lines, what is in memory, and the value with the recipe that
gives it; they are in `cases/`.
"""

from __future__ import annotations

import pytest

import vmcoreinfo
from tests.each import check_each
from tests.emit.cases import CASES
from tests.emit.cases.addresses import MEMORY_3_10, WALK_3_10
from tests.emit.cases.case import NO_RECIPE, Case, derived_by_c, derived_by_python, unsigned
from tests.emit.driver import Driver
from vmcoreinfo import derive


def name_of(case: Case) -> str:
    return case.name


def cases_of(derivation: str) -> list[Case]:
    return [case for case in CASES if case.derivation == derivation]


def test_cases_are_of_derivations_that_there_are() -> None:
    assert {case.derivation for case in CASES} == set(derive.DERIVATIONS)


@pytest.mark.parametrize("derivation", derive.DERIVATIONS)
def test_python_derives(derivation: str) -> None:
    def check(case: Case) -> None:
        assert {found.id for found in vmcoreinfo.parse(case.note).diagnostics} <= {"garbage"}
        said = derived_by_python(derivation, case.note, case.arch, case.memory, case.big_endian)
        assert said == case.expected

    check_each(cases_of(derivation), name_of, check)


@pytest.mark.parametrize("derivation", derive.DERIVATIONS)
def test_c_derives(driver: Driver, derivation: str) -> None:
    def check(case: Case) -> None:
        said = derived_by_c(driver, derivation, case.note, case.arch, case.memory, case.big_endian)
        assert said == unsigned(case.expected)

    check_each(cases_of(derivation), name_of, check)


def recipes_of(derivation: str) -> set[str]:
    return {recipe.name for recipe in getattr(derive, f"_{derivation.upper()}")}


@pytest.mark.parametrize("derivation", derive.DERIVATIONS)
def test_each_recipe_has_a_case(derivation: str) -> None:
    outcomes = [case.expected for case in cases_of(derivation)]
    assert {o[1] for o in outcomes if not isinstance(o, str)} == recipes_of(derivation)
    assert NO_RECIPE in outcomes


def test_each_recipe_has_a_case_of_each_architecture() -> None:
    """A recipe that names architectures is reached for each of them."""
    reached = {
        (case.derivation, case.expected[1], vmcoreinfo.ARCHITECTURES[case.arch])
        for case in CASES
        if case.arch and not isinstance(case.expected, str)
    }
    wanted = {
        (derivation, recipe.name, arch)
        for derivation in derive.DERIVATIONS
        for recipe in getattr(derive, f"_{derivation.upper()}")
        for arch in recipe.archs
    }
    assert wanted - reached == set()


# ---- Python's own ways to fail ------------------------------------------------------


def broken(address: int, size: int) -> bytes:
    raise KeyError(address)


def short(address: int, size: int) -> bytes:
    return b"\0" * (size - 1)


def long(address: int, size: int) -> bytes:
    return b"\0" * (size + 1)


@pytest.mark.parametrize("reader", [broken, short, long, None])
def test_python_reader_that_fails(reader: derive.ReadMemory | None) -> None:
    info = vmcoreinfo.parse(WALK_3_10.replace(" ", "\n").encode() + b"\n")
    with pytest.raises(derive.ReadError):
        derive.vmalloc_start(info, derive.Dump("x86_64", reader))
    with pytest.raises(derive.ReadError):
        derive.vmalloc_start(info, derive.Dump("x86_64"))


def test_python_reader_may_give_any_bytes() -> None:
    info = vmcoreinfo.parse(WALK_3_10.replace(" ", "\n").encode() + b"\n")

    def read(address: int, size: int) -> bytearray:
        return bytearray(MEMORY_3_10[address])

    # `bytes` is what a reader is declared to give; nobody checks that at run time.
    assert derive.vmalloc_start(info, derive.Dump("x86_64", read)) == (  # type: ignore[arg-type]
        0xFFFFC90000000000,
        "vmap_area_list",
    )


def test_python_refuses_an_unknown_architecture() -> None:
    with pytest.raises(ValueError, match="pdp11"):
        derive.Dump("pdp11")
