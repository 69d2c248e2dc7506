# SPDX-License-Identifier: MIT
"""A program that was compiled with an older libvmcoreinfo runs with each later one of its ABI.

Three schemas stand for three releases: of the first 120 numbers of keys, of the first 160, and
all. Programs have their structures in memory of the size that their own header gives.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import CORPUS, ROOT
from tests.emit.driver import C_SOURCE
from vmcoreinfo_codegen.emit import library
from vmcoreinfo_codegen.emit.backend import Form
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.subset.reduce import reduce
from vmcoreinfo_codegen.subset.selection import Selection, read_patterns

RECORDED = ROOT / "tests/corpus/abi/1.json"
NOTE = CORPUS / "notes/arm64-6.12.117+deb13-arm64-16k.txt"

# Keys and architectures that a release knows.
RELEASES = {"1.0": (120, 20), "1.1": (160, 24), "1.2": (10**6, 10**6)}
LATER = [(mine, theirs) for mine in RELEASES for theirs in RELEASES if mine <= theirs]

PROGRAM = """
#include <stdio.h>
#include <stdlib.h>
#include "vmcoreinfo.h"

#define KEY(identifier, kind, name, format) { #identifier, VMCOREINFO_##identifier },
static const struct { const char *name; enum vmcoreinfo_key key; } keys[] = { VMCOREINFO_KEYS(KEY) };

static void report(void *context, const struct vmcoreinfo_diagnostic *diagnostic)
{
	if (diagnostic->severity != VMCOREINFO_SEVERITY_INFO)
		printf("%s line %zu %s\\n", (const char *)context, diagnostic->line,
		       vmcoreinfo_diagnostic_name(diagnostic->id));
}

int main(int argc, char **argv)
{
	struct vmcoreinfo *info = malloc(sizeof(*info));
	struct vmcoreinfo_dump dump = { VMCOREINFO_ARCH_ARM64, false, NULL, NULL };
	struct vmcoreinfo_derived derived = { 0, NULL };
	struct vmcoreinfo_line line = { { NULL, 0 }, { NULL, 0 }, 0, VMCOREINFO_NO_KEY, 0 };
	static char text[65536];
	FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
	size_t i, length;

	if (!info || !file)
		return 1;
	length = fread(text, 1, sizeof(text), file);
	vmcoreinfo_parse(info, text, length, report, "at");
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct vmcoreinfo_entry *entry = vmcoreinfo_entry_of(keys[i].key);
		enum vmcoreinfo_status status;
		uint64_t bits = 0;

		status = vmcoreinfo_get_number(info, keys[i].key, &bits);
		printf("%s %s %s %llu %d\\n", keys[i].name, entry->name, vmcoreinfo_status_name(status),
		       (unsigned long long)bits, entry->kind);
	}
	while (vmcoreinfo_next_line(info, &line))
		if ((unsigned)line.key < VMCOREINFO_KEY_COUNT)
			printf("line %zu of %s\\n", line.number, keys[line.key].name);
	printf("page shift: %s", vmcoreinfo_status_name(
		vmcoreinfo_derive_page_shift(info, &dump, &derived)));
	printf(" %d\\n", (int)derived.value);
	printf("%s\\n", vmcoreinfo_arch_from_name("aarch64", 7) == VMCOREINFO_ARCH_ARM64 ? "arm64" : "?");
	fclose(file);
	free(info);
	return 0;
}
"""


def schema_of(schema: Schema, keys: int, archs: int) -> Schema:
    """What a release knew that had so many numbers."""
    numbered = [entry.key for entry in schema.entries_by_number][:keys]
    known = tuple(arch.name for arch in schema.architectures_by_number[:archs])
    patterns = read_patterns("\n".join(numbered), "keys")
    return reduce(schema, Selection(patterns=patterns, archs=known))


def build(schema: Schema, folder: Path, compiler: str) -> None:
    """A shared library as CMakeLists.txt and meson.build make it, with its map."""
    folder.mkdir()
    for product in library.embed(schema, Form(), ["vmcoreinfo generate library"]):
        (folder / product.path).write_text(product.text)
    options = ["-g", "-O2", "-std=c99", "-shared", "-fPIC", "-Wl,-soname,libvmcoreinfo.so.1"]
    options += [f"-Wl,--version-script={folder / 'vmcoreinfo.map'}"]
    made = folder / "libvmcoreinfo.so.1"
    subprocess.run([compiler, *options, folder / "vmcoreinfo.c", "-o", made], check=True)
    (folder / "libvmcoreinfo.so").symlink_to(made.name)


@pytest.fixture(scope="module")
def releases(schema: Schema, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a library and a program, compiled with it, of each release."""
    compiler = shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("neither gcc nor clang is here")
    folder = tmp_path_factory.mktemp("releases")
    source = folder / "program.c"
    source.write_text(PROGRAM)
    for release, (keys, archs) in RELEASES.items():
        build(schema_of(schema, keys, archs), folder / release, compiler)
        options = ["-Wall", "-Wextra", "-Werror", "-std=c99", f"-I{folder / release}"]
        links = [f"-L{folder / release}", "-lvmcoreinfo", "-o", str(folder / release / "program")]
        subprocess.run([compiler, *options, str(source), *links], check=True)
    return folder


