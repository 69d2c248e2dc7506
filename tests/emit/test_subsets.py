# SPDX-License-Identifier: MIT
"""Proves that a parser of a part of the schema says what that of all keys says, or nothing.

For each consumer what it reads, in C and in Python, held to the full Python parser over
every real note: values, diagnostics, derivations. And that several have room in a program.
"""

from __future__ import annotations

import ast
import importlib.util
import random
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

import vmcoreinfo
from tests.conftest import ROOT, RealNote, real_notes, shipped
from tests.emit import notes
from tests.emit.driver import (
    SANITIZE,
    STRICT,
    Driver,
    build_driver,
    digits,
    parsing,
    python_answer,
    reading,
    target,
)
from tests.emit.test_python_product import python_3_8
from vmcoreinfo import derive
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.emit import embedded
from vmcoreinfo_codegen.emit.backend import Form
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.consumer import KernelRange
from vmcoreinfo_codegen.subset.reduce import exported, reduce
from vmcoreinfo_codegen.subset.selection import Reader, Selection, read_patterns

COMPILERS = ("gcc", "clang")
SCHEMA = shipped()


def what_reads(name: str) -> Selection:
    consumer = next(c for c in SCHEMA.consumers if c.name == name)
    return Selection(readers=(Reader(name, consumer, consumer.latest),))


SELECTIONS = {
    **{consumer.name: what_reads(consumer.name) for consumer in SCHEMA.consumers},
    "two architectures since 5.10": Selection(
        patterns=read_patterns("OFFSET(page.*)\nNUMBER(*)\nSYMBOL(vm*)\nPAGESIZE\n", "keys"),
        kernels=KernelRange(since=Release.parse("5.10")),
        archs=("x86_64", "arm64"),
    ),
}


def written(
    schema: Schema, selection: Selection, target: str, folder: Path, prefix: str | None = None
) -> Schema:
    """Write the products of a selection; returns what is left of the schema."""
    part = reduce(schema, selection)
    folder.mkdir(exist_ok=True)
    for product in embedded.emit(part, selection, [target], Form(prefix), schema):
        (folder / product.path).write_text(product.text)
    return part


@cache
def corpus() -> tuple[RealNote, ...]:
    return real_notes()


def notes_for(selection: Selection) -> list[RealNote]:
    """The real notes of kernels that the selection is for."""
    found = [
        note
        for note in corpus()
        if (not selection.archs or note.arch in selection.archs)
        and selection.kernels.holds(note.release)
    ]
    assert len(found) > 40
    return found


def expected(note: RealNote, keys: set[str]) -> list[str]:
    """What a parser of those keys says of a sound note: the values, and nothing of other lines."""
    said = python_answer([reading(note.note)])
    values = [line for line in said if line.startswith("value ") and line.split()[1] in keys]
    return [*(line for line in said if line.startswith(("note ", "errors "))), *values]


def derived_by(said: list[str]) -> dict[str, str]:
    found = [line.split(" ", 2)[1:] for line in said if line.startswith("derive ")]
    return {name: outcome for name, outcome in found}


_OFTEN = ("drgn", "two architectures since 5.10")


@pytest.mark.parametrize(
    "name",
    [n if n in _OFTEN else pytest.param(n, marks=pytest.mark.long) for n in SELECTIONS],
)
def test_c_of_a_part(schema: Schema, name: str, tmp_path: Path) -> None:
    compilers = [compiler for compiler in COMPILERS if shutil.which(compiler)]
    if not compilers:
        pytest.skip("neither gcc nor clang is here")
    part = written(schema, SELECTIONS[name], "c", tmp_path)
    for compiler in compilers:
        made = tmp_path / f"{compiler}.o"
        options = (*STRICT, "-O2", "-c", tmp_path / "vmcoreinfo.c", "-o", made)
        subprocess.run([compiler, *options], check=True)
    driver = Driver(build_driver(compilers[0], tmp_path, "-O1", source=tmp_path))
    keys = set(part.by_key)
    agreed = 0
    for note in notes_for(SELECTIONS[name]):
        aim = target(note.arch, memory="noise", big_endian=note.arch == "s390x")
        said = driver.ask([reading(note.note), aim])
        parsed = [line for line in said if not line.startswith(("derive ", "read "))]
        assert parsed == expected(note, keys), note.file
        whole = derived_by(python_answer([reading(note.note), aim]))
        for value, outcome in derived_by(said).items():
            assert outcome in (whole[value], "no-recipe"), (note.file, value)
            agreed += outcome == whole[value] != "no-recipe"
    driver.close()
    assert bool(agreed) == bool(part.derivations)


