# SPDX-License-Identifier: MIT
"""What a schema can't say is told, and then no file is touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import Run
from tests.sync.recorded import HEADER, write_recorded
from tests.sync.small import FIRST, MACROS, RELEASES, entry

SYMBOL = (
    '\nmacro VMCOREINFO_SYMBOL {\n\tdoc\t\t"A symbol."\n'
    '\tprints\t\t"SYMBOL(NAME)=%lx"\n\tsince\t\t6.6\n}\n'
)


def symbol(name: str, on: str = "") -> str:
    return f'\nSYMBOL({name}){on} {{\n\tdoc\t\t"About {name}."\n\tsince\t\t6.6\n}}\n'


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    """A schema that ends at 6.9."""
    later = "\tsince\t\t6.8\n"
    entries = (
        entry("a")
        + entry("b", later)
        + entry("c", '\tsince\t\t6.6\n\tuntil\t\t6.9 "it went"\n')
        + entry("d", "\tdepends on\tCONFIG_D\n\tsince\t\t6.6\n")
        + symbol("x")
        + symbol("y", " on arm64")
    )
    return write(
        tmp_path / "schema",
        {
            "schema.vmci": FIRST,
            "releases.vmci": RELEASES,
            "macros.vmci": MACROS + SYMBOL,
            "kernel/all.vmci": f"schema 1\n{entries}",
        },
    )


def kernel(folder: Path, release: str, lines: str, arm64: str = "", header: str = HEADER) -> Path:
    version, level = release.split(".")
    body = "".join(f"\t{line}\n" for line in lines.splitlines())
    files = {
        "Makefile": f"VERSION = {version}\nPATCHLEVEL = {level}\nSUBLEVEL = 0\nEXTRAVERSION =\n",
        "include/linux/crash_core.h": header,
        "kernel/vmcore_info.c": f"void save(void)\n{{\n{body}}}\n",
        "arch/x86/kernel/setup.c": "int x;\n",
    }
    if arm64:
        files["arch/arm64/kernel/vmcore_info.c"] = f"void arch(void)\n{{\n\t{arm64}\n}}\n"
    return write(folder, files)


def texts(schema: Path) -> dict[Path, str]:
    return {path: path.read_text() for path in schema.rglob("*.vmci")}


def test_a_release_that_has_later_ones(run: Run, schema: Path, tmp_path: Path) -> None:
    """A distribution's 6.7: with what 6.8 brought, without what it took out, and with its own."""
    lines = (
        "VMCOREINFO_NUMBER(a);\nVMCOREINFO_NUMBER(b);\nVMCOREINFO_NUMBER(d);\n"
        'vmcoreinfo_append_str("NUMBER(e)=0x%lx\\n", e);\nVMCOREINFO_SYMBOL(x);'
    )
    top = kernel(tmp_path / "linux", "6.7", lines, "VMCOREINFO_SYMBOL(y);")
    before = texts(schema)
    options = ("sync", str(top), "--release", "6.7", "--schema", str(schema))
    ran = run(*options)
    assert ran.code == 1
    assert texts(schema) == before
    assert ran.out == "Nothing changed for 6.7: the differences must be resolved by hand.\n"
    told = [line for line in ran.err.splitlines() if "by hand" in line]
    facts = {"c": "lacks it", "b": "has it", "e": "has it", "d": "prints it always"}
    assert told == [
        f"NUMBER({name}): must be done by hand: the tree of 6.7 {fact}, but shows nothing about "
        "later releases: correct a boundary, or add a 'backport'"
        for name, fact in facts.items()
    ]
    answer = run(*options, "--format", "json").json("sync")
    assert (answer["steps"], answer["files"], answer["refused"]) == ({}, [], [])
    assert [todo["key"] for todo in answer["by_hand"]] == [
        "NUMBER(c)",
        "NUMBER(b)",
        "NUMBER(e)",
        "NUMBER(d)",
    ]


