# SPDX-License-Identifier: MIT
"""`vmcoreinfo explain`"""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterator

from ...model import Evidence, Format, Unit
from ...query.explanation import derivation_explanation, explanation
from ...query.interface.kernels import (
    Condition,
    CopiedNames,
    ExplainedDerivation,
    ExplainedExport,
    ExplainedRecipe,
    Explanation,
    Life,
    LineChanged,
    Moment,
    PrintedFact,
    PrintedForm,
    PrintingFile,
    ReadFormat,
    Related,
    StandingNames,
    TypeOfMember,
)
from ...query.names import UnknownName, find_entry
from ..failure import FINDINGS, FINE, Failure
from ..layout import prose_width
from ..output import print_answer
from ..schema import add_format_option, add_schema_option, load_schema

_WIDTH = 88
_LABEL = 13


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "key",
        metavar="KEY",
        help="a key as in a note, the part in parentheses alone, or a derived value",
    )
    add_format_option(parser)
    add_schema_option(parser)


def run(options: argparse.Namespace) -> int:
    schema = load_schema(options.schema)
    derivations = {derivation.name: derivation for derivation in schema.derivations}
    answer: Explanation | ExplainedDerivation
    if options.key in derivations:
        answer = derivation_explanation(derivations[options.key])
    else:
        try:
            answer = explanation(schema, find_entry(schema, options.key))
        except UnknownName as error:
            raise Failure(str(error), FINDINGS) from error
    if options.format == "json":
        print_answer(answer)
    elif isinstance(answer, Explanation):
        print("\n".join(_lines(answer)))
    else:
        print("\n".join(_derivation(answer)))
    return FINE


def _derivation(answer: ExplainedDerivation) -> Iterator[str]:
    yield answer.derivation
    yield ""
    yield from textwrap.wrap(
        answer.doc, prose_width(_WIDTH), initial_indent="  ", subsequent_indent="  "
    )
    yield ""
    yield from _field("value", f"{answer.format}, {answer.unit}")
    for recipe in answer.recipes:
        where = f" on {', '.join(recipe.archs)}" if recipe.archs else ""
        yield from _field("recipe", f"{recipe.name}{where}{_range(recipe)}")
        yield from _field("", recipe.expression)
        extra = [key for key in recipe.requires if key not in recipe.expression]
        if extra:
            yield from _field("", f"if {', '.join(extra)} is present")
    yield from _field("schema", answer.source)


def _lines(answer: Explanation) -> Iterator[str]:
    yield answer.key
    for export in answer.exports:
        yield ""
        yield from _export(answer, export)
    yield ""
    for related in answer.replaced_by:
        yield from _field("replaced by", _related(related))
    for related in answer.replaces:
        yield from _field("replaces", _related(related))
    if answer.derivations:
        yield from _field("derivations", ", ".join(answer.derivations))
    for changed in answer.lines:
        yield from _field("vendors", _line(changed))
    for copied in answer.copied:
        yield from _field("copied by", _copied(copied))


def _export(answer: Explanation, export: ExplainedExport) -> Iterator[str]:
    yield from textwrap.wrap(
        export.doc, prose_width(_WIDTH), initial_indent="  ", subsequent_indent="  "
    )
    yield ""
    yield from _field("where", ", ".join(export.archs) if export.archs else "every architecture")
    if export.out_of_tree:
        yield from _field("exported", "not by any mainline release")
    for life in export.lives:
        yield from _life("of kernels" if export.out_of_tree else "exported", life)
    if not export.out_of_tree:
        yield from _conditions(export)
    for printed in export.printed:
        yield from _field(
            "printed", f"{printed.printf or '?'}  by {printed.macro}{_range(printed)}"
        )
    for number, file in enumerate(reversed(export.files)):
        archs = f" on {' '.join(file.archs)}" if file.archs is not None else ""
        yield from _field("" if number else "in", file.path + archs + _range(file))
    unit = f", {Unit(export.unit)}: {Unit(export.unit).doc}" if export.unit else ""
    said = [(Format(printed.format), _range(printed)) for printed in export.formats]
    for format_, bounds in said or [(Format(answer.format), "")]:
        yield from _field("value", f"{format_}{bounds} ({format_.doc}){unit}")
        unit = ""
    for number, member in enumerate(export.types):
        yield from _field("" if number else "type", member.type + _range(member))
    if export.first:
        yield from _field("position", "first member of its structure")
    if export.equals is not None:
        yield from _field("equals", export.equals)
    # Leave out an expression that only repeats the key.
    for fact in export.debug_info:
        if not answer.key.endswith(fact.expression[fact.expression.find("(") :]):
            archs = f" on {' '.join(fact.archs)}" if fact.archs is not None else ""
            yield from _field("debug info", f"{fact.expression}{archs}{_range(fact)}")
    for behind in export.behind:
        yield from _field("based on", ", ".join(behind.names) + _range(behind))
    for note in export.notes:
        yield from _field(note.kind, f"{', '.join(note.releases)}: {note.text}")
    if export.absent:
        yield from _field("when absent", export.absent)
    yield from _field("schema", f"{export.source}, section '{export.section}'")


