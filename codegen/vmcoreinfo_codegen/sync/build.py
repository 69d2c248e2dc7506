# SPDX-License-Identifier: MIT
"""The effect of a vendor build's tree on its line: a plan, and its clauses."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from ..core.build import BuildNumber
from ..core.condition import ALWAYS, Condition
from ..kernel.extract import Extraction
from ..model import Format, Schema
from ..model.kernel import Kernel
from ..model.line import Line, LineBuild
from ..query.tree_difference import printed_on
from ..syntax import tree
from ..syntax.format import format_node
from .apply import MADE, Files, word
from .line import LineStep, line_steps
from .steps import ByHand

# The same as in the schema's grammar.
_CONFIG = re.compile(r"CONFIG_[A-Za-z0-9_]+")
_WIDTH = 70
_LEAST_WIDTH = 30


class NoBuild(Exception):
    """A kernel that can't be a build of a line."""


@dataclass(frozen=True)
class NewBlock:
    """The head of a block."""

    first: BuildNumber
    last: BuildNumber
    release: str
    date: str | None


@dataclass
class LinePlan:
    """The changes for a build, and what is left to people.

    `extended` is the block whose last build it becomes, `block` the head of a new one. Both are
    None if nothing is to be written.
    """

    kernel: Kernel
    line: Line
    build: BuildNumber
    steps: list[LineStep] = field(default_factory=list)
    by_hand: list[ByHand] = field(default_factory=list)
    extended: LineBuild | None = None
    block: NewBlock | None = None

    @property
    def written(self) -> str | None:
        """The head of the block that describes the build."""
        if self.extended is not None:
            return _head(self.extended, self.build)
        return _head(self.block) if self.block is not None else None


def plan_build(
    schema: Schema, kernel: Kernel, extraction: Extraction, release: str, date: str | None
) -> LinePlan:
    """Compare the tree of a build with its line; `release` is the vendor's release, or empty.

    `date` is the date of a release that is not in the line yet. Raises NoBuild.
    """
    made = _empty(kernel)
    line, build = made.line, made.build
    archs = [
        arch
        for arch in schema.architectures
        if kernel.builds(arch)
        and arch.source in extraction.architectures
        and arch.existed_in(kernel.release)
    ]
    found = {arch.name: printed_on(extraction, schema, arch) for arch in archs}
    printed = {
        name: {key: (condition, export.format) for key, (export, condition) in keys.items()}
        for name, keys in found.items()
    }
    steps, unknown = line_steps(schema, kernel.schema, kernel.release, archs, printed)
    made.steps = [step for step in steps if not _strange(step)]
    for step in steps:
        for key in step.keys if _strange(step) else ():
            reason = f"its condition is not an expression of CONFIG symbols: {_strange(step)[0]}"
            made.by_hand.append(ByHand(key, reason))
    newest = line.builds[-1] if line.builds else None
    if newest is not None and build <= newest.last:
        _leave_to_people(made, schema, release)
    elif newest is not None and not made.steps and _is_of(newest, build, release):
        made.extended = newest
    else:
        made.block = _block(build, newest, release, date)
    for key in unknown:
        where = {name: keys[key] for name, keys in found.items() if key in keys}
        export, condition = next(iter(where.values()))
        names = None if len(where) == len(archs) else tuple(where)
        step = LineStep((key,), names, None, (condition, export.format))
        reason = (
            f"printed by {export.file}:{export.line}, but not an entry: add one, 'out-of-tree' if "
            f"mainline lacks it, and '{said(step, schema)[0]}' to the build"
        )
        made.by_hand.append(ByHand(key, reason))
    return made


def _empty(kernel: Kernel) -> LinePlan:
    found = kernel.line
    if found is None or found.line.base is None:
        name = f"line {found.line.name}" if found is not None else kernel.name
        raise NoBuild(
            f"{name} follows mainline releases and has no builds of its own; give the tree's "
            "release with --release"
        )
    if found.build is None:
        raise NoBuild(f"'{kernel.name}' does not name a build of line {found.line.name}")
    return LinePlan(kernel, found.line, found.build)


def _strange(step: LineStep) -> list[str]:
    names = step.printed[0].names() if step.printed is not None else ()
    return sorted(name for name in names if not _CONFIG.fullmatch(name))


def _is_of(block: LineBuild, build: BuildNumber, release: str) -> bool:
    """Whether a build without other changes belongs to the release of a block."""
    if release and block.release:
        return release == block.release
    return build.numbers[0] in (block.first.numbers[0], block.last.numbers[0])


def _block(
    build: BuildNumber, newest: LineBuild | None, release: str, date: str | None
) -> NewBlock:
    if newest is not None and _is_of(newest, build, release):
        # Builds of one release differ.
        return NewBlock(first=build, last=build, release=newest.release, date=newest.date)
    # The builds of a release share the first number, including those before the one that was read.
    first = BuildNumber(build.numbers[:1])
    if not release or (newest is not None and first <= newest.last):
        first = build
    return NewBlock(first=first, last=build, release=release, date=date if release else None)