def test_a_real_tree_as_an_older_release(run: Run, tmp_path: Path) -> None:
    """The exports of 6.1 as those of a 5.14: the shipped schema is left as it is."""
    top = write_recorded("6.1.192", tmp_path / "linux")
    before = texts(Path("schema"))
    ran = run("sync", str(top), "--release", "5.14", "--out", str(tmp_path / "out"))
    assert ran.code == 1
    assert "SYMBOL(kallsyms_names): must be done by hand: the tree of 5.14 has it, but" in ran.err
    assert texts(Path("schema")) == before
    assert not (tmp_path / "out").exists()


def test_a_schema_that_would_not_be_sound(run: Run, schema: Path, tmp_path: Path) -> None:
    """The tree lacks arch/arm64, so nothing tells how that prints SYMBOL(y) by the same macro."""
    header = HEADER.replace('"SYMBOL(%s)=%lx', '"SYMBOL(%s)=0x%lx')
    lines = "VMCOREINFO_NUMBER(a);\nVMCOREINFO_NUMBER(b);\nVMCOREINFO_SYMBOL(x);"
    top = kernel(tmp_path / "linux", "6.10", lines, header=header)
    before = texts(schema)
    options = ("sync", str(top), "--release", "6.10", "--schema", str(schema))
    ran = run(*options)
    assert (ran.code, ran.out) == (1, "")
    assert texts(schema) == before
    assert (
        "SYMBOL(y) has the format hex, but is printed with 'SYMBOL(NAME)=0x%lx' "
        "(VMCI020)" in ran.err
    )
    assert "nothing written: the resulting schema would be invalid" in ran.err
    answer = run(*options, "--format", "json").json("sync")
    assert answer["files"] == []
    (refused,) = answer["refused"]
    assert refused["key"].startswith("schema/kernel/all.vmci:")
    assert "SYMBOL(y) has the format hex" in refused["reason"]
    dry = run(*options, "--dry-run")
    assert dry.code == 1 and "+\tuntil\t\t6.10\n" in dry.out
    assert "nothing written" in dry.err


def test_what_would_be_left_to_do(run: Run, schema: Path, tmp_path: Path) -> None:
    """A block around another one, whose value both have: what one does, the other does not."""
    inner = (
        '\nNUMBER(n) on x86_64 {\n\tdoc\t\t"About n."\n\tvalue\t\tsigned bit\n'
        "\tvia\t\tVMCOREINFO_NUMBER\n\tsince\t\t6.6\n\n\ton arm64 {\n\t\tsince\t6.6\n\t}\n}\n"
    )
    path = schema / "kernel/all.vmci"
    path.write_text(f"schema 1\n{inner}")
    x86 = 'vmcoreinfo_append_str("NUMBER(n)=0x%lx\\n", n);'
    top = kernel(tmp_path / "linux", "6.10", "", "VMCOREINFO_NUMBER(n);")
    write(top, {"arch/x86/kernel/vmcore_info.c": f"void arch(void)\n{{\n\t{x86}\n}}\n"})
    before = texts(schema)
    ran = run("sync", str(top), "--release", "6.10", "--schema", str(schema))
    assert ran.code == 1
    assert (
        "NUMBER(n) on arm64: the schema can't express it: the schema would still differ from the tree "
        "after these changes"
    ) in ran.err
    assert texts(schema) == before


def test_what_came_and_went_in_one_release(run: Run, schema: Path, tmp_path: Path) -> None:
    lines = "VMCOREINFO_NUMBER(a);\nVMCOREINFO_NUMBER(b);\nVMCOREINFO_SYMBOL(x);\n#ifdef CONFIG_D\nVMCOREINFO_NUMBER(d);\n#endif\n"
    top = kernel(
        tmp_path / "linux", "6.10", f"{lines}VMCOREINFO_NUMBER(e);", "VMCOREINFO_SYMBOL(y);"
    )
    options = ("sync", str(top), "--release", "6.10", "--schema", str(schema))
    assert run(*options).code == 0
    kernel(top, "6.10", lines, "VMCOREINFO_SYMBOL(y);")
    before = texts(schema)
    ran = run(*options)
    assert ran.code == 1
    assert "NUMBER(e): must be done by hand: the schema adds it in 6.10, which lacks it" in ran.err
    assert texts(schema) == before
