# SPDX-License-Identifier: MIT
"""The thread of September 2023: may vmap_area_list go, is VMALLOC_START enough, what is left over?"""

from __future__ import annotations

import base64
import quopri
from pathlib import Path

import pytest

from tests.command import Run

DIFF = """\
diff --git a/arch/arm64/kernel/crash_core.c b/arch/arm64/kernel/crash_core.c
--- a/arch/arm64/kernel/crash_core.c
+++ b/arch/arm64/kernel/crash_core.c
@@ -23,7 +23,6 @@ void arch_crash_save_vmcoreinfo(void)
 	/* Please note VMCOREINFO_NUMBER() uses "%d", not "%x" */
 	vmcoreinfo_append_str("NUMBER(MODULES_END)=0x%lx\\n", MODULES_END);
-	vmcoreinfo_append_str("NUMBER(VMALLOC_START)=0x%lx\\n", VMALLOC_START);
 	vmcoreinfo_append_str("NUMBER(VMALLOC_END)=0x%lx\\n", VMALLOC_END);
diff --git a/kernel/crash_core.c b/kernel/crash_core.c
--- a/kernel/crash_core.c
+++ b/kernel/crash_core.c
@@ -406,7 +406,6 @@ static int __init crash_save_vmcoreinfo_init(void)
 	VMCOREINFO_SYMBOL(_stext);
-	VMCOREINFO_SYMBOL(vmap_area_list);
+	vmcoreinfo_append_str("NUMBER(VMALLOC_START)=0x%lx\\n", VMALLOC_START);
"""
HEADERS = """\
From: A Developer <developer@example.org>
To: linux-mm@example.org
Subject: [PATCH v3 06/11] mm: vmalloc: Remove vmap_area_list
Date: Tue, 29 Aug 2023 10:11:39 +0200
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
"""
QUOTED = "On 08/29/23 at 10:11am, A Developer wrote:\n" + "".join(
    f"> {line}\n" for line in DIFF.splitlines()
)

MAILS = {
    "diff": DIFF,
    "mail": f"{HEADERS}\nThe list can go.\n---\n{DIFF}",
    "format-patch": f"From 0123456789abcdef Mon Sep 17 00:00:00 2001\n{HEADERS}\nWhy.\n---\n{DIFF}\n-- \n2.39\n",
    "quoted": f"{HEADERS}\n{QUOTED}\nIs VMALLOC_START enough?\n",
    "quoted twice": f"{HEADERS}\n" + "".join(f"> {line}\n" for line in QUOTED.splitlines()),
    "quoted-printable": f"{HEADERS}Content-Transfer-Encoding: quoted-printable\n\n"
    + quopri.encodestring(DIFF.encode()).decode(),
    "base64": f"{HEADERS}Content-Transfer-Encoding: base64\n\n"
    + base64.encodebytes(DIFF.encode()).decode(),
}  # fmt: skip


@pytest.mark.parametrize("form", MAILS)
def test_the_patch_in_any_form(run: Run, tmp_path: Path, form: str) -> None:
    path = tmp_path / "patch"
    path.write_text(MAILS[form])
    ran = run("impact", "--patch", str(path), "--format", "json")
    assert ran.code == 1
    found = ran.json("impact")
    # The line of arm64 only moved to the generic code.
    assert (found["removed"], found["added"]) == (
        ["SYMBOL(vmap_area_list)"], ["NUMBER(VMALLOC_START)"],
    )  # fmt: skip
    # Is VMALLOC_START enough for makedumpfile? On ppc64, from 1.7.5 on.
    (ppc64,) = (b for b in found["breaks"] if b["archs"] == ["ppc64"])
    assert (ppc64["consumer"], ppc64["verdict"], ppc64["fixed_in"]) == (
        "makedumpfile",
        "fatal",
        "1.7.5",
    )
    assert ppc64["releases"] == "1.5.4..1.7.4"
    # Are the offsets of use to anyone?
    assert found["unused_after"] == ["OFFSET(vmap_area.list)", "OFFSET(vmap_area.va_start)"]
    # And i386 still has no recipe.
    assert {"arch": "i386", "consumer": "makedumpfile", "purpose": "vmalloc translation"} in found[
        "no_alternative"
    ]


