# SPDX-License-Identifier: MIT
"""The lines that macros print, before and after a patch changes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set

from ..core.key import Kind, argument_of, kind_of
from ..core.release import Release
from ..kernel.printing import CALL, NotPrinted, Printed, Printers
from ..kernel.source import Source
from ..model import Prediction, Schema
from ..model.timeline import first_in_force, newest

HEADER = "schema/macros.vmci"
_ARGUMENT = re.compile(r"(?<![A-Za-z])(NAME|FIELD)(?![A-Za-z])")


def header(schema: Schema, release: Release) -> Source:
    """The macros of a release as C; those that it does not have, as in other releases."""
    lines = []
    for macro in schema.macros:
        printed = first_in_force(macro.prints, release.moment) or newest(macro.prints)
        if printed is None:
            continue
        key, _, form = printed.printf.partition("=")
        parts = [f"#{part}" if _ARGUMENT.fullmatch(part) else f'"{part}"' for part in _split(key)]
        value = f", {printed.value}" if printed.value else ""
        used = {*_split(key), *_split(value)}
        names = [*(name for name in ("NAME", "FIELD") if name in used), "..."]
        call = f'vmcoreinfo_append_str({" ".join(parts)} "={form}\\n"{value})'
        lines.append(f"#define {macro.name}({', '.join(names)}) {call}\n")
    return Source(HEADER, "".join(lines))


def _split(text: str) -> list[str]:
    return [part for part in _ARGUMENT.split(text) if part]


def changed_macros(before: Iterable[Source], after: Iterable[Source]) -> frozenset[str]:
    """Macros that are defined before and after a patch, and print something else after it."""
    old, new = (
        {macro.name: macro for source in sources for macro in source.macros}
        for sources in (before, after)
    )
    changed = {
        name for name in old.keys() & new.keys()
        if old[name].parameters != new[name].parameters
        or old[name].body.split() != new[name].body.split()
    }  # fmt: skip
    found = set(changed)
    while changed:
        changed = {
            name
            for name, macro in new.items()
            if name not in found and any(match[1] in changed for match in CALL.finditer(macro.body))
        }
        found |= changed
    return frozenset(found)


def printed_by(
    predictions: Iterable[Prediction], macros: Set[str], old: Printers, new: Printers
) -> Iterator[tuple[Prediction, Printed | None, Printed | None]]:
    """Entries printed by these macros, with the line before and after; None if it is not
    understood.
    """
    for prediction in predictions:
        via = prediction.via
        if via is not None and via.macro in macros:
            before, after = (_line(prediction.key, via.macro, one) for one in (old, new))
            yield prediction, before, after


def _line(key: str, macro: str, printers: Printers) -> Printed | None:
    found = printers.macro(macro, "")
    if found is None:
        return None
    name = argument_of(key) or key
    field = ""
    if kind_of(key) is Kind.OFFSET:
        name, _, field = name.partition(".")
    given = [name, field or "VALUE", *["VALUE"] * len(found.parameters)][: len(found.parameters)]
    try:
        lines = printers.lines(f"{macro}({', '.join(given)})", "")
    except NotPrinted:
        return None
    return lines[0] if len(lines) == 1 else None
