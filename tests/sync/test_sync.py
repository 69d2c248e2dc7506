# SPDX-License-Identifier: MIT
"""The scenario that this project exists for: the kernel changes, and one command follows.

The 6.1 tree with the change that 6.9 made, synchronised as a release of its own onto a
schema that ends at 6.1. The fast test has a tree with all exports of 6.1.192 in files of
the same names; the long one has Debian's 6.1 itself.
"""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.command import Run
from tests.conftest import real_notes
from tests.kernel.test_debian_sources import tarball
from tests.sync.as_of import write_schema_as_of
from tests.sync.recorded import write_recorded
from tests.unpacking import unpack

GONE = ["SYMBOL(vmap_area_list)", "OFFSET(vmap_area.va_start)", "OFFSET(vmap_area.list)"]
CALL = '\tvmcoreinfo_append_str("NUMBER(VMALLOC_START)=0x%lx\\n", (unsigned long) VMALLOC_START);\n'


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1, (path, old)
    path.write_text(text.replace(old, new))


def make_the_change_of_6_9(top: Path) -> None:
    core = top / "kernel/crash_core.c"
    edit(core, "\tVMCOREINFO_SYMBOL(vmap_area_list);\n", CALL)
    edit(core, "\tVMCOREINFO_OFFSET(vmap_area, va_start);\n", "")
    edit(core, "\tVMCOREINFO_OFFSET(vmap_area, list);\n", "")
    arm64 = top / "arch/arm64/kernel/crash_core.c"
    lines = arm64.read_text().splitlines(keepends=True)
    kept = [line for line in lines if "NUMBER(VMALLOC_START)" not in line]
    assert len(kept) == len(lines) - 1
    arm64.write_text("".join(kept))


@pytest.fixture
def schema_of_6_1(tmp_path: Path) -> Path:
    return write_schema_as_of("6.1", tmp_path)


def check_scenario(run: Run, schema: Path, top: Path, tmp_path: Path) -> None:
    assert run("check", "--schema", str(schema)).out == ""
    clean = run("diff", "--kernel", str(top), "--release", "6.1", "--schema", str(schema))
    assert (clean.code, clean.out) == (0, ""), clean.out + clean.err
    make_the_change_of_6_9(top)
    arguments = [
        "sync",
        str(top),
        "--release",
        "6.2",
        "--date",
        "2023-02-19",
        "--schema",
        str(schema),
    ]

    before = {path: path.read_text() for path in schema.rglob("*.vmci")}
    dry = run(*arguments, "--dry-run")
    assert dry.code == 1
    assert "+\tuntil\t\t6.2" in dry.out and "+release 6.2\t2023-02-19" in dry.out
    assert {path: path.read_text() for path in schema.rglob("*.vmci")} == before

    out = tmp_path / "generated"
    ran = run(*arguments, "--out", str(out))
    assert ran.code == 0, ran.err
    closed = ran.out.partition("Closed:\n")[2].partition("Added:")[0].splitlines()
    assert closed == [
        f"- {key}" for key in ["NUMBER(VMALLOC_START) on arm64", *GONE]
    ] or closed == [f"- {key}" for key in [*GONE, "NUMBER(VMALLOC_START) on arm64"]]
    assert "Added:\n- NUMBER(VMALLOC_START)\n" in ran.out
    # The linter asks for what only people know.
    for key in GONE:
        assert f"{key} was removed in 6.2 without a reason" in ran.err
    assert "'replaced-by' if there is a replacement" in ran.err
    assert "NUMBER(VMALLOC_START) has no 'doc'" in ran.err
    added = (schema / "kernel/address-space.vmci").read_text()
    assert added.index("SYMBOL(_stext) {") < added.index("NUMBER(VMALLOC_START) {")

    again = run(*arguments, "--out", str(out))
    assert "nothing to do for 6.2" in again.out
    same = run("diff", "--kernel", str(top), "--release", "6.2", "--schema", str(schema))
    assert (same.code, same.out) == (0, "")

    # The regenerated C parser knows the new life, and reads a note of such a kernel.
    program = tmp_path / "program.c"
    program.write_text(
        '#include "vmcoreinfo.h"\n#include <stdio.h>\nint main(void)\n{\n'
        "\tstatic char note[65536];\n\tstruct vmcoreinfo info;\n\tuint64_t value;\n"
        "\tstruct vmcoreinfo_text text = vmcoreinfo_note_text(note, fread(note, 1, sizeof(note), stdin));\n"
        "\tvmcoreinfo_parse(&info, text.data, text.length, NULL, NULL);\n"
        "\tif (vmcoreinfo_get_number(&info, VMCOREINFO_NUMBER_VMALLOC_START, &value))\n\t\treturn 1;\n"
        '\tprintf("%#llx %s\\n", (unsigned long long)value,\n'
        "\t       vmcoreinfo_entry_of(VMCOREINFO_SYMBOL_vmap_area_list)->until);\n\treturn 0;\n}\n"
    )
    c = out / "c"
    subprocess.run(
        [
            "gcc",
            "-std=c99",
            f"-I{c}",
            str(program),
            str(c / "vmcoreinfo.c"),
            "-o",
            str(tmp_path / "p"),
        ],
        check=True,
    )
    note = next(n for n in real_notes() if n.file == "x86_64-6.12.117+deb13-amd64.note")
    read = subprocess.run([tmp_path / "p"], input=note.note, capture_output=True, check=True)
    assert read.stdout.decode().split() == [note.values["NUMBER(VMALLOC_START)"], "6.2"]


