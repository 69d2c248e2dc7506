# SPDX-License-Identifier: MIT
"""Where a derivation ends with a key, and where that is no end."""

from __future__ import annotations

import pytest

from tests.model.test_builder import HEAD
from vmcoreinfo_codegen.check import check_files

ENTRIES = """\
NUMBER(old) {
	value signed bit
	since 6.6
	until 6.8
}
NUMBER(new) on arm64 {
	value signed bit
	since 6.8
}
NUMBER(stays) {
	value signed bit
	since 6.6
}
"""


def found(recipes: str, more: str = "") -> list[str]:
    lines = "".join(f"\t{recipe}\n" for recipe in recipes.split("; "))
    text = f"{HEAD}{ENTRIES}{more}derive x {{\n\tvalue signed bit\n{lines}}}\n"
    _, problems = check_files([("x.vmci", text)])
    return [problem.message for problem in problems if problem.rule == "VMCI039"]


@pytest.mark.parametrize(
    ("recipes", "where"),
    [
        ("from NUMBER(old) as one", ""),
        ("from NUMBER(old) as one; from NUMBER(new) as two", " on x86_64"),
        ("from NUMBER(old) as one; from NUMBER(stays) as two on x86_64", " on arm64"),
        ("from NUMBER(old) as one; from 1 as two until 6.8", ""),
        ("from 1 as one requires NUMBER(old)", ""),
    ],
)
def test_nothing_takes_over(recipes: str, where: str) -> None:
    (message,) = found(recipes)
    assert message.startswith(f"since 6.8 no recipe gives x{where}: recipe one needs NUMBER(old), ")


@pytest.mark.parametrize(
    "recipes",
    [
        "from NUMBER(stays) as one",
        "from NUMBER(old) as one; from NUMBER(stays) as two",
        "from NUMBER(old) as one; from 1 as constant",
        "from NUMBER(old) as one until 6.8",
        "from NUMBER(old) as one on sh",
        "from NUMBER(gone) as one",
    ],
)
def test_no_end(recipes: str) -> None:
    assert found(recipes) == []


def test_what_rests_on_another_derivation_ends_with_it() -> None:
    """It is told where the key is asked for."""
    other = "derive y {\n\tvalue signed bit\n\tfrom NUMBER(old) as it\n}\n"
    (message,) = found("from y + 1 as one", other)
    assert message.startswith("since 6.8 no recipe gives y: recipe it needs NUMBER(old)")


@pytest.mark.parametrize("read", [True, False])
def test_what_replaced_the_key_gives_another_derivation(read: bool) -> None:
    """As slab pages had a flag, and have a page type since."""
    key = "NUMBER(type)" if read else "NUMBER(stays)"
    more = (
        "NUMBER(type) {\n\tvalue signed bit\n\tsince 6.8\n\treplaces NUMBER(flag)\n}\n"
        "NUMBER(flag) {\n\tvalue signed bit\n\tsince 6.6\n\tuntil 6.8\n"
        "\treplaced-by NUMBER(type)\n}\n"
        f"derive y {{\n\tvalue signed bit\n\tfrom {key} as it\n}}\n"
    )
    assert len(found("from NUMBER(flag) as one", more)) == (0 if read else 1)
