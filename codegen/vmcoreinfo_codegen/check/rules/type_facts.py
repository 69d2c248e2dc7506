# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model import Schema
from ...terms.expression import Derived, Expression, Key, Log2, Read, TypeFact
from ..rule import Finding, Rule


def _has(expression: Expression, *kinds: type[Expression]) -> bool:
    return any(isinstance(e, kinds) for e in expression.walk())


def _check(schema: Schema) -> Iterator[Finding]:
    for derivation in schema.derivations:
        for recipe in derivation.recipes:
            if _has(recipe.expression, TypeFact):
                message = f"{recipe.name} asks debug information, which a note does not have"
                yield recipe.location, message, "write the value of an entry"
    for entry in schema.entries:
        for export in entry.exports:
            for fact in export.debug_infos:
                if fact.expression is None:
                    continue
                if _has(fact.expression, Key, Derived, Read, Log2):
                    message = f"the debug-info of {entry.key} asks more than debug information"
                    yield export.location, message, "it says how to do without a note"
                elif not _has(fact.expression, TypeFact):
                    message = f"the debug-info of {entry.key} asks debug information nothing"
                    yield (
                        export.location,
                        message,
                        "use size(), offset(), length(), enum() or symbol(), or say none",
                    )


RULE = Rule(
    id="VMCI031",
    name="type-facts",
    doc="`debug-info` asks the kernel's types and symbols, by `size()`, `offset()`, `length()`, `enum()` "
    "and `symbol()`, and nothing else, or says `none`; the recipe of a derivation never does.",
    example="""
NUMBER(PG_head_mask) { ### the debug-info of NUMBER(PG_head_mask) asks more than debug information
	doc		"Mask of the head flag."
	value		signed mask
	via		VMCOREINFO_NUMBER
	debug-info	1 << NUMBER(PG_head_mask)
	since		6.8
}

derive wide {
	doc		"A value."
	value		decimal bits
	from		size(page) as page_size ### page_size asks debug information, which a note does not have
}
""",
    check=_check,
)