@pytest.mark.long
def test_the_change_of_6_9(run: Run, schema_of_6_1: Path, tmp_path: Path) -> None:
    top = write_recorded("6.1.192", tmp_path / "linux")
    check_scenario(run, schema_of_6_1, top, tmp_path)


@pytest.mark.long
def test_the_change_of_6_9_in_the_real_tree(
    run: Run,
    schema_of_6_1: Path,
    tmp_path: Path,
) -> None:
    with tarfile.open(tarball("6.1")) as tar:
        wanted = [m for m in tar if m.name.endswith((".c", ".h", "Makefile")) and m.isfile()]
        unpack(tar, tmp_path, wanted)
    check_scenario(run, schema_of_6_1, tmp_path / "linux-source-6.1", tmp_path)


@pytest.fixture
def latest(tmp_path: Path) -> tuple[Path, Path]:
    """A tree with all exports of 7.3.4, and the schema as it was for 7.3."""
    return write_recorded("7.3.4", tmp_path / "linux"), write_schema_as_of("7.3", tmp_path)


def synced(run: Run, top: Path, schema: Path) -> str:
    ran = run(
        "sync", str(top), "--release", "7.4", "--schema", str(schema), "--out", str(top / "out")
    )
    assert ran.code == 0, ran.out + ran.err
    same = run("diff", "--kernel", str(top), "--release", "7.4", "--schema", str(schema))
    assert (same.code, same.out) == (0, ""), same.out + same.err
    assert run("fmt", "--check", str(schema)).code == 0
    return ran.out


@pytest.mark.long
def test_the_answer_as_json(run: Run, latest: tuple[Path, Path]) -> None:
    top, schema = latest
    edit(
        top / "kernel/vmcore_info.c",
        "\tVMCOREINFO_NUMBER(PG_lru);\n",
        "\tVMCOREINFO_NUMBER(PG_other);\n",
    )
    arguments = ["sync", str(top), "--release", "7.4", "--schema", str(schema), "--format", "json"]
    dry = run(*arguments, "--dry-run").json("sync")
    assert dry["steps"] == {"closed": ["NUMBER(PG_lru)"], "added": ["NUMBER(PG_other)"]}
    assert "schema/kernel/page-flags.vmci" in dry["files"]
    done = run(*arguments, "--out", str(top / "out")).json("sync")
    assert done == dry
    assert {problem["rule"] for problem in done["problems"]} == {"VMCI017", "VMCI022", "VMCI030"}
    again = run(*arguments).json("sync")
    assert (again["steps"], again["files"], again["declared"]) == ({}, [], False)


def test_nothing_to_do(run: Run, latest: tuple[Path, Path]) -> None:
    top, schema = latest
    out = run("sync", str(top), "--release", "7.3", "--schema", str(schema)).out
    assert out == "The schema matches the tree; nothing to do for 7.3.\n"


