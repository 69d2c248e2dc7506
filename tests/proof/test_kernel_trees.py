# SPDX-License-Identifier: MIT
"""Proof 1: the schema predicts what 86 kernel trees really export.

For each tree and each architecture in it, the set of (key, condition, format, macro)
that the schema predicts for that very release, stable ones as such, is what the
tree's sources have; deviations.toml lists the rest with reasons.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.conftest import CORPUS, deviations
from tests.proof.c_condition import parse_c_condition
from vmcoreinfo_codegen.core.condition import ALWAYS, NEVER, Condition, equivalent
from vmcoreinfo_codegen.core.condition import Any as AnyOf
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.model import Architecture, Schema

# How each macro prints its value (facts of the kernel's headers, not taken from the schema).
MACRO_FORMAT = {
    "VMCOREINFO_SYMBOL": "hex",
    "VMCOREINFO_SYMBOL_ARRAY": "hex",
    "VMCOREINFO_SIZE": "decimal",
    "VMCOREINFO_STRUCT_SIZE": "decimal",
    "VMCOREINFO_TYPEDEF_SIZE": "decimal",
    "VMCOREINFO_OFFSET": "decimal",
    "VMCOREINFO_TYPE_OFFSET": "decimal",
    "VMCOREINFO_LENGTH": "decimal",
    "VMCOREINFO_NUMBER": "signed",
    "VMCOREINFO_PAGESIZE": "signed",
    "VMCOREINFO_CONFIG": "flag",
    "VMCOREINFO_OSRELEASE": "string",
    "VMCOREINFO_BUILD_ID": "hexbytes",
    "VMCOREINFO_PAGE_OFFSET": "hex",
    "VMCOREINFO_VMALLOC_START": "hex",
    "VMCOREINFO_VMEMMAP_START": "hex",
}
PRINTF_FORMAT = {
    "%lx": "hex",
    "0x%lx": "0x-hex",
    "0x%llx": "0x-hex",
    "%ld": "signed",
    "%lld": "signed",
    "%d": "signed",
    "%s": "string",
}

Exports = dict[str, tuple[Condition, str, str]]


def trees() -> list[dict[str, Any]]:
    with lzma.open(CORPUS / "kernel-trees.jsonl.xz", "rt") as file:
        return [json.loads(line) for line in file]


TREES = trees()


def format_of(export: dict[str, Any]) -> str:
    if export["macro"] in MACRO_FORMAT:
        return MACRO_FORMAT[export["macro"]]
    assert export["macro"] == "vmcoreinfo_append_str"
    return PRINTF_FORMAT[export["printf"].partition("=")[2]]


def archs_of(arch: Architecture) -> tuple[str, str]:
    """Where a tree has the code of an architecture: that of all, and its own."""
    # i386 and x86_64 share a folder, but each of their files is one's own.
    return "*", arch.name if arch.source == "x86" else arch.source


def of_tree(tree: dict[str, Any], arch: Architecture, known: Mapping[str, bool]) -> Exports:
    """What the tree exports on one architecture, conditions as far as that leaves them open."""
    mine = archs_of(arch)
    found: Exports = {}
    for export in tree["entries"]:
        if export["arch"] not in mine:
            continue
        text = export["condition"]
        condition = (parse_c_condition(text) if text else ALWAYS).simplify(known)
        if condition == NEVER:
            continue
        key = export["key"]
        if key in found:
            # powerpc prints what the generic code prints, under the same condition.
            condition = AnyOf((condition, found[key][0]))
        found[key] = (condition, format_of(export), export["macro"])
    return found


def differences(
    schema: Schema, release: Release, arch: Architecture, tree: Exports
) -> Iterator[tuple[str, str]]:
    """Keys in which schema and tree differ, and how."""
    predicted = {p.key: p for p in schema.predict(release, arch)}
    for key in tree.keys() | predicted.keys():
        if key not in predicted:
            yield key, "the tree exports it, the schema does not say so"
            continue
        if key not in tree:
            yield key, "the schema predicts it, the tree lacks it"
            continue
        condition, format_, macro = tree[key]
        prediction = predicted[key]
        if not equivalent(condition, prediction.condition):
            yield key, f"condition {prediction.condition}, but the tree has {condition}"
        if format_ != prediction.format.value:
            yield key, f"format {prediction.format}, but the tree prints {format_}"
        if prediction.via is None or macro != prediction.via.macro:
            yield key, f"macro {prediction.via}, but the tree has {macro}"


@pytest.mark.parametrize("tree", TREES, ids=lambda tree: tree["full_version"])
def test_schema_predicts_the_tree(schema: Schema, tree: dict[str, Any]) -> None:
    release = Release.parse(tree["full_version"])
    excused = [d for d in deviations()["tree"] if Release.parse(d["release"]) == release]
    compared = 0
    unexplained = []
    for arch in schema.architectures:
        if arch.source not in tree["archs_present"] or not arch.existed_in(release):
            continue
        exports = of_tree(tree, arch, schema.fixed_config(arch))
        compared += len(exports)
        for key, how in differences(schema, release, arch, exports):
            listed = any(arch.name in d["architectures"] and key in d["keys"] for d in excused)
            if not listed:
                unexplained.append(f"{arch.name}: {key}: {how}")
    assert compared, "no architecture of this tree was compared"
    assert not unexplained, "\n".join(unexplained)


def test_every_listed_deviation_still_shows(schema: Schema) -> None:
    for deviation in deviations()["tree"]:
        release = Release.parse(deviation["release"])
        tree = next(t for t in TREES if Release.parse(t["full_version"]) == release)
        shown = set()
        for name in deviation["architectures"]:
            arch = schema.architecture(name)
            assert arch is not None
            exports = of_tree(tree, arch, schema.fixed_config(arch))
            found = {key for key, _ in differences(schema, release, arch, exports)}
            assert found, f"{release} on {name} has no deviation left"
            shown |= found
        assert shown == set(deviation["keys"])
        assert deviation["reason"]


def test_all_trees_are_here() -> None:
    assert len(TREES) == 86
    assert {"5.10.262", "6.1.192", "6.12.117", "7.2.13", "7.3.4"} <= {
        tree["full_version"] for tree in TREES if not tree["partial"]
    }
    assert sum(len(tree["entries"]) for tree in TREES) > 9000
