# SPDX-License-Identifier: MIT
"""Changes of `files` blocks: entries that moved to another source file, or have none yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..kernel.extract import Extraction
from ..model import Architecture, Schema
from ..model.kernel_files import is_path
from ..query.printed_files import InTree, printed_files
from .steps import Add, ByHand, Locate, Move, Plan


def plan_moves(
    made: Plan, schema: Schema, extraction: Extraction, archs: Iterable[Architecture]
) -> None:
    """Add the steps for source files to a plan that already has those for entries."""
    if not schema.kernel_files:
        return
    for one in printed_files(schema, extraction, made.release, archs):
        if one.elsewhere and len(one.printed) > 1:
            made.by_hand += _several(one)
        elif one.elsewhere:
            ((path, by_key),) = one.elsewhere.items()
            if is_path(path):
                made.steps.append(Move(one.files, path, next(iter(by_key.values()))))
            else:
                made.by_hand.append(ByHand(path, "not a valid path in a schema"))
    found: dict[tuple[str, str], Locate] = {}
    for step in made.steps:
        if isinstance(step, Add):
            subsystem = _subsystem(schema, step)
            missing = _without_file(schema, subsystem, step.archs)
            if missing is None:
                continue
            place = (subsystem, step.printed.file)
            before = found[place].archs if place in found else ()
            several = tuple(dict.fromkeys([*(before or ()), *missing]))
            found[place] = Locate(subsystem, several or None, step.printed.file)
    made.steps += found.values()


def _several(one: InTree) -> Iterable[ByHand]:
    said = one.file.path if one.file is not None else "no file"
    for path, by_key in one.elsewhere.items():
        keys = ", ".join(list(by_key)[:3]) + (" and others" if len(by_key) > 3 else "")
        reason = f"the tree prints {keys} there, and other entries of {said} elsewhere: move them "
        yield ByHand(path, f"{reason}to a 'subsystem' with 'files' of its own")


def _subsystem(schema: Schema, step: Add) -> str:
    """The subsystem of the entry after which a new one is inserted."""
    for key in (step.after, step.printed.key):
        if key is not None and key in schema.by_key:
            return schema.by_key[key].exports[-1].subsystem
    return ""


def _without_file(
    schema: Schema, subsystem: str, archs: Sequence[str] | None
) -> Sequence[str] | None:
    """The architectures without a `files` block, empty for shared code; None if none is missing."""
    mine = [files for files in schema.kernel_files if files.subsystem == subsystem]
    if archs is None:
        return None if any(files.archs is None for files in mine) else ()
    known = {name for files in mine for name in files.archs or ()}
    return [name for name in archs if name not in known] or None
