# SPDX-License-Identifier: MIT
"""A patch with its tree, and two revisions of a repository: what hunks do not show is read there."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.command import Run
from tests.patch.written import diff

MAKEFILE = "VERSION = 6\nPATCHLEVEL = 8\nSUBLEVEL = 0\nEXTRAVERSION =\n"
HEADER = """\
#define VMCOREINFO_BYTES PAGE_SIZE
#define VMCOREINFO_SYMBOL(name) \\
	vmcoreinfo_append_str("SYMBOL(%s)=%lx\\n", #name, (unsigned long)&name)
#define VMCOREINFO_OFFSET(name, field) \\
	vmcoreinfo_append_str("OFFSET(%s.%s)=%lu\\n", #name, #field, \\
			      (unsigned long)offsetof(struct name, field))
"""
CORE = """\
static int __init crash_save_vmcoreinfo_init(void)
{
#ifdef CONFIG_ONE
	int a;


	VMCOREINFO_SYMBOL(_stext);
#endif
	int b;


	VMCOREINFO_OFFSET(page, flags);
	return 0;
}
"""
TYPES = "struct page {\n\tunsigned long flags;\n\tint a;\n};\nenum pagetype {\n\tPGTY_buddy = 0xf0,\n};\n"
FILES = {
    "Makefile": MAKEFILE,
    "include/linux/crash_core.h": HEADER,
    "kernel/crash_core.c": CORE,
    "include/linux/mm_types.h": TYPES,
    "arch/x86/kernel/setup.c": "int x;\n",
}


def tree(folder: Path) -> Path:
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@b")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tree(tmp_path / "linux")
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "one")
    return folder


def moved(path: Path) -> Path:
    """SYMBOL(_stext) goes from one place to the other; the #ifdef around the first is not shown."""
    text = diff(
        "kernel/crash_core.c",
        "static int __init f(void)\n-\tVMCOREINFO_SYMBOL(_stext);\n #endif\n \tint b;\n",
        "static int __init f(void)\n \tVMCOREINFO_OFFSET(page, flags);\n+\tVMCOREINFO_SYMBOL(_stext);\n",
    )
    path.write_text(text)
    return path


def test_what_is_around_a_line_is_read_in_the_tree(run: Run, tmp_path: Path) -> None:
    patch = moved(tmp_path / "patch")
    alone = run("impact", "--patch", str(patch), "--format", "json")
    assert (alone.code, alone.json("impact")["not_judged"][0]["reason"]) == (
        4, "the patch does not show whether it is in the same #if",
    )  # fmt: skip
    folder = tree(tmp_path / "linux")
    found = run("impact", "--patch", str(patch), "--kernel", str(folder), "--format", "json").json(
        "impact"
    )
    assert found["kernel"] == "6.8" and not found["not_judged"]
    told = {(c["key"], c["change"], c["before"], c["after"]) for c in found["changes"]}
    assert ("SYMBOL(_stext)", "condition", "CONFIG_ONE", "always") in told


def test_a_patch_to_a_revision(run: Run, tmp_path: Path, repository: Path) -> None:
    patch = moved(tmp_path / "patch")
    (repository / "kernel/crash_core.c").write_text("nothing\n")
    words = ("impact", "--patch", str(patch), "--kernel", str(repository))
    assert run(*words, "--rev", "HEAD").code == 0
    ran = run(*words)
    assert ran.code == 2 and "kernel/crash_core.c:100: the patch does not apply" in ran.err


def test_a_series_is_applied_one_after_the_other(run: Run, tmp_path: Path) -> None:
    """The second stands on lines of the first."""
    first = diff("kernel/crash_core.c", "f\n \tint b;\n+\tVMCOREINFO_SYMBOL(one);\n")
    second = diff(
        "kernel/crash_core.c",
        "f\n \tint b;\n-\tVMCOREINFO_SYMBOL(one);\n+\tVMCOREINFO_SYMBOL(two);\n",
    )
    paths = [tmp_path / "1", tmp_path / "2"]
    for path, text in zip(paths, (first, second), strict=True):
        path.write_text(text)
    folder = str(tree(tmp_path / "linux"))
    words = [word for path in paths for word in ("--patch", str(path))]
    found = run("impact", *words, "--kernel", folder, "--format", "json").json("impact")
    assert found["added"] == ["SYMBOL(two)"]
    assert run("impact", *words[2:], "--kernel", folder).code == 2


def test_between_two_revisions(run: Run, repository: Path) -> None:
    core, types = repository / "kernel/crash_core.c", repository / "include/linux/mm_types.h"
    core.write_text(CORE.replace("\tVMCOREINFO_OFFSET(page, flags);\n", ""))
    types.write_text(TYPES.replace("0xf0", "0xf1").replace("\tint a;\n", "\tint a;\n\tint b;\n"))
    git(repository, "commit", "-qam", "two")
    ran = run("impact", "--kernel", str(repository), "--rev", "HEAD~1..HEAD", "--format", "json")
    found = ran.json("impact")
    assert (ran.code, found["kernel"], found["removed"]) == (1, "6.8", ["OFFSET(page.flags)"])
    assert {one["name"] for one in found["behind"]} >= {"struct page"}
    assert "makedumpfile" in {one["consumer"] for one in found["breaks"]}
    assert run("impact", "--kernel", str(repository), "--rev", "HEAD..HEAD").code == 5


@pytest.mark.parametrize(
    "rev", ["HEAD", "HEAD..", "..HEAD", "HEAD...HEAD", "HEAD..absent", "--output=x..HEAD"]
)
def test_revisions_that_are_none(run: Run, repository: Path, rev: str) -> None:
    ran = run("impact", "--kernel", str(repository), f"--rev={rev}")
    assert ran.code == 2 and "vmcoreinfo: error:" in ran.err
    assert not (repository / "x").exists()
