# SPDX-License-Identifier: MIT
"""Reads in the sources of tools: what each construct comes to, and what was not understood."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.tool import trees
from vmcoreinfo_codegen.kernel.gathered import SourceFile, TreeError
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.consumer import Consumer
from vmcoreinfo_codegen.tool import reading
from vmcoreinfo_codegen.tool.files import tool_files
from vmcoreinfo_codegen.tool.reading import ToolReading, reading_of

Shown = tuple[str, str | None, tuple[int, ...], bool | None]


def consumer_of(schema: Schema, name: str) -> Consumer:
    return next(consumer for consumer in schema.consumers if consumer.name == name)


def read(schema: Schema, tool: str, files: Mapping[str, str | bytes]) -> ToolReading:
    sources = [
        SourceFile(name, text.encode() if isinstance(text, str) else text)
        for name, text in files.items()
    ]
    return reading_of(tool, sources, schema, consumer_of(schema, tool))


def shown(found: ToolReading) -> list[Shown]:
    return [(r.key, r.arch, r.bases, r.required) for r in found.reads]


def test_macros_and_texts_with_names(schema: Schema) -> None:
    found = read(schema, "makedumpfile", trees.MAKEDUMPFILE)
    assert shown(found) == [
        ("OSRELEASE", None, (), False),
        ("PAGESIZE", None, (10,), False),
        ("SYMBOL(init_uts_ns)", None, (16,), None),
        ("OFFSET(page.flags)", None, (10, 16), None),
        ("NUMBER(VA_BITS)", "arm64", (10, 16), None),
        ("NUMBER(phys_base)", None, (0,), True),
    ]
    assert found.not_understood == ()
    last = found.reads[-1]
    assert (last.file, last.line, last.function) == (
        "sadump_info.c",
        5,
        "get_kaslr_offset_from_vmcoreinfo",
    )


def test_what_gives_up_and_in_which_base(schema: Schema) -> None:
    found = read(schema, "crash", trees.CRASH)
    assert shown(found) == [
        ("NUMBER(VMALLOC_START)", "arm64", (16,), True),
        ("NUMBER(VA_BITS)", "arm64", (10,), False),
        ("OSRELEASE", None, (), True),
        ("SYMBOL(log_buf)", None, (16,), False),
        ("SIZE(page)", None, (10,), False),
    ]
    assert found.not_understood == ()


def test_cases_of_a_switch_and_python(schema: Schema) -> None:
    found = read(schema, "drgn", trees.DRGN)
    assert [(r.key, r.bases, r.line, r.function) for r in found.reads] == [
        ("NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)", (), 4, "slab"),
        ("SYMBOL(kallsyms_names)", (16,), 13, "kallsyms"),
        ("SYMBOL(_stext)", (16,), 14, "kallsyms"),
        ("OSRELEASE", (), 5, "drgn_program_parse_vmcoreinfo"),
        ("KERNELOFFSET", (16,), 7, "drgn_program_parse_vmcoreinfo"),
        ("CRASHTIME", (), 11, "drgn_program_parse_vmcoreinfo"),
    ]
    assert found.not_understood == ()


def test_parts_of_a_key_and_checked_results(schema: Schema) -> None:
    found = read(schema, "libkdumpfile", trees.LIBKDUMPFILE)
    assert shown(found) == [
        ("SYMBOL(_stext)", "x86_64", (16,), True),
        ("OFFSET(list_head.next)", "x86_64", (), False),
        ("NUMBER(pgtable_l5_enabled)", None, (), None),
    ]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ('\tx = new_helper("NUMBER(VA_BITS)");', "a key in a form that is not declared"),
        ('\tx = new_helper("PAGESIZE=");', "a key in a form that is not declared"),
        ("\tx = pc->read_vmcoreinfo(name);", "it does not read a string"),
        ('\tx = pc->read_vmcoreinfo(cond ? "A" : "B");', "it does not read a string"),
    ],
)
def test_what_is_not_understood_is_told(schema: Schema, code: str, reason: str) -> None:
    found = read(schema, "crash", {"a.c": f"int\nf(void)\n{{\n{code}\n}}\n"})
    assert found.reads == ()
    assert [(u.line, u.text, u.reason) for u in found.not_understood] == [(4, code.strip(), reason)]


@pytest.mark.parametrize(
    "code",
    [
        '\tfprintf(fp, "PAGESIZE=%d\\n", PAGESIZE());',
        '\tn = strlen("SIZE(page)=");',
        '\tputs("SIZE(page): is shown");',
        '\t/* pc->read_vmcoreinfo("SIZE(page)") */',
    ],
)
def test_what_is_no_read_is_passed_over(schema: Schema, code: str) -> None:
    found = read(schema, "crash", {"a.c": f"int\nf(void)\n{{\n{code}\n}}\n"})
    assert (found.reads, found.not_understood) == ((), ())


def test_a_cut_file_is_told(schema: Schema) -> None:
    text = '#ifdef ARM64\nint\nf(void)\n{\n\tpc->read_vmcoreinfo("SIZE(page)");\n}\n'
    found = read(schema, "crash", {"a.c": text})
    assert shown(found) == [("SIZE(page)", "arm64", (), None)]
    assert [(u.line, u.reason) for u in found.not_understood] == [
        (1, "missing #endif; the file may be truncated")
    ]


@pytest.mark.parametrize(
    ("code", "required"),
    [
        ("if (!(s = {})) return;", True),
        ("if (!{}) {{ x = 1; goto out; }}", True),
        ("if (!{}) {{ goto out; x = 1; }}", False),
        ("if (!{}) x = 1;", False),
        ('if ((s = {})) x = 1; else error(FATAL, "");', True),
        ("if ((s = {})) {{ x = 1; }} else {{ return; }}", True),
        ("if ({} && y) x = 1;", False),
        ("s = {}; if (!s) return;", True),
        ("s = {}; if (s) x = 1;", False),
        ("s = {}; if (s == FAILED) return;", None),
        ("s = {}; if (y) return;", None),
        ("s = {};", None),
        ("while (!{}) x = 1;", None),
    ],
)
def test_what_the_code_around_shows(schema: Schema, code: str, required: bool | None) -> None:
    line = code.format('pc->read_vmcoreinfo("SIZE(page)")')
    found = read(schema, "crash", {"a.c": f"int\nf(void)\n{{\n\t{line}\n}}\n"})
    assert [r.required for r in found.reads] == [required]


HOSTILE: dict[str, str | bytes] = {
    "macros that name each other": "#define A(X) B(X)\n#define B(X) A(X) A(X)\n#define C A\n"
    + 'int\nf(void)\n{\n\tpc->read_vmcoreinfo(A("SIZE("));\n}\n',
    "a macro that doubles": "".join(
        f'#define A{n}(X) A{n + 1}(X) A{n + 1}(X) "x"\n' for n in range(40)
    )
    + 'int\nf(void)\n{\n\tpc->read_vmcoreinfo(A0("SIZE("));\n}\n',
    "open brackets": "int\nf(void)\n{\n" + "pc->read_vmcoreinfo(" * 1_500,
    "open strings": 'pc->read_vmcoreinfo("' * 1_500,
    "one line": "pc->read_vmcoreinfo(a)," * 1_500,
    "negations": "if (" + "!" * 20_000 + 'pc->read_vmcoreinfo("SIZE(page)"))',
    "arguments": "arm64_get_vmcoreinfo(" + "a," * 5_000 + ")",
    "quotes": "'\"" * 5_000 + "pc->read_vmcoreinfo",
    "bytes": bytes(range(256)) * 80 + b'pc->read_vmcoreinfo("SIZE(page)")',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_sources_end_soon(schema: Schema, name: str) -> None:
    began = time.process_time()
    read(schema, "crash", {"a.c": HOSTILE[name]})
    assert time.process_time() - began < 1


def test_hostile_python_ends_soon(schema: Schema) -> None:
    began = time.process_time()
    for text in ('re.search(r"""' * 1_000, "re.search(" * 4_000, "'''\\" * 4_000, "rb" * 10_000):
        read(schema, "drgn", {"drgn/a.py": text})
    assert time.process_time() - began < 1


