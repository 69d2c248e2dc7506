# SPDX-License-Identifier: MIT
"""The changes of a patch as facts, and a patch made from facts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from typing import Any

from vmcoreinfo_codegen.kernel.definitions import BETWEEN
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.behind import NameIndex
from vmcoreinfo_codegen.patch.change import KernelChange, Redefined

Facts = dict[str, Any]


def facts_of(schema: Schema, change: KernelChange) -> Facts:
    """The lines of added, removed or changed entries, and definitions of names in the schema."""
    known = NameIndex(schema).names | {
        name
        for consumer in schema.consumers
        for need in consumer.needs
        for name in need.condition.names()
    }
    lines: dict[str, dict[tuple[str, str, str, str], None]] = {"-": {}, "+": {}}
    for view in (*change.views.values(), *change.foreign.values()):
        touched = {
            *view.removed, *view.added, *view.reformatted, *view.revalued, *view.conditioned,
            *view.moved, *view.unplaced,
        }  # fmt: skip
        for sign, side in (("-", view.before), ("+", view.after)):
            for key, state in side.items():
                if key in touched:
                    for one in state.exports:
                        condition = "" if str(state.condition) == "1" else str(state.condition)
                        lines[sign][one.file, one.printf, one.value, condition] = None
    names = [
        {
            "kind": one.kind,
            "name": one.name,
            "file": one.file,
            "before": list(one.before),
            "after": list(one.after),
        }
        for one in _asked(change, known)
    ]
    facts: Facts = {sign: [list(line) for line in found] for sign, found in lines.items() if found}
    unplaced = sorted({key for view in change.views.values() for key in view.unplaced})
    if unplaced:
        facts["unplaced"] = unplaced
    if names:
        facts["names"] = names
    if change.ended:
        facts["ended"] = sorted(change.ended)
    return facts


def _asked(change: KernelChange, known: Set[str]) -> list[Redefined]:
    """Changed definitions of known names, and of names in their definitions."""
    changed = [one for one in change.redefined.values() if one.kind != "function"]
    asked = {one.name for one in changed if {one.name, one.name.partition(".")[0]} & known}
    while True:
        texts = [t for one in changed if one.name in asked for t in (*one.before, *one.after)]
        words = {word for text in texts for word in re.findall(r"[A-Za-z_]\w*", text)}
        more = {one.name for one in changed if one.kind == "macro" and one.name in words} - asked
        if not more:
            return [one for one in changed if one.name in asked]
        asked |= more


def diff_of(facts: Facts) -> str:
    """A patch that makes exactly the changes in the facts."""
    hunks: dict[str, list[tuple[str, list[str]]]] = {}
    lines: dict[tuple[str, str], list[str]] = {}
    for sign in ("-", "+"):
        for file, printf, value, condition in facts.get(sign, ()):
            argument = f", {value}" if value else ""
            call = f'\tvmcoreinfo_append_str("{printf}\\n"{argument});'
            body = [f"#if {condition}", call, "#endif"] if condition else [call]
            key = printf.partition("=")[0]
            # Both sides of an entry are in one place, unless that is not shown.
            place = f"{sign}{key}" if key in facts.get("unplaced", ()) else key
            lines.setdefault((file, place), []).extend(sign + one for one in body)
    for (file, _), of_entry in lines.items():
        hunks.setdefault(file, []).append(("void f(void)", of_entry))
    names = facts.get("names", ())
    values = {
        (one["name"], sign): text
        for one in names
        if one["kind"] == "enumerator"
        for sign, texts in (("-", one["before"]), ("+", one["after"]))
        for text in texts
    }
    enumerations = " ".join(
        t for o in names if o["kind"] == "enum" for t in o["before"] + o["after"]
    )
    for one in names:
        if one["kind"] == "enumerator" and one["name"] in enumerations.split():
            continue
        # An enumeration whose enumerators keep their values is left out.
        if one["kind"] == "enum" and not any(value in enumerations.split() for value, _ in values):
            continue
        for sign, texts in (("-", one["before"]), ("+", one["after"])):
            for text in texts:
                hunks.setdefault(one["file"], []).append(
                    _defined(one["kind"], one["name"], text, sign, values)
                )
    found = [_file(file, of_file) for file, of_file in hunks.items()]
    for folder in facts.get("ended", ()):
        path = f"arch/{folder}/Kconfig"
        found.append(f"--- a/{path}\n+++ /dev/null\n@@ -1 +0,0 @@\n-config X\n")
    return "".join(found) or "--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-int x;\n+long x;\n"


def _defined(
    kind: str, name: str, text: str, sign: str, values: dict[tuple[str, str], str]
) -> tuple[str, list[str]]:
    """The section of a hunk, and its lines."""
    match kind:
        case "macro":
            has_parameters = text.startswith("(") and ") " in text and name.isidentifier()
            between = "" if has_parameters and _is_list(text) else " "
            return "", [f"{sign}#define {name}{between}{text}"]
        case "enumerator":
            return "enum e {", [f"{sign}\t{name} = {text},"]
        case "member":
            return f"struct {name.partition('.')[0]} {{", [f"{sign}\t{text};"]
        case "variable":
            return "", [f"{sign}{text};"]
        case "option":
            lines = [f"{sign}config {name.removeprefix('CONFIG_')}"]
            return "", [*lines, *(f"{sign}\t{said}" for said in text.split("; "))]
        case "assignment":
            return "void f(void)", [f"{sign}\t{name} = {text};"]
    parts = text.split(BETWEEN)
    if kind == "enum":
        texts = [values.get((part, sign)) for part in parts]
        shown = [f"{part} = {t}" if t else part for part, t in zip(parts, texts, strict=True)]
        return f"enum {name} {{", [f"{sign}\t{one}," for one in shown]
    return f"{kind} {name} {{", [f"{sign}\t{part};" for part in parts]


def _is_list(text: str) -> bool:
    """Whether a body begins with parameters: only names."""
    inside = text[1 : text.index(")")]
    return all(part.strip().isidentifier() or part.strip() == "..." for part in inside.split(","))


def _file(path: str, hunks: Iterable[tuple[str, list[str]]]) -> str:
    found = [f"--- a/{path}\n+++ b/{path}\n"]
    for place, (section, lines) in enumerate(hunks):
        old = sum(line[0] == "-" for line in lines)
        at = 10 + 50 * place
        head = f"@@ -{at},{old} +{at},{len(lines) - old} @@ {section}".rstrip()
        found.append("\n".join([head, *lines, ""]))
    return "".join(found)
