# SPDX-License-Identifier: MIT
"""What is read out of C: each construct of the kernel, and nothing is dropped in silence."""

from __future__ import annotations

import re

import pytest

from tests.kernel.conftest import HEADER, Extract
from vmcoreinfo_codegen.kernel.extract import exports_of
from vmcoreinfo_codegen.model import Schema


def found(extracted: Extract, code: str) -> dict[str, str]:
    """Keys with their conditions, of a function with some code in it."""
    extraction = extracted(f"static int __init init(void)\n{{\n{code}\n}}\n")
    assert extraction.not_understood == ()
    return {export.key: str(export.condition) for export in extraction.exports}


def test_plain_calls(extracted: Extract) -> None:
    code = """
	VMCOREINFO_SYMBOL(init_uts_ns);
	VMCOREINFO_OFFSET(page, flags);
	VMCOREINFO_NUMBER(PG_lru);
	VMCOREINFO_BUILD_ID();
	vmcoreinfo_append_str("NUMBER(%s)=0x%lx\\n", "VMALLOC_START", x);
	vmcoreinfo_append_str("KERNELOFFSET=%lx\\n", kaslr_offset());
	vmcoreinfo_append_str("NUMBER(PHYS"
			      "_OFFSET)=0x%llx\\n",
			      PHYS_OFFSET /* a comment, with a ( */);
	vmcoreinfo_append_str("CRASHTIME=%lld", ktime_get_real_seconds());
"""
    extraction = extracted(f"static int __init init(void)\n{{{code}}}\n")
    assert [(e.key, e.format, e.macro, e.line) for e in extraction.exports] == [
        ("SYMBOL(init_uts_ns)", "hex", "VMCOREINFO_SYMBOL", 3),
        ("OFFSET(page.flags)", "decimal", "VMCOREINFO_OFFSET", 4),
        ("NUMBER(PG_lru)", "signed", "VMCOREINFO_NUMBER", 5),
        ("BUILD-ID", "hexbytes", "VMCOREINFO_BUILD_ID", 6),
        ("NUMBER(VMALLOC_START)", "0x-hex", "vmcoreinfo_append_str", 7),
        ("KERNELOFFSET", "hex", "vmcoreinfo_append_str", 8),
        ("NUMBER(PHYS_OFFSET)", "0x-hex", "vmcoreinfo_append_str", 9),
        ("CRASHTIME", "signed", "vmcoreinfo_append_str", 12),
    ]
    assert {e.function for e in extraction.exports} == {"init"}


def test_conditions(extracted: Extract) -> None:
    assert found(
        extracted,
        """
#ifdef CONFIG_NUMA
	VMCOREINFO_NUMBER(A);
#if defined(CONFIG_X86) && \\
    !defined(CONFIG_Y)
	VMCOREINFO_NUMBER(B);
#elif IS_ENABLED(CONFIG_Z)
	VMCOREINFO_NUMBER(C);
#else
	VMCOREINFO_NUMBER(D);
#endif /* CONFIG_X86 */
#else
	VMCOREINFO_NUMBER(E);
#endif
#if CONFIG_PGTABLE_LEVELS == 3
	VMCOREINFO_CONFIG(PGTABLE_3);
#elif CONFIG_PGTABLE_LEVELS == 4
	VMCOREINFO_CONFIG(PGTABLE_4);
#endif
#ifndef CONFIG_NUMA
	VMCOREINFO_NUMBER(F);
#endif
#if 0
	VMCOREINFO_NUMBER(NEVER);
#endif
	VMCOREINFO_NUMBER(G);
""",
    ) == {
        "NUMBER(A)": "CONFIG_NUMA",
        "NUMBER(B)": "CONFIG_NUMA && CONFIG_X86 && !CONFIG_Y",
        "NUMBER(C)": "CONFIG_NUMA && !(CONFIG_X86 && !CONFIG_Y) && CONFIG_Z",
        "NUMBER(D)": "CONFIG_NUMA && !(CONFIG_X86 && !CONFIG_Y) && !CONFIG_Z",
        "NUMBER(E)": "!CONFIG_NUMA",
        "CONFIG_PGTABLE_3": "CONFIG_PGTABLE_LEVELS == 3",
        "CONFIG_PGTABLE_4": "CONFIG_PGTABLE_LEVELS == 4",
        "NUMBER(F)": "!CONFIG_NUMA",
        "NUMBER(NEVER)": "0",
        "NUMBER(G)": "1",
    }