def test_may_it_go_without_a_replacement(run: Run) -> None:
    found = run("impact", "SYMBOL(vmap_area_list)", "--format", "json").json("impact")
    assert found["kernel"] == "6.8"
    (ppc64,) = (b for b in found["breaks"] if b["archs"] == ["ppc64"])
    assert (ppc64["fixed_in"], ppc64["releases"]) == (None, "1.5.4..next")
    assert {"arch": "ppc64", "consumer": "makedumpfile", "purpose": "vmalloc translation"} in found[
        "no_alternative"
    ]


def test_to_paste_into_a_mail(run: Run) -> None:
    text = run("impact", "SYMBOL(vmap_area_list)", "--format", "mail").out
    assert "makedumpfile 1.5.4..next: vmalloc translation on ppc64: fatal" in text
    assert all(len(line) <= 76 for line in text.splitlines())


def test_what_nobody_misses(run: Run) -> None:
    ran = run("impact", "SIZE(prb_data_blk_lpos)")
    assert (ran.code, "No tool release in the schema breaks." in ran.out) == (0, True)


def test_who_breaks_by_a_form(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "patch"
    path.write_text(
        "--- a/kernel/vmcore_info.c\n+++ b/kernel/vmcore_info.c\n"
        '-\tvmcoreinfo_append_str("NUMBER(VMALLOC_START)=0x%lx\\n", VMALLOC_START);\n'
        '+\tvmcoreinfo_append_str("NUMBER(VMALLOC_START)=%lx\\n", VMALLOC_START);\n'
    )
    found = run("impact", "--patch", str(path), "--format", "json").json("impact")
    assert (found["removed"], found["added"]) == ([], [])
    assert [(c["key"], c["change"], c["before"], c["after"]) for c in found["changes"]] == [
        ("NUMBER(VMALLOC_START)", "format", "0x%lx", "%lx")
    ]
    broken = {(b["consumer"], b["purpose"]) for b in found["breaks"]}
    assert ("makedumpfile", "vmalloc translation") in broken


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((), 2, "give entries to remove"),
        (("SYMBOL(vmap_area_lst)",), 2, "did you mean"),
        (("--patch", "LICENSE"), 2, "LICENSE: no unified diff found"),
        (("--rev", "a..b"), 2, "--rev needs a git repository"),
        (("--kernel", "."), 2, "--rev A..B"),
        (("--patch", "absent"), 2, "absent"),
    ],
)
def test_what_can_not_be_told(
    run: Run, arguments: tuple[str, ...], code: int, message: str
) -> None:
    ran = run("impact", *arguments)
    assert (ran.code, message in ran.err) == (code, True)


@pytest.mark.parametrize(
    ("key", "consumer", "purpose"),
    [
        ("SYMBOL(mem_section)", "makedumpfile", "memory model"),
        ("OFFSET(mem_section.section_mem_map)", "makedumpfile", "memory model"),
    ],
)
def test_another_way_that_another_configuration_brings_is_none(
    run: Run, key: str, consumer: str, purpose: str
) -> None:
    """A kernel with sections of memory has no node_mem_map to go by in their place."""
    answer = run("impact", key, "--format", "json").json("impact")
    broken = {(b["consumer"], b["purpose"]): b for b in answer["breaks"]}
    one = broken[consumer, purpose]
    assert (one["verdict"], one["fixed_in"]) == ("fatal", None)
    assert "x86_64" in one["archs"]


def test_a_new_key_that_a_parser_takes_for_another(run: Run) -> None:
    """crash looks for KEY= anywhere in the text of a compressed dump."""
    command = ("impact", "SYMBOL(log_first_idx)", "--to", "5.10", "--format", "json")
    for key, tools in (("XKERNELOFFSET", ["crash"]), ("KERNELOFFSETX", []), ("X", [])):
        answer = run(*command, "--add", key).json("impact")
        broken = [b for b in answer["breaks"] if b["purpose"] == "parse the note"]
        assert [b["consumer"] for b in broken] == tools
        for one in broken:
            assert one["verdict"] == "wrong" and one["seen"].startswith(f"{key}: ")
        assert "parse the note" not in {n["purpose"] for n in answer["no_alternative"]}
