# SPDX-License-Identifier: MIT
"""What `sync` does where a tree prints entries in other source files than the schema says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.sync.small import ARM, KERNEL, Synced, entry, extraction, printed
from vmcoreinfo_codegen.kernel.extract import Export

FILES = """
files {
	file		"kernel/vmcore_info.c"
}

files on arm64 {
	file		"arch/arm64/kernel/crash_core.c"
	file		"arch/arm64/kernel/vmcore_info.c" since 6.9
}
"""
LOG = """
subsystem log

files of log {
	file		"kernel/printk.c"
}
"""
ENTRIES = FILES + entry("a") + entry("b") + entry("own", on=" on arm64") + LOG + entry("log")


def at(export: Export, file: str) -> Export:
    return replace(export, file=file)


OWN, LOGGED = printed("own", 3, arch="arm64"), at(printed("log", 4), "kernel/printk.c")


def test_a_tree_that_prints_in_the_same_files_changes_nothing() -> None:
    done = Synced(ENTRIES, extraction(printed("a", 1), printed("b", 2), OWN, LOGGED))
    assert done.unchanged and not done.by_hand


def test_a_move_is_recorded_with_its_commit() -> None:
    new = "kernel/crash/vmcore_info.c"
    shared = [at(printed(name, line), new) for line, name in enumerate(("a", "b"), 1)]
    done = Synced(ENTRIES, extraction(*shared, OWN, LOGGED), {new: "0123456789abcdef"})
    line = f'\tfile\t\t"{new}" since 6.10 commit 0123456789ab\n'
    assert done.text == ENTRIES.replace(f'"{KERNEL}"\n', f'"{KERNEL}"\n{line}', 1)


def test_a_subsystem_and_an_architecture_move_by_themselves() -> None:
    own, log = at(OWN, "arch/arm64/kernel/note.c"), at(LOGGED, "kernel/log/log.c")
    done = Synced(ENTRIES, extraction(printed("a", 1), printed("b", 2), own, log))
    first = f'"{ARM}" since 6.9\n'
    expected = ENTRIES.replace(
        first, f'{first}\tfile\t\t"arch/arm64/kernel/note.c" since 6.10\n'
    ).replace('"kernel/printk.c"\n', '"kernel/printk.c"\n\tfile\t\t"kernel/log/log.c" since 6.10\n')
    assert done.text == expected


@pytest.mark.parametrize(
    ("path", "left"),
    [
        ("kernel/note.c", [KERNEL, "kernel/note.c"]),
        # It never moved.
        (KERNEL, [KERNEL]),
    ],
)
def test_a_later_candidate_of_a_release_corrects_the_move(path: str, left: list[str]) -> None:
    begun = ENTRIES.replace(
        f'"{KERNEL}"\n', f'"{KERNEL}"\n\tfile\t\t"kernel/crash/vmcore_info.c" since 6.9\n', 1
    )
    shared = [at(printed(name, line), path) for line, name in enumerate(("a", "b"), 1)]
    done = Synced(begun, extraction(*shared, OWN, LOGGED), release="6.9-rc5")
    files = next(files for files in done.plan.steps if hasattr(files, "path"))
    assert files.path == path
    expected = ENTRIES
    if len(left) > 1:
        expected = expected.replace(
            f'"{KERNEL}"\n', f'"{KERNEL}"\n\tfile\t\t"{path}" since 6.9\n', 1
        )
    assert done.text == expected


def test_entries_in_two_files_are_left_to_people() -> None:
    new = "kernel/crash/vmcore_info.c"
    done = Synced(ENTRIES, extraction(printed("a", 1), at(printed("b", 1), new), OWN, LOGGED))
    assert done.unchanged
    assert done.by_hand == {
        new: "the tree prints NUMBER(b) there, and other entries of kernel/vmcore_info.c elsewhere: "
        "move them to a 'subsystem' with 'files' of its own"
    }


def test_a_path_that_no_schema_can_have_is_left_to_people() -> None:
    shared = [at(printed(name, line), 'kernel/a"b.c') for line, name in enumerate(("a", "b"), 1)]
    done = Synced(ENTRIES, extraction(*shared, OWN, LOGGED))
    assert done.unchanged
    assert done.by_hand == {'kernel/a"b.c': "not a valid path in a schema"}


def test_an_older_tree_corrects_nothing() -> None:
    old = [at(printed(name, line), "kernel/old.c") for line, name in enumerate(("a", "b"), 1)]
    log = at(LOGGED, "kernel/printk.c")
    done = Synced(ENTRIES, extraction(*old, OWN, log), release="6.8")
    assert done.unchanged
    assert done.by_hand["kernel/old.c"].endswith("correct the 'files' of these entries")


def test_the_first_line_of_an_architecture_gets_its_file() -> None:
    new = printed("x", 1, arch="x86")
    done = Synced(ENTRIES, extraction(printed("a", 1), printed("b", 2), OWN, LOGGED, new))
    block = 'files on x86_64 {\n\tfile\t\t"arch/x86/kernel/vmcore_info.c"\n}\n'
    assert block in done.text
    assert "NUMBER(x) on x86_64 {" in "".join(done.files.values())


def test_a_schema_without_files_stays_so() -> None:
    moved = at(printed("a", 1), "kernel/other.c")
    assert Synced(entry("a"), extraction(moved)).unchanged
