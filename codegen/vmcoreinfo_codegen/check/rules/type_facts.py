# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...core.expression import Derived, Expression, Key, TypeFact
from ...model import Schema
from ..rule import Finding, Rule


def _has(expression: Expression, *kinds: type[Expression]) -> bool:
    return any(isinstance(e, kinds) for e in expression.walk())


def _check(schema: Schema) -> Iterator[Finding]:
    for derivation in schema.derivations:
        for recipe in derivation.recipes:
            if _has(recipe.expression, TypeFact):
                message = f"{recipe.name} uses debug information, which a note does not have"
                yield recipe.location, message, "use the value of an entry"
    for entry in schema.entries:
        for export in entry.exports:
            for fact in export.debug_infos:
                if _has(fact.expression, Derived):
                    message = f"the debug-info of {entry.key} uses a derivation"
                    yield export.location, message, "use its recipe"
    for option in schema.options:
        if any(_has(said.expression, Derived, Key) for said in option.debug_infos):
            message = f"the debug-info of {option.name} uses the note"
            yield option.location, message, "use a symbol or a type"


RULE = Rule(
    id="VMCI031",
    name="type-facts",
    doc="`debug-info` uses the kernel's types, symbols, configuration or memory, with `size()`, "
    "`symbol()` and similar functions; a derivation's recipe never does.",
    example="""
NUMBER(PG_head_mask) { ### the debug-info of NUMBER(PG_head_mask) uses a derivation
	doc		"Mask of the head flag."
	value		signed mask
	via		VMCOREINFO_NUMBER
	debug-info	1 << head_flag
	since		6.8
}

option CONFIG_NODES_SHIFT { ### the debug-info of CONFIG_NODES_SHIFT uses the note
	doc		"The size of a map of nodes tells it."
	debug-info	log2(SIZE(nodemask_t)) + 3
}

derive wide {
	doc		"A value."
	value		decimal bits
	from		size(page) as page_size ### page_size uses debug information, which a note does not have
}
""",
    check=_check,
)
