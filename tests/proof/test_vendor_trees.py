# SPDX-License-Identifier: MIT
"""The schema predicts what trees of vendors' kernels print, each found by the name of its kernel.

On every architecture that the vendor builds: keys, conditions and formats.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.conftest import CORPUS
from tests.each import check_each
from tests.proof.c_condition import parse_c_condition
from vmcoreinfo_codegen.core.condition import ALWAYS, NEVER, Condition
from vmcoreinfo_codegen.core.condition import Any as AnyOf
from vmcoreinfo_codegen.model import Architecture, Schema
from vmcoreinfo_codegen.model.kernel import Kernel, kernel_named
from vmcoreinfo_codegen.model.vocabulary import QuirkKind
from vmcoreinfo_codegen.sync.line import is_as_printed

TREES = [
    json.loads(line) for line in (CORPUS / "facts" / "vendor-trees.jsonl").read_text().splitlines()
]


@pytest.fixture(scope="module")
def sets() -> dict[str, list[dict[str, Any]]]:
    with lzma.open(CORPUS / "facts" / "vendor-sets.jsonl.xz", "rt") as file:
        return {one["set"]: one["exports"] for one in map(json.loads, file)}


def printed(
    exports: list[dict[str, Any]], arch: Architecture, known: Mapping[str, bool]
) -> dict[str, tuple[Condition, str]]:
    """What a tree prints on one architecture."""
    found: dict[str, tuple[Condition, str]] = {}
    other = {"x86_64": "_32", "i386": "_64"}.get(arch.name)
    for export in exports:
        if export["arch"] not in ("*", arch.source):
            continue
        if other and export["file"].rpartition(".")[0].endswith(other):
            continue
        text = export.get("condition")
        condition = (parse_c_condition(text) if text else ALWAYS).simplify(known)
        if condition == NEVER:
            continue
        if export["key"] in found:
            condition = AnyOf((condition, found[export["key"]][0]))
        found[export["key"]] = (condition, export["format"])
    return found


def _may_miss(kernel: Kernel, key: str, arch: Architecture) -> bool:
    """Whether the schema says that kernels of the release may be without an entry, as stable ones are that lost it."""
    return any(
        quirk.kind is QuirkKind.MISSING and quirk.applies(kernel.release, arch.name)
        for export in kernel.schema.by_key[key].exports
        for quirk in export.quirks
    )


Differences = Callable[[Kernel, str], tuple[int, list[tuple[str, str]]]]


@pytest.fixture(scope="module")
def differences(schema: Schema, sets: dict[str, list[dict[str, Any]]]) -> Differences:
    """How many entries of a set were compared with a kernel's, and which differ; once for builds that are alike."""
    done: dict[tuple[int, str, str, str], tuple[Schema, int, list[tuple[str, str]]]] = {}

    def compare(kernel: Kernel, name: str) -> tuple[int, list[tuple[str, str]]]:
        line = kernel.line.line.name if kernel.line else ""
        known = (id(kernel.schema), line, str(kernel.release), name)
        if known not in done:
            compared, other = 0, []
            for arch in schema.architectures:
                if not arch.existed_in(kernel.release) or not kernel.builds(arch):
                    continue
                predicted = {p.key: p for p in kernel.schema.predict(kernel.release, arch)}
                tree_has = printed(sets[name], arch, schema.fixed_config(arch))
                compared += len(tree_has)
                other += [
                    (arch.name, key)
                    for key in predicted.keys() | tree_has.keys()
                    if not is_as_printed(predicted.get(key), tree_has.get(key))
                    and (key in tree_has or not _may_miss(kernel, key, arch))
                ]
            done[known] = (kernel.schema, compared, other)
        return done[known][1:]

    return compare


def test_a_line_has_what_its_trees_print(schema: Schema, differences: Differences) -> None:
    def check(name: str) -> None:
        kernel = kernel_named(schema, name)
        all_compared = 0
        for tree in (tree for tree in TREES if tree["kernel"] == name):
            assert str(kernel.release.branch) == ".".join(
                tree["release"].split(".")[: len(kernel.release.mainline)]
            )
            compared, other = differences(kernel, tree["set"])
            all_compared += compared
            assert not other
        assert all_compared > 120
        assert kernel.line is not None and not kernel.is_patched

    check_each(sorted({tree["kernel"] for tree in TREES}), str, check)
