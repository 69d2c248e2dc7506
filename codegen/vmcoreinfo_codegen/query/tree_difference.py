# SPDX-License-Identifier: MIT
"""What a kernel tree prints, compared with the schema for its release."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..core.condition import Any, Condition, equivalent
from ..kernel.extract import Export, Extraction, exports_of
from ..model import Architecture, Format, Prediction, Schema
from ..model.kernel import Kernel
from .interface.kernels import MovedEntries, TreeChange, TreeDifference
from .kernel_line import kernel_line
from .printed_files import printed_files


@dataclass(frozen=True)
class _Found:
    change: Literal["missing", "extra", "condition", "format", "architecture"]
    key: str
    in_schema: str | None
    in_tree: str | None
    file: str
    line: int


def tree_difference(
    kernel: Kernel, extraction: Extraction, arch: Architecture | None
) -> TreeDifference:
    """Compare on one architecture, or on all that the tree has and its vendor builds."""
    schema, release = kernel.schema, kernel.release
    there = [
        a
        for a in ([arch] if arch else schema.architectures)
        if a.source in extraction.architectures and a.existed_in(release)
    ]
    archs = [a for a in there if kernel.builds(a)]
    found: dict[_Found, list[str]] = {}
    compared = 0
    for architecture in archs:
        predicted = {p.key: p for p in schema.predict(release, architecture)}
        printed = printed_on(extraction, schema, architecture)
        compared += len(predicted.keys() | printed.keys())
        for change in _changes(predicted, printed):
            found.setdefault(change, []).append(architecture.name)
    if arch is None:
        for change, folder in _of_unknown(extraction, {a.source for a in there}):
            found.setdefault(change, []).append(folder)
            compared += 1
    order = {entry.key: place for place, entry in enumerate(schema.entries)}
    changes = [
        TreeChange(**vars(change), archs=None if _is_everywhere(change, names, archs) else names)
        for change, names in sorted(
            found.items(), key=lambda item: (order.get(item[0].key, len(order)), item[0].change)
        )
    ]
    return TreeDifference(
        tree=extraction.tree,
        release=str(release),
        line=kernel_line(kernel),
        compared=compared,
        changes=changes,
        moved=list(_moved(kernel, extraction, archs)),
        not_understood=len(extraction.not_understood),
    )


def _moved(
    kernel: Kernel, extraction: Extraction, archs: list[Architecture]
) -> Iterator[MovedEntries]:
    """Entries in other files. Vendors' builds are not compared: the schema does not name theirs."""
    if kernel.line is not None and kernel.line.line.builds:
        return
    for one in printed_files(kernel.schema, extraction, kernel.release, archs):
        if one.file is None:
            continue
        for path, by_key in one.elsewhere.items():
            yield MovedEntries(
                in_schema=one.file.path,
                in_tree=path,
                line=min(printed.line for printed in by_key.values()),
                keys=list(by_key),
            )


def _is_everywhere(change: _Found, names: list[str], archs: list[Architecture]) -> bool:
    return change.change != "architecture" and len(names) == len(archs)


def _of_unknown(extraction: Extraction, compared: set[str]) -> Iterator[tuple[_Found, str]]:
    """Exports in folders under arch/ that belong to no architecture of the schema in that
    release."""
    seen = set()
    for export in extraction.exports:
        if export.arch is None or export.arch in compared or (export.arch, export.key) in seen:
            continue
        seen.add((export.arch, export.key))
        condition = _shown(export.condition)
        found = _Found("architecture", export.key, None, condition, export.file, export.line)
        yield found, export.arch


def printed_on(
    extraction: Extraction, schema: Schema, arch: Architecture
) -> dict[str, tuple[Export, Condition]]:
    """The exports by key; a line that is printed in several places is present if one condition is
    true."""
    printed: dict[str, tuple[Export, Condition]] = {}
    for export, condition in exports_of(extraction, schema, arch):
        if export.key in printed:
            first, other = printed[export.key]
            printed[export.key] = (first, Any((other, condition)).simplify({}))
        else:
            printed[export.key] = (export, condition)
    return printed


def _changes(
    predicted: dict[str, Prediction], printed: dict[str, tuple[Export, Condition]]
) -> Iterator[_Found]:
    for key, prediction in predicted.items():
        if key not in printed:
            at = prediction.export.location
            yield _Found("missing", key, _shown(prediction.condition), None, at.path, at.line)
    for key, (export, condition) in printed.items():
        if key not in predicted:
            yield _Found("extra", key, None, _shown(condition), export.file, export.line)
            continue
        prediction = predicted[key]
        place = (export.file, export.line)
        if not equivalent(condition, prediction.condition):
            was, now = _shown(prediction.condition), _shown(condition)
            yield _Found("condition", key, was, now, *place)
        if not prints_as(export, prediction.format):
            yield _Found("format", key, prediction.format.value, export.format, *place)


def _shown(condition: Condition) -> str:
    text = str(condition)
    return "always" if text == "1" else text


def prints_as(export: Export, format_: Format) -> bool:
    """Whether a tree prints a value in a format of the schema."""
    # `%s` prints any text; only the schema can know that the text is pairs of digits (BUILD-ID, 5.9
    # to 5.13).
    return export.format == format_.value or export.printf.endswith("=%s")
