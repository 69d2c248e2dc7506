# SPDX-License-Identifier: MIT
"""What patches change, each read from its hunks by what reads kernel trees."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.patch.written import diff, gone, new
from vmcoreinfo_codegen.compat.proposal import Proposal
from vmcoreinfo_codegen.compat.reply import answer
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.patch.change import KernelChange, together
from vmcoreinfo_codegen.patch.reading import of_series
from vmcoreinfo_codegen.patch.series import read_series
from vmcoreinfo_codegen.patch.view import View

INIT = "static int __init crash_save_vmcoreinfo_init(void)\n"
CORE = "kernel/vmcore_info.c"
HEADER = "include/linux/vmcore_info.h"
S390 = "arch/s390/kernel/vmcore_info.c"


def change(schema: Schema, text: str) -> KernelChange:
    return together(schema, of_series(schema, schema.latest, read_series(text.encode())))


def on(schema: Schema, found: KernelChange, arch: str = "x86_64") -> View:
    architecture = schema.architecture(arch)
    assert architecture is not None
    return found.view(architecture)


def view(schema: Schema, text: str, arch: str = "x86_64") -> View:
    return on(schema, change(schema, text), arch)


def is_same(found: View) -> bool:
    return not (
        found.removed or found.added or found.reformatted or found.revalued or found.conditioned
    )


def test_a_call_on_two_lines(schema: Schema) -> None:
    one = " \tVMCOREINFO_STRUCT_SIZE(page);\n-\tVMCOREINFO_OFFSET(page,\n-\t\t\tflags);\n"
    found = view(schema, diff(CORE, INIT + one))
    assert (list(found.removed), list(found.added)) == (["OFFSET(page.flags)"], [])


def test_a_line_that_is_wrapped(schema: Schema) -> None:
    one = "-\tVMCOREINFO_OFFSET(page, flags);\n+\tVMCOREINFO_OFFSET(page,\n+\t\t\tflags);\n"
    found = change(schema, diff(CORE, INIT + one))
    assert is_same(on(schema, found)) and found.touches and not found.unseen


def test_macros_of_every_kind(schema: Schema) -> None:
    lines = (
        "VMCOREINFO_OFFSET(page, lru);",
        "VMCOREINFO_STRUCT_SIZE(list_head);",
        "VMCOREINFO_LENGTH(printk_info_device, PRINTK_INFO_DEVICE_LEN);",
        "VMCOREINFO_NUMBER(PG_lru);",
        "VMCOREINFO_SYMBOL_ARRAY(mem_section);",
        "VMCOREINFO_CONFIG(X86_PAE);",
        "VMCOREINFO_PAGESIZE(PAGE_SIZE);",
        "VMCOREINFO_OSRELEASE(init_uts_ns.name.release);",
        "VMCOREINFO_BUILD_ID();",
        'vmcoreinfo_append_str("NUMBER(VA_BITS)=%ld\\n", VA_BITS);',
    )
    found = view(schema, "".join(f"-\t{line}\n" for line in lines))
    assert list(found.removed) == [
        "OFFSET(page.lru)", "SIZE(list_head)", "LENGTH(printk_info_device)", "NUMBER(PG_lru)",
        "SYMBOL(mem_section)", "CONFIG_X86_PAE", "PAGESIZE", "OSRELEASE", "BUILD-ID",
        "NUMBER(VA_BITS)",
    ]  # fmt: skip


def test_a_macro_that_is_not_known_is_told(schema: Schema) -> None:
    found = change(schema, diff(CORE, INIT + "-\tVMCOREINFO_FIELD_AND_OFFSET(no, macro);\n"))
    (unseen,) = found.unseen
    assert (unseen.file, unseen.line) == (CORE, 100)
    assert "no definition of VMCOREINFO_FIELD_AND_OFFSET" in unseen.reason


BODY = """\

 #define VMCOREINFO_LENGTH(name, value) \\