def test_macros_that_nobody_has_seen(extracted: Extract) -> None:
    extraction = extracted(
        {
            "include/linux/new.h": """
#define VMCOREINFO_HEX(name) vmcoreinfo_append_str("NUMBER(%s)=0x%lx\\n", #name, (long)(name))
#define EXPORT_BOTH(type, member) do { \\
		VMCOREINFO_OFFSET(type, member); \\
		WRAPPED(type ## _count); \\
	} while (0)
#define WRAPPED(what) VMCOREINFO_HEX(what)
""",
            "drivers/new/new.c": """
#define MINE(fmt, ...) vmcoreinfo_append_str("NUMBER(" fmt ")=%ld\\n", ##__VA_ARGS__)
void new_setup(void)
{
	EXPORT_BOTH(ring, head);
	MINE("new", 3);
}
""",
        }
    )
    assert extraction.not_understood == ()
    assert [(e.key, e.format, e.macro, e.file, e.line) for e in extraction.exports] == [
        ("OFFSET(ring.head)", "decimal", "EXPORT_BOTH", "drivers/new/new.c", 5),
        ("NUMBER(ring_count)", "0x-hex", "EXPORT_BOTH", "drivers/new/new.c", 5),
        ("NUMBER(new)", "signed", "MINE", "drivers/new/new.c", 6),
    ]


def test_a_macro_prints_what_this_tree_says(extracted: Extract) -> None:
    header = '#define VMCOREINFO_NUMBER(name) vmcoreinfo_append_str("NUMBER(%s)=0x%lx\\n", #name, name)\n'
    extraction = extracted(
        {
            "include/linux/vmcore_info.h": header,
            "kernel/vmcore_info.c": "void f(void)\n{\n\tVMCOREINFO_NUMBER(X);\n}\n",
        }
    )
    assert [(e.key, e.format) for e in extraction.exports] == [("NUMBER(X)", "0x-hex")]


def test_a_definition_in_the_file_itself_counts_first(extracted: Extract) -> None:
    extraction = extracted(
        '#undef VMCOREINFO_NUMBER\n#define VMCOREINFO_NUMBER(n) vmcoreinfo_append_str("N_%s=%lx\\n", #n, n)\n'
        "void f(void)\n{\n\tVMCOREINFO_NUMBER(X);\n}\n"
    )
    assert [(e.key, e.format) for e in extraction.exports] == [("N_X", "hex")]


def test_a_stub_for_kernels_without_it_is_no_definition(extracted: Extract) -> None:
    extraction = extracted(
        {
            "include/linux/a_first.h": "#define VMCOREINFO_NUMBER(name) do {} while (0)\n/* vmcoreinfo_ */",
            "kernel/vmcore_info.c": "void f(void)\n{\n\tVMCOREINFO_NUMBER(X);\n}\n",
        }
    )
    assert [e.key for e in extraction.exports] == ["NUMBER(X)"]


def test_an_export_in_a_header(extracted: Extract) -> None:
    extraction = extracted(
        {
            "include/linux/some.h": "#ifndef SOME_H\n#define SOME_H\nstatic inline void some(void)\n{\n"
            "#ifdef CONFIG_A\n\tVMCOREINFO_NUMBER(X);\n#endif\n}\n#endif\n"
        }
    )
    (export,) = extraction.exports
    assert (export.key, str(export.condition), export.function) == ("NUMBER(X)", "CONFIG_A", "some")


NOT_UNDERSTOOD = [
    (
        "vmcoreinfo_append_str(form, x);",
        "the format of vmcoreinfo_append_str is not a string literal",
    ),
    (
        'vmcoreinfo_append_str("%s=%lx\\n", name, x);',
        "the key of '%s=%lx' is known only at run time",
    ),
    ('vmcoreinfo_append_str("no equals\\n");', "has no '='"),
    ('vmcoreinfo_append_str("X=%pB\\n", x);', "no format in the schema prints '%pB'"),
    (
        'vmcoreinfo_append_str("X=" PRINTED "\\n", x);',
        "the format of vmcoreinfo_append_str is not a string literal",
    ),
    ("VMCOREINFO_UNKNOWN(x);", "no definition of VMCOREINFO_UNKNOWN found"),
    ("VMCOREINFO_OFFSET(page);", "VMCOREINFO_OFFSET takes 2 arguments, but got 1"),
    ("VMCOREINFO_NUMBER(x", "the call is incomplete"),
    ("#if CONFIG_N > OTHER\n\tVMCOREINFO_NUMBER(x);\n#endif", "a comparison with > in an #if"),
]


