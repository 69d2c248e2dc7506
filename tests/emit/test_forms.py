# SPDX-License-Identifier: MIT
"""Other forms of the C product: private keys, without derivations or metadata, two in one source,
the X-macro list; and the runtime that it is made of, compiled as it stands.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.command import Run
from tests.conftest import CORPUS, ROOT
from tests.emit.driver import C_SOURCE, STRICT
from tests.emit.test_c_compiles import COMPILERS, need
from vmcoreinfo_codegen.emit import c
from vmcoreinfo_codegen.emit.amalgamation import runtime
from vmcoreinfo_codegen.emit.c.prefix import local_names
from vmcoreinfo_codegen.model import Schema

RUNTIME = ROOT / "codegen/vmcoreinfo_codegen/emit/c/runtime"

PROGRAM = """
#include <stdio.h>
#include "vmcoreinfo.h"

#define ROW(identifier, kind, name, format) \\
	{ #kind, #name, VMCOREINFO_FORMAT_##format, VMCOREINFO_##identifier },
static const struct {
	const char *kind, *name;
	enum vmcoreinfo_format format;
	enum vmcoreinfo_key key;
} rows[] = { VMCOREINFO_KEYS(ROW) };

int main(void)
{
	static const char text[] = "OSRELEASE=6.9\\nSYMBOL(max_pfn)=ff\\nSRCFILE(pud_t)=a.h\\n";
	static struct vmcoreinfo info;
	struct vmcoreinfo_text file;
	uint64_t bits = 0;
	size_t i;

	if (sizeof(rows) / sizeof(rows[0]) != vmcoreinfo_key_count() ||
	    vmcoreinfo_parse(&info, text, sizeof(text) - 1, NULL, NULL))
		return 1;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		printf("%s %s %d\\n", rows[i].kind, rows[i].name, rows[i].format);
	if (vmcoreinfo_get_number(&info, VMCOREINFO_SYMBOL_max_pfn, &bits) != VMCOREINFO_OK ||
	    vmcoreinfo_get_text(&info, VMCOREINFO_SRCFILE_pud_t, &file) != VMCOREINFO_OK)
		return 2;
	printf("%d %.*s\\n", (int)bits, (int)file.length, file.data);
	return 0;
}
"""


def object_of(compiler: str, folder: Path, *options: str) -> Path:
    made = folder / f"{compiler}.o"
    source = folder / "vmcoreinfo.c"
    subprocess.run([compiler, *STRICT, *options, "-c", source, "-o", made], check=True)
    return made


def bytes_of(made: Path) -> int:
    """Code and tables."""
    text, data, *_ = (
        subprocess.run([need("size"), made], capture_output=True, text=True, check=True)
        .stdout.splitlines()[1]
        .split()
    )
    return int(text) + int(data)


@pytest.mark.parametrize("compiler", ["gcc", pytest.param("clang", marks=pytest.mark.long)])
def test_a_parser_for_an_initramfs_is_small(compiler: str, run: Run, tmp_path: Path) -> None:
    """What makedumpfile reads in the capture kernel, with Xen's and its own keys."""
    extra = [f"--extra=SYMBOL(xen_{number}) hex" for number in range(21)]
    done = run(
        *("generate", "c", "--for", "makedumpfile", "--no-derivations", "--no-metadata"),
        *(*extra, "--out", str(tmp_path)),
    )
    assert done.code == 0, done.err
    assert bytes_of(object_of(need(compiler), tmp_path, "-O2", "-fno-pie")) < 30 * 1024
    header = (tmp_path / "vmcoreinfo.h").read_text()
    assert "VMCOREINFO_SYMBOL_xen_20 = " in header and "vmcoreinfo_derive_" not in header


@pytest.mark.long
@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("left_out", [[], ["--no-metadata"], ["--no-derivations"]], ids=str)
def test_private_keys(compiler: str, left_out: list[str], run: Run, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text("SIZE(page)\nSYMBOL(max_pfn)   hex   # makedumpfile's own\n")
    extra = ("--keys", str(keys), "--extra", "SRCFILE(pud_t) string")
    done = run("generate", "c", *extra, *left_out, "--out", str(tmp_path))
    assert done.code == 0, done.err
    (tmp_path / "program.c").write_text(PROGRAM)
    files = [tmp_path / "program.c", tmp_path / "vmcoreinfo.c"]
    subprocess.run([need(compiler), *STRICT, *files, "-o", tmp_path / "program"], check=True)
    ran = subprocess.run([tmp_path / "program"], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == [
        *("BARE OSRELEASE 4", "SIZE page 0", "SYMBOL max_pfn 2", "BARE SRCFILE(pud_t) 4", "255 a.h")
    ]
    # The stamp says all of it, so it can be made again.
    stamp = (tmp_path / "vmcoreinfo.h").read_text()[:600]
    assert " * SYMBOL(max_pfn) hex\n * SRCFILE(pud_t) string\n * END\n" in stamp
    assert run("regenerate", str(tmp_path), "--check").code == 0


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ("SYMBOL(init_uts_ns) hex", "SYMBOL(init_uts_ns) is a kernel's key"),
        ("SYMBOL[max_pfn] hex", "'SYMBOL[max_pfn]' can't be a key"),
        ("SYMBOL-init_uts_ns hex", "has the same name in C and Python, SYMBOL_init_uts_ns"),
        ("FOO hexx", "'hexx' is not a format; did you mean hex?"),
        ('A"; hex', "can't be a key"),
        ("A" * 65 + " hex", "can't be a key"),
        ("FOO", "a key and its format"),
        ("# FOO hex", "a key and its format"),
    ],
)
def test_what_can_be_no_private_key(extra: str, message: str, run: Run, tmp_path: Path) -> None:
    done = run("generate", "c", "--extra", extra, "--out", str(tmp_path))
    assert (done.code, list(tmp_path.iterdir())) == (2, [])
    assert message in done.err


def test_an_extra_key_comes_on_top_of_all(schema: Schema, run: Run, tmp_path: Path) -> None:
    done = run("generate", "python", "--extra", "SYMBOL(max_pfn) hex", "--out", str(tmp_path))
    assert done.code == 0, done.err
    text = (tmp_path / "vmcoreinfo_subset.py").read_text()
    assert "def SYMBOL_max_pfn(self)" in text
    assert all(f'"{key}"' in text for key in schema.by_key)


def test_metadata_is_no_matter_of_python(run: Run, tmp_path: Path) -> None:
    done = run("generate", "python", "--no-metadata", "--out", str(tmp_path))
    assert done.code == 2 and "--no-metadata works only with c and library" in done.err


# ---- names --------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize("compiler", COMPILERS)
def test_two_parts_in_one_translation_unit(compiler: str, run: Run, tmp_path: Path) -> None:
    for name in ("drgn", "crash"):
        done = run("generate", "c", "--for", name, "--prefix", name, "--out", str(tmp_path))
        assert done.code == 0, done.err
    source = tmp_path / "both.c"
    source.write_text(
        '#include "drgn_vmcoreinfo.c"\n#include "crash_vmcoreinfo.c"\n'
        "int main(void) { static struct drgn_vmcoreinfo a; static struct crash_vmcoreinfo b;\n"
        '\treturn (int)(drgn_vmcoreinfo_parse(&a, "A=1\\n", 4, NULL, NULL) +\n'
        '\t\t     crash_vmcoreinfo_parse(&b, "A=1\\n", 4, NULL, NULL)); }\n'
    )
    program = tmp_path / "both"
    subprocess.run([need(compiler), *STRICT, "-O2", source, "-o", program], check=True)
    subprocess.run([program], check=True)


def test_no_name_is_one_of_a_tool_s() -> None:
    """A tool includes its own headers and ours; a macro of its with arguments is in nobody's way."""
    tools = json.loads((CORPUS / "names.json").read_text())
    theirs = {name for tool in tools.values() if "names" in tool for name in tool["names"]}
    assert len(theirs) > 25
    header = re.sub(r"/\*.*?\*/", "", (C_SOURCE / "vmcoreinfo.h").read_text(), flags=re.DOTALL)
    ours = set(re.findall(r"\b(?:vmcoreinfo|VMCOREINFO)_?\w*", header))
    assert len(ours) > 300
    assert ours & theirs == set()


def test_names_of_the_source_are_none_of_the_header() -> None:
    """A prefix is put before the names of the source wherever they stand: none may be a member."""
    header = re.sub(r"/\*.*?\*/", "", (C_SOURCE / "vmcoreinfo.h").read_text(), flags=re.DOTALL)
    own = local_names((C_SOURCE / "vmcoreinfo.c").read_text())
    assert len(own) > 80
    assert own & set(re.findall(r"\w+", header)) == set()


# ---- the runtime --------------------------------------------------------------------


@pytest.mark.parametrize("compiler", COMPILERS)
def test_the_runtime_compiles_as_it_stands(compiler: str, schema: Schema, tmp_path: Path) -> None:
    for name, text in c.generated(c.context(schema), "0" * 16).items():
        (tmp_path / name).write_text(text)
    made = tmp_path / "vmcoreinfo.o"
    options = (*STRICT, "-O2", f"-I{tmp_path}", "-c", RUNTIME / "vmcoreinfo.c", "-o", made)
    subprocess.run([need(compiler), *options], check=True)


def test_the_product_is_the_runtime() -> None:
    """Each line that a person wrote is in the product as it stands."""
    product = set((C_SOURCE / "vmcoreinfo.c").read_text().splitlines())
    product |= set((C_SOURCE / "vmcoreinfo.h").read_text().splitlines())
    for name, text in runtime().items():
        lines = [
            line for line in text.splitlines() if not line.startswith(('#include "', "/* SPDX"))
        ]
        assert set(lines) <= product, name
        assert "{{" not in text and "{%" not in text