def test_limits_are_errors_that_name_them(
    schema: Schema, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crash = consumer_of(schema, "crash")
    monkeypatch.setattr(reading, "_MOST_READS", 20)
    places = "int\nf(void)\n{\n" + 'pc->read_vmcoreinfo("SIZE(page)");\n' * 21
    with pytest.raises(TreeError, match="passed the limit of 20 places"):
        read(schema, "crash", {"a.c": places})
    with pytest.raises(TreeError, match=r"a\.c: passed the limit of 8388608 bytes"):
        tool_files(crash, trees.write(tmp_path, {"a.c": b" " * ((8 << 20) + 1)}))
    with pytest.raises(TreeError, match="no sources of crash found"):
        tool_files(crash, trees.write(tmp_path / "b", {"a.txt": "none"}))


def test_only_sources_are_read(schema: Schema, tmp_path: Path) -> None:
    top = trees.write(tmp_path, {"a.c": "", "b.h": "", "gdb/c.c": "", "d.py": ""})
    (top / "link.c").symlink_to("/etc/passwd")
    found = tool_files(consumer_of(schema, "crash"), top)
    assert [file.path for file in found] == ["a.c", "b.h"]
    top = trees.write(tmp_path / "drgn", {"libdrgn/a.c": "", "drgn/x/y/b.py": "", "tests/c.py": ""})
    found = tool_files(consumer_of(schema, "drgn"), top)
    assert [file.path for file in found] == ["drgn/x/y/b.py", "libdrgn/a.c"]