def test_a_renamed_file_changes_no_entry(run: Run, latest: tuple[Path, Path]) -> None:
    top, schema = latest
    (top / "kernel/vmcore_info.c").rename(top / "kernel/note.c")
    (top / "arch/arm64/kernel/vmcore_info.c").rename(top / "arch/arm64/kernel/note.c")
    before = {path: path.read_text() for path in schema.rglob("*.vmci")}
    synced(run, top, schema)
    changed = [path for path, text in before.items() if path.read_text() != text]
    assert sorted(path.name for path in changed) == ["files.vmci", "releases.vmci"]
    assert '"kernel/note.c" since 7.4\n' in (schema / "files.vmci").read_text()


@pytest.mark.long
def test_a_new_macro_and_a_condition(run: Run, latest: tuple[Path, Path]) -> None:
    top, schema = latest
    core = top / "kernel/vmcore_info.c"
    edit(
        top / "include/linux/crash_core.h",
        "#endif\n",
        '#define VMCOREINFO_MASK(name) vmcoreinfo_append_str("NUMBER(%s)=0x%lx\\n", #name, name)\n#endif\n',
    )
    edit(
        core,
        "\tVMCOREINFO_NUMBER(PG_lru);\n",
        "\tVMCOREINFO_NUMBER(PG_lru);\n#ifdef CONFIG_NEW\n\tVMCOREINFO_MASK(PG_new_mask);\n#endif\n",
    )
    edit(
        core,
        "\tVMCOREINFO_NUMBER(PG_private);\n",
        "#ifdef CONFIG_MMU\n\tVMCOREINFO_NUMBER(PG_private);\n#endif\n",
    )
    out = synced(run, top, schema)
    assert "Added:\n- NUMBER(PG_new_mask)" in out
    assert "Condition changed:\n- NUMBER(PG_private)" in out
    page = (schema / "kernel/page-flags.vmci").read_text()
    new = page[page.index("NUMBER(PG_new_mask) {") :]
    assert (
        page.index("NUMBER(PG_lru) {")
        < page.index("NUMBER(PG_new_mask) {")
        < page.index("NUMBER(PG_private) {")
    )
    assert new.startswith(
        'NUMBER(PG_new_mask) {\n\tdoc\t\t""\n\tvalue\t\t0x-hex\n\tvia\t\tVMCOREINFO_MASK\n'
        "\tdepends on\tCONFIG_NEW\n\tsince\t\t7.4\n}\n"
    )
    assert "\tdepends on\tCONFIG_MMU since 7.4\n" in page
    assert 'prints\t\t"NUMBER(NAME)=0x%lx"' in (schema / "macros.vmci").read_text()


@pytest.mark.long
def test_an_architecture_gains_and_loses(run: Run, latest: tuple[Path, Path]) -> None:
    top, schema = latest
    edit(
        top / "arch/arm64/kernel/vmcore_info.c",
        "\tVMCOREINFO_NUMBER(VA_BITS);\n",
        "\tVMCOREINFO_NUMBER(VA_BITS);\n\tVMCOREINFO_NUMBER(PA_BITS);\n",
    )
    edit(
        top / "arch/riscv/kernel/vmcore_info.c",
        '\tvmcoreinfo_append_str("NUMBER(satp)=0x%llx\\n", value);\n',
        "",
    )
    out = synced(run, top, schema)
    assert "Closed:\n- NUMBER(satp) on riscv64 riscv32\n" in out
    assert "Added:\n- NUMBER(PA_BITS) on arm64\n" in out
    arm64 = (schema / "arch/arm64.vmci").read_text()
    assert arm64.index("NUMBER(VA_BITS)") < arm64.index("NUMBER(PA_BITS) on arm64 {")


@pytest.mark.long
def test_an_entry_comes_back(run: Run, latest: tuple[Path, Path]) -> None:
    top, schema = latest
    edit(
        top / "kernel/vmcore_info.c",
        "\tVMCOREINFO_NUMBER(PG_lru);\n",
        "\tVMCOREINFO_NUMBER(PG_lru);\n\tVMCOREINFO_NUMBER(PG_slab);\n",
    )
    assert "Opened again:\n- NUMBER(PG_slab)\n" in synced(run, top, schema)


def test_what_is_left_to_people(run: Run, latest: tuple[Path, Path]) -> None:
    top, schema = latest
    edit(
        top / "kernel/vmcore_info.c",
        "\tVMCOREINFO_NUMBER(PG_lru);\n",
        '\tvmcoreinfo_append_str("NUMBER(PG_lru)=%lx\\n", PG_lru);\n',
    )
    ran = run("sync", str(top), "--release", "7.4", "--schema", str(schema))
    assert ran.code == 1
    assert "NUMBER(PG_lru): must be done by hand: printed as hex now, was signed: " in ran.err