def _leave_to_people(made: LinePlan, schema: Schema, release: str) -> None:
    """Leave all changes to people, as the tree of a build does not tell about later ones."""
    line, build = made.line, made.build
    behind = next((one for one in line.builds if one.first > build), None)
    if behind is None:
        where = f"in {_head(line.builds[-1])}, which differs"
    else:
        where = f"before {_head(behind)}"
    for step in made.steps:
        for key in step.keys:
            [clause] = said(replace_keys(step, [key]), schema)
            reason = (
                f"the tree of build {build} needs '{clause}', but shows nothing about later "
                f"builds: add it {where}"
            )
            made.by_hand.append(ByHand(key, reason))
    if not made.steps and not line.knows(build):
        block = _head(_block(build, None, release, None))
        known = "the line gives its exports, but no build like it was read"
        made.by_hand.append(ByHand(line.name, f"{known}: put '{block}' {where}"))
    made.steps = []


def _head(block: LineBuild | NewBlock, last: BuildNumber | None = None) -> str:
    last = last or block.last
    words = ["build", str(block.first)]
    words += ["to", str(last)] if last != block.first else []
    words += ["as", block.release] if block.release else []
    return " ".join(words)


def replace_keys(step: LineStep, keys: Sequence[str]) -> LineStep:
    """The same step for other keys."""
    return LineStep(tuple(keys), step.archs, step.like, step.printed)


def apply_build(plan: LinePlan, files: Sequence[tree.File], schema: Schema) -> list[tree.File]:
    """The files with the plan applied; unchanged ones are the same objects."""
    edited = Files(files, schema)
    last = word(str(plan.build))
    if plan.extended is not None:
        edited.edit(plan.extended.location, lambda block: _extended(block, last))
    elif plan.block is not None:
        made = _made(plan.block, plan.steps, schema)
        edited.edit(plan.line.location, lambda block: _with_build(block, made))
    return edited.files


def _extended(block: tree.Block, last: tree.Word) -> tree.Block:
    assert isinstance(block, tree.KernelBuild)
    return replace(block, last=last)


def _with_build(block: tree.Block, made: tree.KernelBuild) -> tree.Block:
    """The block with another build after the last one, or at the end."""
    places = [i for i, node in enumerate(block.body) if isinstance(node, tree.KernelBuild)]
    place = places[-1] + 1 if places else len(block.body)
    return replace(block, body=(*block.body[:place], made, *block.body[place:]))


def _made(block: NewBlock, steps: Iterable[LineStep], schema: Schema) -> tree.KernelBuild:
    body = tuple(clause for step in steps for clause in _clauses(step, schema))
    return tree.KernelBuild(
        *MADE,
        body,
        "",
        word(str(block.first)),
        word(str(block.last)) if block.last != block.first else None,
        word(block.release) if block.release else None,
        word(block.date) if block.date else None,
    )


def said(step: LineStep, schema: Schema) -> list[str]:
    """The clauses of a step, as text of the schema."""
    return [" ".join(format_node(clause).split()) for clause in _clauses(step, schema)]


def _clauses(step: LineStep, schema: Schema) -> Iterator[tree.Clause]:
    archs = tree.Names(map(word, step.archs)) if step.archs is not None else None
    if step.like is not None:
        for keys in _in_lines(step.keys, _WIDTH):
            yield tree.AsOf(*MADE, word(str(step.like)), keys, archs)
    elif step.printed is None:
        for keys in _in_lines(step.keys, _WIDTH):
            yield tree.Gone(*MADE, keys, archs)
    else:
        yield from _exported(step.keys, archs, *step.printed, schema)


def _exported(
    keys: Sequence[str],
    archs: tree.Names | None,
    condition: Condition,
    format_: str,
    schema: Schema,
) -> Iterator[tree.Exported]:
    """Keys printed as their entries say, then those whose format the build has to tell."""
    as_said = [key for key in keys if _is_said(schema, key, format_)]
    depends = None if condition == ALWAYS else condition
    width = max(_LEAST_WIDTH, _WIDTH - len(str(depends or "")))
    for some, told in (
        (as_said, None),
        ([k for k in keys if k not in as_said], word(format_)),
    ):
        for row in _in_lines(some, width):
            yield tree.Exported(*MADE, row, told, archs, depends)


def _is_said(schema: Schema, key: str, format_: str) -> bool:
    entry = schema.by_key.get(key)
    # `%s` prints any text; the entry knows its format.
    return entry is not None and format_ in (entry.format.value, Format.STRING.value)


def _in_lines(keys: Sequence[str], width: int) -> Iterator[tree.Keys]:
    rows = textwrap.wrap(" ".join(keys), width, break_long_words=False, break_on_hyphens=False)
    return (tree.Keys(map(word, row.split())) for row in rows)