@pytest.mark.long
@pytest.mark.parametrize("name", ["drgn", "makedumpfile"])
def test_other_lines_are_passed_over_alone(
    schema: Schema, name: str, sanitizer: str, tmp_path: Path
) -> None:
    """A parser that knows the names of other keys says of any text what one says that does not,
    but for lines of those keys: it does not tell them.
    """
    selection = what_reads(name)
    part = reduce(schema, selection)
    others = {entry.key for entry in exported(schema, selection, part)} - part.by_key.keys()
    assert len(others) > 20
    untold = {f"diagnostic unknown info {digits(key.encode())}" for key in others}
    drivers: list[Driver] = []
    for whole in (schema, part):
        folder = tmp_path / str(len(drivers))
        folder.mkdir()
        for product in embedded.emit(part, selection, ["c"], Form(), whole):
            (folder / product.path).write_text(product.text)
        drivers.append(Driver(build_driver(sanitizer, folder, "-O1", *SANITIZE, source=folder)))
    real = [vmcoreinfo.note_text(note.note) for note in corpus()[::9]]
    told = 0
    for text in [*notes.TEXTS.values(), *real, *map(damaged, real, range(len(real)))]:
        request = [parsing(text), "lines"]
        expected = []
        for line in drivers[1].ask(request):
            words = line.split()
            is_told = " ".join([*words[:3], *words[5:6]]) not in untold
            expected += [line] if is_told else []
            told += not is_told
        assert drivers[0].ask(request) == expected
    assert told > 500
    for driver in drivers:
        driver.close()


def damaged(text: bytes, seed: int) -> bytes:
    """Some bytes replaced by such as mean something, some lines taken out, put twice, and moved."""
    chance = random.Random(seed)
    lines = text.splitlines(keepends=True)
    for _ in range(12):
        line = bytearray(lines.pop(chance.randrange(len(lines))))
        line[chance.randrange(len(line))] = chance.choice(b"=\n\x01\x7f\x80x0")
        place = chance.randrange(len(lines))
        lines[place:place] = [bytes(line)] * chance.randrange(3)
    return b"".join(lines)[: -chance.randrange(1, 40)]


def zeros(_: int, size: int) -> bytes:
    return bytes(size)