@pytest.mark.long
def test_another_format(run: Run, latest: tuple[Path, Path]) -> None:
    top, schema = latest
    edit(
        top / "kernel/vmcore_info.c",
        "\tVMCOREINFO_NUMBER(PG_lru);\n",
        '\tvmcoreinfo_append_str("NUMBER(PG_lru)=0x%lx\\n", PG_lru);\n',
    )
    out = synced(run, top, schema)
    assert "Format changed:\n- NUMBER(PG_lru)\nPrinted by another macro:\n- NUMBER(PG_lru)" in out
    page = (schema / "kernel/page-flags.vmci").read_text()
    assert "\tvalue\t\tsigned bit until 7.4\n\tvalue\t\t0x-hex since 7.4\n" in page
    parser = (top / "out/python/vmcoreinfo/entries.py").read_text()
    assert '    "NUMBER(PG_lru)": ("0x-hex",),\n' in parser
    told = run("diff", "7.3", "7.4", "--schema", str(schema))
    assert "~ NUMBER(PG_lru)\n      format: signed -> 0x-hex\n" in told.out
    explained = run("explain", "PG_lru", "--schema", str(schema)).out
    assert "  value        signed until 7.4 (digits, " in explained
    assert "  value        0x-hex since 7.4 (hexadecimal digits after" in explained
    # The next tree goes back to what it was; one that is of the same release was never otherwise.
    edit(
        top / "kernel/vmcore_info.c",
        '\tvmcoreinfo_append_str("NUMBER(PG_lru)=0x%lx\\n", PG_lru);\n',
        "\tVMCOREINFO_NUMBER(PG_lru);\n",
    )
    synced(run, top, schema)
    assert (
        run("diff", "7.3", "7.4", "--schema", str(schema)).out
        == "no difference between 7.3 and 7.4\n"
    )


@pytest.mark.long
def test_a_macro_that_prints_another_format(run: Run, latest: tuple[Path, Path]) -> None:
    top, schema = latest
    header = top / "include/linux/crash_core.h"
    text = header.read_text()
    header.write_text(text.replace('"SYMBOL(%s)=%lx', '"SYMBOL(%s)=0x%lx'))
    out = synced(run, top, schema)
    assert "Format changed:\n- kind SYMBOL\n" in out
    assert "Macro changed:\n- VMCOREINFO_SYMBOL\n- VMCOREINFO_SYMBOL_ARRAY\n" in out
    macros = (schema / "macros.vmci").read_text()
    assert macros.count('\tprints\t\t"SYMBOL(NAME)=0x%lx" since 7.4\n') == 2
    assert "\tvalue\t\thex address until 7.4\n\tvalue\t\t0x-hex since 7.4\n" in macros
    assert run("check", "--schema", str(schema)).code == 0
    parser = (top / "out/python/vmcoreinfo/entries.py").read_text()
    # Those that were gone by then have never been printed so.
    assert '"SYMBOL(prb)": ("0x-hex",),' in parser
    assert '"SYMBOL(vmlist)": ("0x-hex",),' not in parser


KVX = """\
void arch_crash_save_vmcoreinfo(void)
{
	VMCOREINFO_SYMBOL(node_data);
	VMCOREINFO_NUMBER(KVX_BITS);
#ifdef CONFIG_KVX_PAGES
	vmcoreinfo_append_str("NUMBER(KVX_PAGES)=0x%lx\\n", pages);
#endif
}
"""


