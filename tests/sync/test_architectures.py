# SPDX-License-Identifier: MIT
"""A tree with an architecture that the schema does not know."""

from __future__ import annotations

import pytest

from tests.sync.small import FIRST, Synced, entry, extraction, printed
from vmcoreinfo_codegen.model.kernel import mainline
from vmcoreinfo_codegen.query.tree_difference import tree_difference
from vmcoreinfo_codegen.sync.architectures import LEFT_OPEN
from vmcoreinfo_codegen.sync.steps import Add, Declare

ALL = "x86 arm64 ia64 kvx"


def test_it_is_declared_with_what_it_prints() -> None:
    read = extraction(
        printed("a", 1), printed("b", 2, arch="kvx"), printed("a2", 1, arch="kvx"), archs=ALL
    )
    first = (
        f"{FIRST}\narch-numbers {{\n\tnumber\t\tx86_64\n\tnumber\t\tarm64\n\tnumber\t\tia64\n}}\n"
    )
    done = Synced(entry("a") + entry("b", on=" on arm64 x86_64"), read, first=first)
    assert [type(step) for step in done.plan.steps][:1] == [Declare]
    assert [s.archs for s in done.plan.steps if isinstance(s, Add)] == [("kvx",), ("kvx",)]
    assert done.by_hand == {"kvx": LEFT_OPEN}
    declared = done.files["schema/releases.vmci"].partition("arch kvx {\n")[2]
    assert declared.startswith("\t# Added by sync from the tree of 6.10")
    assert '\tdoc\t\t""\n\tsource\t\tkvx\n\tbits\t\t64\n\tsince\t\t<=6.10\n}\n' in declared
    # A known key stands with its other blocks, a new one in a file of the architecture.
    assert "NUMBER(b) on kvx {\n" in done.text
    made = done.files["schema/arch/kvx.vmci"]
    assert 'section "kvx"\n\nNUMBER(a2) on kvx {\n' in made and "\tsince\t\t<=6.10\n" in made
    top = done.files["schema/schema.vmci"]
    assert 'source "arch/kvx.vmci"\n' in top and "\tnumber\t\tia64\n\tnumber\t\tkvx\n" in top


def test_a_folder_that_prints_nothing_is_no_architecture() -> None:
    done = Synced(entry("a"), extraction(printed("a", 1), archs=ALL))
    assert (done.plan.steps, done.by_hand) == ([], {})


@pytest.mark.parametrize(
    ("folder", "reason"),
    [
        ("k~x", "its folder's name can't be an architecture name in a schema"),
        ("x86_64", "declare its architecture: x86_64 is already a name of x86_64, from arch/x86"),
    ],
)
def test_what_can_not_be_declared(folder: str, reason: str) -> None:
    read = extraction(printed("a", 1), printed("b", 1, arch=folder), archs=f"x86 arm64 {folder}")
    done = Synced(entry("a"), read)
    assert (done.by_hand, done.plan.steps, done.unchanged) == ({folder: reason}, [], True)


def test_diff_tells_all_that_no_architecture_of_the_release_has() -> None:
    """ia64 went at 6.7; of one that was asked for alone the others are not told."""
    read = extraction(
        printed("a", 1), printed("b", 1, arch="kvx"), printed("a", 1, arch="ia64"), archs=ALL
    )
    done = Synced(entry("a"), extraction(printed("a", 1)))
    found = tree_difference(mainline(done.schema, done.release), read, None)
    assert [(c.change, c.key, c.archs, c.in_tree) for c in found.changes] == [
        ("architecture", "NUMBER(a)", ["ia64"], "always"),
        ("architecture", "NUMBER(b)", ["kvx"], "always"),
    ]
    arch = done.schema.architecture("x86_64")
    assert tree_difference(mainline(done.schema, done.release), read, arch).changes == []


def test_a_tree_of_many_folders_that_print_is_none() -> None:
    folders = [f"a{number:02}" for number in range(20)]
    lines = [printed(f"n{number}", 1, arch=folder) for number, folder in enumerate(folders)]
    done = Synced(entry("a"), extraction(printed("a", 1), *lines, archs=f"x86 {' '.join(folders)}"))
    reason = "declare its architecture: 20 are new, but sync declares at most 16"
    assert (done.by_hand, done.plan.steps) == (dict.fromkeys(folders, reason), [])