def said(folder: Path, program: str, with_library: str) -> list[str]:
    ran = subprocess.run(
        [folder / program / "program", NOTE],
        env={"LD_LIBRARY_PATH": str(folder / with_library)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()


@pytest.mark.long
@pytest.mark.parametrize(("mine", "theirs"), LATER)
def test_a_program_runs_with_each_later_library(releases: Path, mine: str, theirs: str) -> None:
    own = said(releases, mine, mine)
    assert len([line for line in own if " ok " in line]) > 50
    assert own[-2:] == ["page shift: ok 14", "arm64"]
    assert said(releases, mine, theirs) == own


def test_a_newer_program_finds_no_new_key_in_an_older_library(releases: Path) -> None:
    """As a rescue on an old system would: what the library does not know is absent."""
    older = releases / "1.0"
    program = (
        '#include <stdio.h>\n#include "vmcoreinfo.h"\nint main(void) {\n'
        "\tstatic struct vmcoreinfo info; uint64_t bits;\n"
        '\tvmcoreinfo_parse(&info, "NUMBER(VA_BITS)=48\\n", 19, NULL, NULL);\n'
        "\treturn vmcoreinfo_get_number(&info, VMCOREINFO_NUMBER_VA_BITS, &bits) == VMCOREINFO_ABSENT\n"
        "\t\t? 0 : 1; }\n"
    )
    source = releases / "newer.c"
    source.write_text(program)
    compiler = shutil.which("gcc") or shutil.which("clang")
    assert compiler
    links = [f"-I{releases / '1.2'}", f"-L{releases / '1.2'}", "-lvmcoreinfo"]
    made = releases / "newer"
    subprocess.run([compiler, source, *links, "-o", made], check=True)
    environment = {"LD_LIBRARY_PATH": str(older)}
    assert subprocess.run([made], env=environment, check=False).returncode == 0


@pytest.mark.long
@pytest.mark.parametrize(("mine", "theirs"), [pair for pair in LATER if pair[0] != pair[1]])
def test_abidiff_finds_nothing_incompatible(releases: Path, mine: str, theirs: str) -> None:
    if not shutil.which("abidiff"):
        pytest.skip("abidiff is not here")
    libraries = [releases / release / "libvmcoreinfo.so.1" for release in (mine, theirs)]
    ran = subprocess.run(["abidiff", *libraries], capture_output=True, text=True, check=False)
    # Of its bits, 1 and 2 are errors, 4 is a change, 8 one that breaks programs.
    assert ran.returncode in (0, 4), ran.stdout + ran.stderr
    removed = re.search(r"Functions changes summary: (\d+) Removed", ran.stdout)
    assert removed is None or removed[1] == "0", ran.stdout


# ---- what was released ---------------------------------------------------------------


def enumerators() -> dict[str, int]:
    """Every enumerator of the header with its number."""
    header = re.sub(r"/\*.*?\*/", "", (C_SOURCE / "vmcoreinfo.h").read_text(), flags=re.DOTALL)
    found: dict[str, int] = {}
    for body in re.findall(r"^enum vmcoreinfo_\w+ \{(.*?)\};", header, re.DOTALL | re.MULTILINE):
        number = 0
        for name, value in re.findall(r"(VMCOREINFO_\w+)(?: = (\w+))?,", body):
            number = int(value, 0) if value else number
            found[name] = number
            number += 1
    return found


def test_no_number_of_a_release_changes() -> None:
    """A new one is recorded here when it is released; one that is there never changes."""
    recorded = json.loads(RECORDED.read_text())
    now = enumerators()
    assert len(recorded) > 250
    assert {name: now.get(name) for name in recorded} == recorded
