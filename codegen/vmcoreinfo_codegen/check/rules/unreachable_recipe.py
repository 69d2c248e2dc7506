# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model.derivation import Recipe
from ...model.schema import Schema
from ...terms.expression import Derived, Log2
from ..rule import Finding, Rule


def _always_applies(earlier: Recipe, later: Recipe) -> bool:
    """Whether `earlier` applies wherever `later` does."""
    if any(isinstance(e, (Derived, Log2)) for e in earlier.expression.walk()):
        return False
    if not set(earlier.keys) <= set(later.keys):
        return False
    for mine, theirs, is_wider in (
        (earlier.archs, later.archs, lambda a, b: set(b) <= set(a)),
        (earlier.since, later.since, lambda a, b: a.opening <= b.opening),
        (earlier.until, later.until, lambda a, b: a.opening >= b.opening),
    ):
        if mine is not None and (theirs is None or not is_wider(mine, theirs)):
            return False
    return True


def _check(schema: Schema) -> Iterator[Finding]:
    for derivation in schema.derivations:
        for index, recipe in enumerate(derivation.recipes):
            for earlier in derivation.recipes[:index]:
                if _always_applies(earlier, recipe):
                    message = f"recipe {recipe.name} of {derivation.name} is never reached"
                    yield recipe.location, f"{message}: {earlier.name} applies first"
                    break


RULE = Rule(
    id="VMCI024",
    name="unreachable-recipe",
    doc="No recipe stands behind one that applies wherever it does.",
    example="""
PAGESIZE {
	doc		"Page size of the kernel."
	value		signed bytes
	via		VMCOREINFO_PAGESIZE
	since		6.8
}

derive page_size {
	doc		"Page size of the kernel."
	value		decimal bytes
	from		PAGESIZE as exported
	from		PAGESIZE + 0 as again on arm64 ### recipe again of page_size is never reached: exported applies first
}
""",
    check=_check,
)