def _conditions(export: ExplainedExport) -> Iterator[str]:
    for condition in export.conditions:
        yield from _field("if", condition.condition + _range(condition))
    if not export.conditions:
        yield from _field("if", "always")


def _life(label: str, life: Life) -> Iterator[str]:
    end = f" until {_moment(life.until)}" if life.until else ", still present"
    yield from _field(label, f"since {_moment(life.since)}{end}")
    for label, moment in (("added in", life.since), ("removed in", life.until)):
        if moment is not None and (moment.commit or moment.why):
            yield from _field(label, _because(moment))
    for backport in life.backports:
        text = f"{_moment(backport)} and later on that branch"
        because = _because(backport)
        yield from _field("backported", f"{text}; {because}" if because else text)


def _moment(moment: Moment) -> str:
    doubt = "or earlier" if moment.maybe_earlier else ""
    seen = f"seen only in the tree of {moment.seen}" if moment.seen else ""
    remarks = ", ".join(text for text in (moment.date, doubt, seen) if text)
    return f"{moment.release} ({remarks})" if remarks else moment.release


def _because(moment: Moment) -> str:
    evidence = Evidence(moment.evidence) if moment.evidence else None
    doubt = f" ({evidence.doc})" if evidence and evidence is not Evidence.CHECKED else ""
    commit = f"commit {moment.commit}{doubt}" if moment.commit else ""
    return ": ".join(text for text in (commit, moment.why) if text)


def _related(related: Related) -> str:
    life = f"since {related.since}" + (f" until {related.until}" if related.until else "")
    return f"{related.key}, {life}: {related.summary}"


_CHANGES = {"added": "in", "removed": "not in", "changed": "different in"}


def _line(changed: LineChanged) -> str:
    """`in rhel8 since 8.6 (build 372), as in 5.10`"""
    build = f"build {changed.build}"
    start = f"{changed.release} ({build})" if changed.release else build
    where = f" on {', '.join(changed.archs)}" if changed.archs else ""
    like = f", as in {changed.like}" if changed.like else ""
    condition = f", if {changed.condition}" if changed.condition else ""
    form = f", {changed.format}" if changed.format and changed.change == "changed" else ""
    line = f"{_CHANGES[changed.change]} {changed.line}{where}"
    return f"{line} since {start}{like}{condition}{form}"


def _copied(copied: CopiedNames) -> str:
    where = f" on {', '.join(copied.archs)}" if copied.archs else ""
    since = f" since {copied.kernels_since}" if copied.kernels_since else ""
    until = f" until {copied.kernels_until}" if copied.kernels_until else ""
    where += f", of kernels{since}{until}" if since or until else ""
    names = ", ".join(copied.names)
    said = f"{copied.consumer}{_range(copied)}, {copied.purpose}{where}: {names}"
    return f"{said}; {copied.verdict} if they change: {copied.seen}"


def _range(
    ranged: Condition
    | PrintedForm
    | PrintedFact
    | PrintingFile
    | ReadFormat
    | ExplainedRecipe
    | StandingNames
    | TypeOfMember
    | CopiedNames,
) -> str:
    since = f" since {ranged.since}" if ranged.since else ""
    return since + (f" until {ranged.until}" if ranged.until else "")


def _field(label: str, text: str) -> Iterator[str]:
    indent = " " * (_LABEL + 2)
    lines = textwrap.wrap(
        text, prose_width(_WIDTH) - len(indent), break_long_words=False, break_on_hyphens=False
    )
    for number, line in enumerate(lines or [""]):
        yield f"  {label:<{_LABEL}}{line}" if number == 0 else f"{indent}{line}"