@pytest.mark.parametrize(("code", "reason"), NOT_UNDERSTOOD, ids=[c for c, _ in NOT_UNDERSTOOD])
def test_what_is_not_understood_is_told(extracted: Extract, code: str, reason: str) -> None:
    extraction = extracted(f"void f(void)\n{{\n\tVMCOREINFO_NUMBER(good);\n\t{code}\n}}\n")
    assert [f.reason for f in extraction.not_understood if reason in f.reason] or [
        f.reason for f in extraction.not_understood
    ] == [reason]
    (finding,) = extraction.not_understood
    assert (finding.file, finding.line) == ("kernel/vmcore_info.c", 4)
    assert "NUMBER(good)" in [e.key for e in extraction.exports]


def test_every_place_of_a_text_search_is_accounted_for(extracted: Extract) -> None:
    code = """
/* VMCOREINFO_NUMBER(in a comment) and vmcoreinfo_append_str("x") */
void vmcoreinfo_append_str(const char *fmt, ...)
{
}
EXPORT_SYMBOL(vmcoreinfo_append_str);
void f(void)
{
	VMCOREINFO_NUMBER(X); // VMCOREINFO_NUMBER(again)
	VMCOREINFO_STRANGE(X);
}
"""
    extraction = extracted(code)
    sites = extraction.sites
    assert (sites.exports, sites.declarations, sites.comments, sites.not_understood) == (1, 2, 3, 1)
    files = [code, HEADER]
    seen = sum(
        len(re.findall(r"\b(?:VMCOREINFO_\w+|vmcoreinfo_append_str)\s*\(", t)) for t in files
    )
    assert sites.seen == seen


def test_odd_files(extracted: Extract) -> None:
    extraction = extracted(
        {
            "kernel/crlf.c": "void f(void)\r\n{\r\n#ifdef CONFIG_A\r\n\tVMCOREINFO_OFFSET(a, \\\r\n b);\r\n#endif\r\n}\r\n",
            "kernel/latin.c": "/* \xe9 */\nvoid f(void)\n{\n\tVMCOREINFO_NUMBER(L);\n}\n".encode(
                "latin-1"
            ),
            "kernel/cut.c": "void f(void)\n{\n#ifdef CONFIG_B\n\tVMCOREINFO_NUMBER(C);\n\tVMCOREINFO_NUM",
            "kernel/binary.c": b"\x00\xff VMCOREINFO_ \x00" * 50,
        }
    )
    assert {e.key: str(e.condition) for e in extraction.exports} == {
        "OFFSET(a.b)": "CONFIG_A",
        "NUMBER(L)": "1",
        "NUMBER(C)": "CONFIG_B",
    }
    assert [(f.file, f.line, f.reason) for f in extraction.not_understood] == [
        ("kernel/cut.c", 3, "missing #endif; the file may be truncated")
    ]


def test_architectures(extracted: Extract, schema: Schema) -> None:
    body = "void arch_crash_save_vmcoreinfo(void)\n{\n\tVMCOREINFO_NUMBER(%s);\n}\n"
    extraction = extracted(
        {
            "arch/x86/kernel/vmcore_info_64.c": body % "wide",
            "arch/x86/kernel/vmcore_info_32.c": body % "narrow",
            "arch/x86/kernel/both.c": "void f(void)\n{\n#ifdef CONFIG_X86_64\n\tVMCOREINFO_NUMBER(a);\n#endif\n\tVMCOREINFO_NUMBER(b);\n}\n",
            "arch/arm64/kernel/vmcore_info.c": body % "arm",
            "kernel/vmcore_info.c": body % "all",
        }
    )

    def keys(name: str) -> set[str]:
        arch = schema.architecture(name)
        assert arch is not None
        return {export.key for export, _ in exports_of(extraction, schema, arch)}

    assert keys("x86_64") == {"NUMBER(wide)", "NUMBER(a)", "NUMBER(b)", "NUMBER(all)"}
    assert keys("i386") == {"NUMBER(narrow)", "NUMBER(b)", "NUMBER(all)"}
    assert keys("arm64") == {"NUMBER(arm)", "NUMBER(all)"}
    assert extraction.architectures == {"x86", "arm64"}
