# SPDX-License-Identifier: MIT
"""Patches to Linux of 2012 to 2026, as facts: what each changes, what became of tools, what `impact` says.

        python -m tests.patch.history FOLDER

reads the patches in a folder, by the names in corpus.toml, and writes changed.json: the entries and
names that each changes, and the answer to the patch itself. The page in docs/ is written from both;
with --table for FOLDER nothing else is. A patch made of these facts is what the
fast tests ask about, as the patches are not here.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Set
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from vmcoreinfo_codegen.compat.proposal import Proposal
from vmcoreinfo_codegen.compat.reply import answer
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.kernel.definitions import BETWEEN
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.behind import NameIndex
from vmcoreinfo_codegen.model.builder import load
from vmcoreinfo_codegen.patch.change import KernelChange, Redefined, together
from vmcoreinfo_codegen.patch.reading import of_series
from vmcoreinfo_codegen.patch.series import read_series
from vmcoreinfo_codegen.query.interface.consumers import Impacts

HERE = Path(__file__).parent
PAGE = ROOT / "docs" / "patch-history.md"
CHANGED = HERE / "changed.json"
_TAGS = ("struct", "union", "enum")
Facts = dict[str, Any]


def corpus() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((HERE / "corpus.toml").read_text())["patch"]
    return found


def impact_of(schema: Schema, data: bytes, release: str) -> tuple[KernelChange, Impacts]:
    to = Release.parse(release)
    changes = of_series(schema, to, read_series(data))
    return together(schema, changes), answer(schema, Proposal(changes=tuple(changes)), to)


def tools(told: Impacts) -> list[str]:
    """Tools that are said to break; another way with the same result is no break."""
    return sorted({one.consumer for one in told.breaks if one.verdict != "fallback"})


# ---- facts ---------------------------------------------------------------------------


def facts_of(schema: Schema, change: KernelChange) -> Facts:
    """The lines of entries that come, go or change, and definitions of names that the schema has."""
    known = NameIndex(schema).names
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
    """What is defined otherwise of the names that are known, and of those in their definitions."""
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
    """A patch that changes what the facts say, and nothing else."""
    hunks: dict[str, list[tuple[str, list[str]]]] = {}
    lines: dict[tuple[str, str], list[str]] = {}
    for sign in ("-", "+"):
        for file, printf, value, condition in facts.get(sign, ()):
            argument = f", {value}" if value else ""
            call = f'\tvmcoreinfo_append_str("{printf}\\n"{argument});'
            body = [f"#if {condition}", call, "#endif"] if condition else [call]
            key = printf.partition("=")[0]
            # Both sides of an entry stand in one place, unless it is not shown that they do.
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
        # Of an enumeration whose enumerators keep their values nothing is known here.
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
        case "assignment":
            return "void f(void)", [f"{sign}\t{name} = {text};"]
    parts = text.split(BETWEEN)
    if kind == "enum":
        texts = [values.get((part, sign)) for part in parts]
        shown = [f"{part} = {t}" if t else part for part, t in zip(parts, texts, strict=True)]
        return f"enum {name} {{", [f"{sign}\t{one}," for one in shown]
    return f"{kind} {name} {{", [f"{sign}\t{part};" for part in parts]


def _is_list(text: str) -> bool:
    """Whether a body begins with parameters: names alone."""
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


# ---- measured ------------------------------------------------------------------------


def measure(schema: Schema, folder: Path) -> Iterator[tuple[str, Facts]]:
    for patch in corpus():
        change, told = impact_of(schema, (folder / patch["file"]).read_bytes(), patch["release"])
        seen = {"outcome": told.outcome, "tools": tools(told)}
        yield patch["file"], {"answer": seen, **facts_of(schema, change)}


def changed() -> dict[str, Facts]:
    found: dict[str, Facts] = json.loads(CHANGED.read_text())
    return found


def is_told(patch: dict[str, Any], said: Facts) -> bool:
    """Whether a tool that broke is said to break."""
    return bool({one["tool"] for one in patch.get("broke", ())} & set(said["tools"]))


def table() -> str:
    """The page of docs/: what happened, and what `impact` says of the patch itself."""
    facts = changed()
    patches = corpus()
    broke = [patch for patch in patches if patch["outcome"] == "broke"]
    harmless = [patch for patch in patches if patch["outcome"] == "harmless"]
    told = [patch for patch in broke if is_told(patch, facts[patch["file"]]["answer"])]
    alarms = [p for p in harmless if facts[p["file"]]["answer"]["outcome"] == "breaks"]
    lines = [
        _HEAD.format(
            patches=len(patches), broke=len(broke), harmless=len(harmless), told=len(told),
            recall=100 * len(told) / len(broke), alarms=len(alarms),
            open=sum(facts[p["file"]]["answer"]["outcome"] == "not-judged" for p in harmless),
        )
    ]  # fmt: skip
    lines += ["| patch | in | broke | `impact` |", "|---|---|---|---|"]
    for patch in broke:
        happened = "; ".join(f"{one['tool']} {one['releases']}" for one in patch["broke"])
        said = facts[patch["file"]]["answer"]
        answer = ", ".join(said["tools"]) if is_told(patch, said) else f"**{said['outcome']}**"
        lines.append(f"| {_called(patch)} | {patch['release']} | {happened} | {answer} |")
    lines += ["", "What is not told, and why:", ""]
    lines += [f"- {p['subject']}: {p['miss']}" for p in broke if p not in told]
    lines += ["", "| harmless patch | in | `impact` |", "|---|---|---|"]
    for patch in harmless:
        said = facts[patch["file"]]["answer"]["outcome"]
        lines.append(f"| {_called(patch)} | {patch['release']} | {said} |")
    return "\n".join(lines) + "\n"


def _called(patch: dict[str, Any]) -> str:
    subject = str(patch["subject"]).replace("|", "\\|").replace("*", "\\*").replace("_", "\\_")
    return f"{subject} ({patch['commit']})" if "commit" in patch else subject


_HEAD = """\
# Patches of 2012 to 2026, and what `impact` says of them

Each of these {patches} patches and series touched VMCOREINFO or what stands behind an entry. After {broke} of them a
tool broke until it was mended, after {harmless} none is known to have. What happened, and where it is told, is in
[`tests/patch/history/corpus.toml`](../tests/patch/history/corpus.toml); how they were chosen is in the
[README](../tests/patch/history/README.md) beside it.

- **Told**: {told} of {broke} ({recall:.0f} %) have a tool that broke among those that `impact --patch FILE --to RELEASE`
  says break.
- **False alarms**: {alarms} of {harmless}. Of {open} more it says that it can't judge all that they touch.

These figures are of patches by which the schema was completed, and of the schema that knows the releases since. How
well it does on patches that it was not made with is in the README beside the corpus.

"""


def main() -> None:
    if sys.argv[1] != "--table":
        found = dict(measure(load(ROOT / "schema"), Path(sys.argv[1])))
        CHANGED.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    PAGE.write_text(table())
