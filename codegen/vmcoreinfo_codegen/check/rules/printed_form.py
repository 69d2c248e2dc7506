# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...core.key import argument_of, kind_of
from ...core.release import common, overlap
from ...model.entry import Entry, Export, Via
from ...model.macro import formats_of
from ...model.schema import Schema
from ...problem import did_you_mean
from ..rule import Finding, Rule


def _of_via(schema: Schema, entry: Entry, export: Export, via: Via) -> Iterator[Finding]:
    if via.macro not in schema.by_macro:
        hint = did_you_mean(via.macro, schema.by_macro) or "declare it in macros.vmci"
        yield export.location, f"macro {via.macro} of {entry.key} is not declared", hint
        return
    forms = schema.printfs(via)
    if not forms:
        yield (
            export.location,
            f"{via.macro} has no format of its own, and neither has {entry.key}",
            f'via {via.macro} "{entry.key}=%lx"',
        )
    for form, bounds in forms:
        key = form.partition("=")[0]
        printed = (
            key.replace("NAME.FIELD", argument_of(entry.key))
            .replace("CONFIG_NAME", entry.key)
            .replace("NAME", argument_of(entry.key))
        )
        if printed != entry.key:
            message = f"{via.macro} prints {printed}, not {entry.key}"
            yield export.location, message, f"a key of kind {kind_of(entry.key).value}"
            continue
        here = [both for s in export.spans if (both := common(s.bounds, bounds)) is not None]
        for said in entry.printed(export):
            is_used = any(overlap(said.bounds, both) for both in here)
            if is_used and said.format not in formats_of(form):
                message = f"{entry.key} has the format {said.format}, but is printed with '{form}'"
                yield export.location, message


def _check(schema: Schema) -> Iterator[Finding]:
    for entry in schema.entries:
        for export in entry.exports:
            if not export.vias:
                yield export.location, f"{entry.key} has no 'via'; give the macro that prints it"
            for via in export.vias:
                yield from _of_via(schema, entry, export, via)


RULE = Rule(
    id="VMCI020",
    name="printed-form",
    doc="The macro of `via` is declared, and it prints this key in the format that `value` says: "
    "`%lx` is `hex`, `0x%lx` is `0x-hex`, `%lu` is `decimal`, `%ld` is `signed`.",
    example="""
NUMBER(PG_lru) { ### NUMBER(PG_lru) has the format hex, but is printed with 'NUMBER(NAME)=%ld'
	doc		"Bit number of the lru page flag."
	value		hex bit
	via		VMCOREINFO_NUMBER
	since		6.8
}
""",
    check=_check,
)