def module_of(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", SELECTIONS)
def test_python_of_a_part(schema: Schema, name: str, tmp_path: Path) -> None:
    part = written(schema, SELECTIONS[name], "python", tmp_path)
    module = module_of(tmp_path / "vmcoreinfo_subset.py")
    assert set(module.ENTRIES) == set(part.by_key)
    names = [derivation.name for derivation in part.derivations]
    assert list(getattr(module, "DERIVATIONS", {})) == names
    assert all(hasattr(module, exported) for exported in module.__all__)
    for note in notes_for(SELECTIONS[name]):
        whole, info = vmcoreinfo.parse(note.note), module.parse(note.note)
        assert list(info) == list(whole)
        for line in whole.lines:
            is_known = line.key in part.by_key
            assert info[line.key] == (line.value if is_known else line.text)
        assert info.diagnostics == []
        for value in names:
            full = derive.DERIVATIONS[value](whole, derive.Dump(note.arch, zeros))
            found = module.DERIVATIONS[value](info, module.Dump(note.arch, zeros))
            assert found is None or (found.value, found.recipe) == tuple(full or ())


# ---- what is not read -----------------------------------------------------------------

DAMAGED = (
    b"OSRELEASE=6.9\nSIZE(page)=bad\nNUMBER(PG_lru)=99999999999999999999\nSIZE(page)=64\n"
    b"NUMBER(unheard)=1\nSYMBOL(vmap_area_list)=ffffffff82a18000\nSIZE(page)=64\n"
)


def test_lines_that_are_not_read_are_passed_over(schema: Schema, tmp_path: Path) -> None:
    """Only what none of the kernels exports is unknown: vmap_area_list went with 6.9."""
    patterns = read_patterns("OSRELEASE\nOFFSET(page.*)\n", "keys")
    selection = Selection(patterns=patterns, kernels=KernelRange(since=Release.parse("6.9")))
    written(schema, selection, "python", tmp_path)
    info = module_of(tmp_path / "vmcoreinfo_subset.py").parse(DAMAGED)
    assert [(d.id, d.line) for d in info.diagnostics] == [("unknown", 5), ("unknown", 6)]
    assert info["SIZE(page)"] == "64"
    if shutil.which("gcc") is None:
        pytest.skip("no gcc here")
    written(schema, selection, "c", tmp_path)
    driver = Driver(build_driver("gcc", tmp_path, source=tmp_path))
    said = driver.ask([f"text {digits(DAMAGED)}", f"find {digits(b'SIZE(page)')}"])
    driver.close()
    told = [line.split() for line in said if line.startswith("diagnostic")]
    assert [(words[1], int(words[3])) for words in told] == [("unknown", 5), ("unknown", 6)]
    assert said[-1] == f"find {digits(b'SIZE(page)')} is {digits(b'64')} 64"


@pytest.mark.long
def test_a_key_alone_is_enough(schema: Schema, tmp_path: Path) -> None:
    """The smallest parsers: no replacement, no derivation, one entry and OSRELEASE."""
    for key in ("OSRELEASE", "BUILD-ID", "CONFIG_X86_PAE", "PAGESIZE"):
        folder = tmp_path / key
        written(schema, Selection(patterns=read_patterns(key, "keys")), "c", folder)
        for compiler in COMPILERS:
            if shutil.which(compiler):
                options = (*STRICT, "-Wpedantic", "-O2", "-c", folder / "vmcoreinfo.c")
                subprocess.run([compiler, *options, "-o", folder / "o"], check=True)


# ---- several in one program ---------------------------------------------------------------

SEVERAL = """
#include "vmcoreinfo.h"
#include "one_vmcoreinfo.h"
#include "other_vmcoreinfo.h"
#include <stdio.h>

int main(void)
{
	static const char text[] = "OSRELEASE=6.9\\nPAGESIZE=4096\\nNUMBER(phys_base)=-4096\\n";
	static struct vmcoreinfo all;
	static struct one_vmcoreinfo one;
	static struct other_vmcoreinfo other;
	struct vmcoreinfo_derived shift;
	struct one_vmcoreinfo_derived one_shift;
	uint64_t base;

	vmcoreinfo_parse(&all, text, sizeof(text) - 1, NULL, NULL);
	one_vmcoreinfo_parse(&one, text, sizeof(text) - 1, NULL, NULL);
	other_vmcoreinfo_parse(&other, text, sizeof(text) - 1, NULL, NULL);
	if (vmcoreinfo_derive_page_shift(&all, NULL, &shift) != VMCOREINFO_OK ||
	    one_vmcoreinfo_derive_page_shift(&one, NULL, &one_shift) != ONE_VMCOREINFO_OK ||
	    other_vmcoreinfo_get_number(&other, OTHER_VMCOREINFO_NUMBER_phys_base, &base) !=
	    OTHER_VMCOREINFO_OK)
		return 1;
	printf("%d %d %d %d %d\\n", (int)shift.value, (int)one_shift.value, (int)(int64_t)base,
	       VMCOREINFO_KEY_COUNT > ONE_VMCOREINFO_KEY_COUNT, (int)OTHER_VMCOREINFO_KEY_COUNT);
	return 0;
}
"""


@pytest.mark.parametrize(("compiler", "plus"), [("gcc", "g++"), ("clang", "clang++")])
def test_two_parts_and_the_whole_in_one_program(
    schema: Schema, compiler: str, plus: str, tmp_path: Path
) -> None:
    if shutil.which(compiler) is None:
        pytest.skip(f"no {compiler} here")
    written(schema, what_reads("drgn"), "c", tmp_path, "one")
    keys = Selection(patterns=read_patterns("NUMBER(phys_base)", "keys"))
    written(schema, keys, "c", tmp_path, "other")
    objects = []
    for source in (ROOT / "generated/c/vmcoreinfo.c", *sorted(tmp_path.glob("*_vmcoreinfo.c"))):
        objects.append(tmp_path / f"{source.stem}.o")
        subprocess.run([compiler, *STRICT, "-c", source, "-o", objects[-1]], check=True)
    assert len(objects) == 3
    include = [f"-I{ROOT / 'generated/c'}", f"-I{tmp_path}"]
    for name, build in (("c", [compiler, *STRICT]), ("cpp", [plus, "-Wall", "-Wextra", "-Werror"])):
        if shutil.which(build[0]) is None:
            pytest.skip(f"no {build[0]} here")
        source = tmp_path / f"several.{name}"
        source.write_text(SEVERAL)
        program = tmp_path / f"several-{name}"
        subprocess.run([*build, *include, source, *objects, "-o", program], check=True)
        ran = subprocess.run([program], capture_output=True, text=True, check=True)
        assert ran.stdout == "12 12 -4096 1 2\n"


def test_a_prefix_reaches_every_name_that_others_see(schema: Schema, tmp_path: Path) -> None:
    written(schema, what_reads("crash"), "c", tmp_path, "my_tool")
    text = (tmp_path / "my_tool_vmcoreinfo.h").read_text()
    code = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    ours = set(re.findall(r"\b\w*(?:vmcoreinfo|VMCOREINFO)\w*", code))
    assert len(ours) > 100
    assert {name for name in ours if not name.lower().startswith("my_tool_vmc")} == set()
    macros = re.findall(r"^#define (\w+)", code, re.MULTILINE)
    assert macros and all(name.startswith("MY_TOOL_") for name in macros)
    source = (tmp_path / "my_tool_vmcoreinfo.c").read_text()
    assert '#include "my_tool_vmcoreinfo.h"' in source
    assert '"VMCOREINFO"' in source, "the name of the note is no name of ours"
    assert "Generated by vmcoreinfo " in source and "vmcoreinfo generate c --for crash" in source


# ---- the module -----------------------------------------------------------------------------

CALLER = """
from typing import Optional
import my_vmcoreinfo as note

info = note.parse(b"")
size: Optional[int] = info.PAGESIZE
derived: Optional[note.Derived] = note.page_shift(info, note.Dump("x86_64"))
never_none: int = info.PAGESIZE  # type: ignore[assignment]
no_entry = info.OFFSET_page_lru  # type: ignore[attr-defined]
"""


def test_module_is_typed_and_old_python(schema: Schema, tmp_path: Path) -> None:
    written(schema, what_reads("drgn"), "python", tmp_path, "my")
    (tmp_path / "caller.py").write_text(CALLER)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--python-version=3.10", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    text = (tmp_path / "my_vmcoreinfo.py").read_text()
    tree = ast.parse(text, feature_version=(3, 8))
    imported = {
        (node.module or "." if isinstance(node, ast.ImportFrom) else node.names[0].name)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
    }
    assert imported == {"__future__", "re", "typing"}
    names = [n.name for n in tree.body if isinstance(n, (ast.FunctionDef, ast.ClassDef))]
    assert len(names) == len(set(names))


def test_module_runs_without_any_package(schema: Schema, tmp_path: Path) -> None:
    written(schema, what_reads("makedumpfile"), "python", tmp_path)
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import vmcoreinfo_subset as v; "
        "i = v.parse(sys.stdin.buffer.read()); print(i.OSRELEASE, v.page_shift(i))"
    )
    note = notes.NOTES / "x86_64-6.12.117+deb13-amd64.note"
    said = "6.12.117+deb13-amd64 Derived(value=12, recipe='page_size')\n"
    for python in filter(None, (sys.executable, python_3_8())):
        ran = subprocess.run(
            [python, "-I", "-S", "-W", "error", "-c", program],
            input=note.read_bytes(),
            capture_output=True,
            check=False,
        )
        assert (ran.stdout.decode(), ran.stderr) == (said, b"")