@pytest.mark.long
def test_an_architecture_that_is_new(run: Run, latest: tuple[Path, Path]) -> None:
    top, schema = latest
    path = top / "arch/kvx/kernel/vmcore_info.c"
    path.parent.mkdir(parents=True)
    path.write_text(KVX)
    told = run("diff", "--kernel", str(top), "--release", "7.4", "--schema", str(schema))
    assert told.code == 1
    assert "? NUMBER(KVX_BITS)  on kvx  arch/kvx/kernel/vmcore_info.c:4\n" in told.out
    assert "on an architecture that the schema lacks for this release" in told.out
    options = ("--release", "7.4", "--schema", str(schema))
    as_json = run("diff", "--kernel", str(top), *options, "--format", "json").json("diff")
    assert [(c["change"], c["key"], c["archs"]) for c in as_json["changes"]] == [
        ("architecture", key, ["kvx"])
        for key in ("SYMBOL(node_data)", "NUMBER(KVX_BITS)", "NUMBER(KVX_PAGES)")
    ]
    ran = run("sync", str(top), *options, "--out", str(top / "out"))
    assert ran.code == 1
    assert "kvx: must be done by hand: a new architecture: complete its block" in ran.err
    assert "Architecture declared:\n- kvx\n" in ran.out
    assert "- NUMBER(KVX_BITS) on kvx\n" in ran.out
    declared = (schema / "architectures.vmci").read_text().partition("arch kvx {\n")[2]
    assert declared.startswith(
        "\t# Added by sync from the tree of 7.4, which shows only the folder."
    )
    assert (
        "\tsource\t\tkvx\n\tbits\t\t64\n\toptional\tCONFIG_32BIT CONFIG_64BIT CONFIG_MMU\n"
        in declared
    )
    assert declared.endswith("\tsince\t\t<=7.4\n}\n")
    entries = (schema / "arch/kvx.vmci").read_text()
    assert entries.startswith('# SPDX-License-Identifier: MIT\nschema 1\n\nsection "kvx"\n')
    assert "\tdepends on\tCONFIG_KVX_PAGES\n\tsince\t\t<=7.4\n" in entries
    assert [p for p in run("check", *options[2:]).out.splitlines() if " error: " in p] == []
    same = run("diff", "--kernel", str(top), *options)
    assert (same.code, same.out) == (0, ""), same.out
    assert run("sync", str(top), *options).out.startswith("The schema matches the tree")
    # It is in the products, behind all others.
    assert run("list", "--kernel", "7.4", "--arch", "kvx", *options[2:]).code == 0
    assert '"kvx"' in (top / "out/c/vmcoreinfo.c").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--release", "7.4.2"], "stable releases are declared by hand"),
        (["--release", "sevenfour"], "is not a kernel release"),
        (["--release", "7.4", "--date", "soon"], "expected a date like 2026-11-24"),
        (["--release", "7.4", "--commit"], "give a revision with --rev"),
        (["--release", "2.6.23"], "is older than 7.3"),
    ],
)
def test_what_is_refused(
    run: Run, latest: tuple[Path, Path], arguments: list[str], message: str
) -> None:
    top, schema = latest
    ran = run("sync", str(top), *arguments, "--schema", str(schema))
    assert ran.code == 2
    assert message in ran.err


def test_commits_by_pickaxe(run: Run, latest: tuple[Path, Path]) -> None:
    top, schema = latest

    def git(*arguments: str) -> str:
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        command = ["git", "-C", str(top), *identity, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "all")
    core = top / "kernel/vmcore_info.c"
    edit(core, "\tVMCOREINFO_NUMBER(PG_lru);\n", "\tVMCOREINFO_NUMBER(PG_lru_other);\n")
    git("commit", "-qam", "rename")
    renamed = git("rev-parse", "--short=12", "HEAD")
    log = top / "kernel/printk/log/printk.c"
    log.parent.mkdir()
    (top / "kernel/printk/printk.c").rename(log)
    git("add", "-A")
    git("commit", "-qm", "move")
    moved = git("rev-parse", "--short=12", "HEAD")
    (core.parent / "later.c").write_text("int x;\n")
    git("add", "-A")
    git("commit", "-qm", "later")
    ran = run(
        "sync", str(top), "--rev", "HEAD", "--release", "7.4", "--commit", "--schema", str(schema)
    )
    assert ran.code == 0, ran.err
    assert (
        "Possibly renamed, please confirm:\n- NUMBER(PG_lru) to NUMBER(PG_lru_other)\n" in ran.out
    )
    assert "NUMBER(PG_lru): please confirm: perhaps renamed to NUMBER(PG_lru_other)" in ran.err
    page = (schema / "kernel/page-flags.vmci").read_text()
    assert f"\tuntil\t\t7.4 commit {renamed}\n" in page
    files = (schema / "files.vmci").read_text()
    assert f'\tfile\t\t"kernel/printk/log/printk.c" since 7.4 commit {moved}\n' in files
    zone = (schema / "kernel/page-flags.vmci").read_text()  # where what is printed before it stands
    assert f"\tsince\t\t7.4 commit {renamed}\n" in zone[zone.index("NUMBER(PG_lru_other) {") :]