-	vmcoreinfo_append_str("LENGTH(%s)=%lu\\n", #name, (unsigned long)value)
+	vmcoreinfo_append_str("COUNT(%s)=%lu\\n", #name, (unsigned long)value)
 #define VMCOREINFO_NUMBER(name) \\
 	vmcoreinfo_append_str("NUMBER(%s)=%ld\\n", #name, (long)name)
"""


def test_the_body_of_a_macro(schema: Schema) -> None:
    """What it prints is another key, of every entry that the kernel prints by it."""
    found = change(schema, diff(HEADER, BODY))
    removed = list(on(schema, found).removed)
    predicted = schema.predict(schema.latest, schema.architectures[0])
    assert removed == [p.key for p in predicted if p.via and p.via.macro == "VMCOREINFO_LENGTH"]
    assert list(on(schema, found).added) == [key.replace("LENGTH", "COUNT") for key in removed]
    assert "LENGTH(lowcore_ptr)" in on(schema, found, "s390x").removed
    form = BODY.replace("COUNT(%s)=%lu", "LENGTH(%s)=0x%lx")
    reformatted = view(schema, diff(HEADER, form)).reformatted
    assert list(reformatted) == removed


def test_lines_of_a_macro_itself_are_no_exports(schema: Schema) -> None:
    body = BODY.replace("COUNT(%s)=%lu", "LENGTH(%s)=%lu").replace(
        "(unsigned long)value", "(u64)value"
    )
    assert is_same(view(schema, diff(HEADER, body)))


def test_a_macro_that_comes_with_the_patch(schema: Schema) -> None:
    text = diff(
        HEADER,
        '\n+#define VMCOREINFO_ENUM(name) \\\n+\tvmcoreinfo_append_str("ENUM(%s)=%d\\n", #name, name)\n',
    ) + diff(CORE, INIT + "+\tVMCOREINFO_ENUM(PG_new);\n")
    found = view(schema, text)
    assert [s.first.printf for s in found.added.values()] == ["ENUM(PG_new)=%d"]


def test_an_ifdef_around_an_export(schema: Schema) -> None:
    text = diff(
        CORE,
        INIT
        + "+#ifdef CONFIG_FOO\n \tVMCOREINFO_OFFSET(page, flags);\n+#endif\n \tVMCOREINFO_SYMBOL(prb);\n",
    )
    found = view(schema, text)
    ((key, (old, after)),) = found.conditioned.items()
    assert (key, str(old.condition), str(after.condition)) == (
        "OFFSET(page.flags)",
        "1",
        "CONFIG_FOO",
    )


def test_an_export_that_moves_under_another_condition(schema: Schema) -> None:
    text = diff(
        CORE,
        INIT + " #ifdef CONFIG_A\n-\tVMCOREINFO_SYMBOL(prb);\n #endif\n"
        " #ifdef CONFIG_B\n+\tVMCOREINFO_SYMBOL(prb);\n #endif\n",
    )
    ((old, after),) = view(schema, text).conditioned.values()
    assert (str(old.condition), str(after.condition)) == ("CONFIG_A", "CONFIG_B")


def test_what_a_hunk_does_not_show_is_said(schema: Schema) -> None:
    """The #endif is in no hunk; the line goes from one place to another; the call begins before it."""
    opened = change(schema, diff(CORE, INIT + "+#ifdef CONFIG_FOO\n \tVMCOREINFO_SYMBOL(prb);\n"))
    assert [u.reason for u in opened.unseen] == ["the patch does not show what else it encloses"]
    moved = view(
        schema,
        diff(CORE, INIT + "-\tVMCOREINFO_SYMBOL(prb);\n", INIT + "+\tVMCOREINFO_SYMBOL(prb);\n"),
    )
    assert is_same(moved) and moved.unplaced == {"SYMBOL(prb)"}
    cut = change(
        schema, diff(CORE, INIT + "-\t\tflags);\n+\t\t_flags);\n \tVMCOREINFO_SYMBOL(prb);\n")
    )
    assert "the patch does not show the whole call" in {u.reason for u in cut.unseen}


def test_a_hunk_that_begins_in_a_comment(schema: Schema) -> None:
    text = diff(
        CORE,
        INIT + "  * VMCOREINFO_SYMBOL(old);\n+ * and VMCOREINFO_SYMBOL(new);\n  */\n \tint a;\n",
    )
    assert is_same(view(schema, text))


def test_a_file_that_goes_is_of_its_architecture(schema: Schema) -> None:
    text = "void arch_crash_save_vmcoreinfo(void)\n{\n\tVMCOREINFO_SYMBOL(node_data);\n}\n"
    found = change(schema, gone("arch/sh/kernel/vmcore_info.c", text))
    assert [a.name for a in schema.architectures if on(schema, found, a.name).removed] == ["sh"]


def test_a_file_that_is_renamed(schema: Schema) -> None:
    """Without git's detection: one that goes, and one that comes."""
    text = "void arch_crash_save_vmcoreinfo(void)\n{\n\tVMCOREINFO_SYMBOL(init_top_pgt);\n}\n"
    found = change(
        schema,
        gone("arch/x86/kernel/crash_core_64.c", text)
        + new("arch/x86/kernel/vmcore_info_64.c", text),
    )
    assert is_same(on(schema, found)) and on(schema, found).moved == {"SYMBOL(init_top_pgt)"}


def test_a_line_of_an_architecture_that_becomes_generic(schema: Schema) -> None:
    text = diff(S390, "void f(void)\n-\tVMCOREINFO_SYMBOL(high_memory);\n") + diff(
        CORE, INIT + "+\tVMCOREINFO_SYMBOL(high_memory);\n"
    )
    found = change(schema, text)
    assert is_same(on(schema, found, "s390x"))
    assert list(on(schema, found, "arm64").added) == ["SYMBOL(high_memory)"]


def test_an_architecture_that_the_schema_does_not_know(schema: Schema) -> None:
    text = "void arch_crash_save_vmcoreinfo(void)\n{\n\tVMCOREINFO_NUMBER(VA_BITS);\n}\n"
    found = change(schema, new("arch/kvx/kernel/vmcore_info.c", text))
    assert list(found.foreign["kvx"].added) == ["NUMBER(VA_BITS)"]
    assert all(is_same(one) for one in found.views.values())


def test_another_value_of_the_same_key(schema: Schema) -> None:
    text = "-\tVMCOREINFO_SYMBOL_ARRAY(mem_section);\n+\tVMCOREINFO_SYMBOL(mem_section);\n"
    ((old, after),) = view(schema, diff(CORE, INIT + text)).revalued.values()
    assert (old.first.value, after.first.value) == ("mem_section", "&mem_section")


def test_the_same_value_by_another_macro(schema: Schema) -> None:
    text = (
        "-\tVMCOREINFO_NUMBER(VA_BITS);\n"
        '+\tvmcoreinfo_append_str("NUMBER(VA_BITS)=%ld\\n", (long)VA_BITS);\n'
    )
    assert is_same(view(schema, diff(CORE, INIT + text)))


@pytest.mark.parametrize(
    ("path", "section", "lines", "names"),
    [
        (
            "include/linux/page-flags.h", "enum pagetype {",
            "-\tPGTY_buddy = 0xf0,\n-\tPGTY_offline = 0xf1,\n+\tPGTY_offline = 0xf0,\n+\tPGTY_buddy = 0xf1,\n",
            {"PGTY_buddy", "PGTY_offline", "enum pagetype"},
        ),
        (
            "include/linux/page-flags.h", "enum pageflags {",
            " \tPG_locked,\n+\tPG_new,\n \tPG_error,\n", {"PG_new", "PG_error", "enum pageflags"},
        ),
        (
            "include/linux/mm_types.h", "struct page {",
            " \t\t\tpgoff_t index;\n-\t\t\tunsigned long private;\n+\t\t\tunsigned long _private;\n",
            {"page.private", "page._private", "struct page"},
        ),
        (
            "mm/sparse.c", "",
            "-struct mem_section *mem_section[NR_SECTION_ROOTS];\n+struct mem_section **mem_section;\n",
            {"mem_section"},
        ),
        (
            "include/linux/mmzone.h", "",
            "-#define SECTION_MAP_LAST_BIT (1UL<<2)\n+#define SECTION_MAP_LAST_BIT (1UL<<3)\n",
            {"SECTION_MAP_LAST_BIT"},
        ),
        ("mm/a.c", "int f(void)", "-\tint mem_section;\n+\tlong mem_section;\n", set()),
        ("mm/a.h", "", "-struct a { int b; };\n+struct a {\n+\tint b; /* c */\n+};\n", set()),
    ],
)  # fmt: skip
def test_names_that_change(
    schema: Schema, path: str, section: str, lines: str, names: set[str]
) -> None:
    found = change(schema, diff(path, f"{section}\n{lines}"))
    shown = {one.shown for one in found.redefined.values() if one.kind != "function"}
    assert shown == names


def test_a_definition_that_moves_is_the_same(schema: Schema) -> None:
    text = diff("include/linux/a.h", "\n-#define SECTION_SHIFT 3\n") + diff(
        "include/linux/b.h", "\n+#define SECTION_SHIFT\t3\n"
    )
    assert change(schema, text).redefined == {}


def test_what_writes_the_note(schema: Schema) -> None:
    text = diff(
        CORE,
        "void vmcoreinfo_append_str(const char *fmt, ...)\n-\tchar buf[0x50];\n+\tchar buf[0x100];\n",
    )
    assert [u.reason for u in change(schema, text).unseen] == [
        "changes to how the note is written are not followed"
    ]


def test_patches_of_a_series_are_joined(schema: Schema) -> None:
    mails = [
        f"From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\n"
        f"Subject: [PATCH {n}/3] x{n}\n\n---\n{text}\n-- \n2.39\n\n"
        for n, text in (
            (1, diff(CORE, INIT + "-\tVMCOREINFO_SYMBOL(prb);\n+\tVMCOREINFO_SYMBOL(one);\n")),
            (2, diff(CORE, INIT + "-\tVMCOREINFO_SYMBOL(one);\n+\tVMCOREINFO_SYMBOL(two);\n")),
            (3, diff(CORE, INIT + "+\tVMCOREINFO_SYMBOL(prb);\n")),
        )
    ]
    found = view(schema, "".join(mails))
    assert (list(found.removed), list(found.added)) == ([], ["SYMBOL(two)"])


def test_an_architecture_that_goes_as_a_whole(schema: Schema) -> None:
    text = gone(S390, "void f(void)\n{\n\tVMCOREINFO_SYMBOL(lowcore_ptr);\n}\n") + gone(
        "arch/s390/Kconfig", "config S390\n"
    )
    found = change(schema, text)
    assert found.ended == {"s390"}
    assert list(on(schema, found, "s390x").removed) == ["SYMBOL(lowcore_ptr)"]
    assert answer(schema, Proposal(changes=(found,))).breaks == []
    assert answer(schema, Proposal(changes=(replace(found, ended=frozenset()),))).breaks
