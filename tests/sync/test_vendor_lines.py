# SPDX-License-Identifier: MIT
"""`sync` of a vendor's build: its line gets what the tree changes, and nothing else is touched.

The trees print what was recorded of Red Hat's.
"""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import Run
from tests.conftest import ROOT
from tests.sync.vendor_tree import commit, git, write_vendor_tree
from vmcoreinfo_codegen.core.build import BuildNumber
from vmcoreinfo_codegen.model.builder import load

GA = "5.14.0-570.12.1.el9_6"
LATER = "5.14.0-570.32.1.el9_6"
LAST_BEFORE = "5.14.0-503.40.1.el9_5"
NEW = '\tvmcoreinfo_append_str("NUMBER(vendors)=%ld\\n", v);\n'
HEAD = "\tbuild 570 to 570.32.1 as 9.6 2025-05-20 {\n"


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    """The shipped schema before RHEL 9.6."""
    folder = tmp_path / "schema"
    shutil.copytree(ROOT / "schema", folder, ignore=shutil.ignore_patterns("observed"))
    path = rhel(folder)
    before, rest = up_to_its_release().split(HEAD)
    _, end, behind = rest.partition("\n\t}\n")
    assert end and behind.startswith("}\n")
    path.write_text(before + behind)
    return folder


@pytest.fixture
def sync(run: Run, schema: Path) -> Iterator[Run]:
    """Run `sync` on that schema; no file but that of the lines may change."""
    others = {p: p.read_bytes() for p in schema.rglob("*.vmci") if p != rhel(schema)}
    yield lambda *arguments: run("sync", *arguments, "--schema", str(schema))
    assert {p: p.read_bytes() for p in schema.rglob("*.vmci") if p != rhel(schema)} == others


def rhel(schema: Path) -> Path:
    return schema / "vendor/rhel.vmci"


def up_to_its_release() -> str:
    """The shipped lines, without what comes behind RHEL 9.6 and 10.0."""
    text = (ROOT / "schema/vendor/rhel.vmci").read_text()
    before, head, rest = text.partition(HEAD)
    block, end, behind = rest.partition("\n\t}\n")
    rhel10, _, _ = behind[behind.index("}\n\nline rhel10") :].partition(
        "\t# According to the titles"
    )
    return "".join([before, head, block, end, rhel10, "}\n"])


def shipped_without_commits() -> str:
    """The shipped lines, without the commits of 9.6, which people say."""
    before, head, rest = up_to_its_release().partition(HEAD)
    block, end, behind = rest.partition("\n\t}\n")
    kept = [line for line in block.split("\n") if not re.match(r"\t\t(#|has\t|lacks\t)", line)]
    return "".join([before, head, "\n".join(kept), end, behind])


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1, (path, old)
    path.write_text(text.replace(old, new))


def add_line(top: Path, line: str) -> None:
    edit(top / "kernel/vmcore_info.c", "void save(void)\n{\n", f"void save(void)\n{{\n{line}")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    top = tmp_path / "linux"
    git(tmp_path, "init", "-q", str(top))
    for kernel, day in ((LAST_BEFORE, "2025-04-01"), (GA, "2025-05-13"), (LATER, "2025-08-04")):
        for path in top.iterdir():
            if path.name != ".git":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        write_vendor_tree(kernel, top)
        commit(top, kernel, day)
    return top


@pytest.mark.long
def test_a_release_is_written_as_it_was_by_hand(
    run: Run, sync: Run, schema: Path, repository: Path
) -> None:
    path = rhel(schema)
    before = path.read_text()
    other = run("diff", "--kernel", str(repository), "--rev", GA, "--schema", str(schema))
    assert other.code == 1 and "+ NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)" in other.out

    dry = sync(str(repository), "--rev", GA, "--dry-run")
    assert dry.code == 1 and path.read_text() == before
    assert "+\tbuild 570 to 570.12.1 as 9.6 2025-05-13 {" in dry.out
    assert {line[:1] for line in dry.out.splitlines()} == {"+", " ", "@", "-"}
    assert [line for line in dry.out.splitlines() if line.startswith("-")] == [
        "--- a/schema/vendor/rhel.vmci"
    ]

    done = sync(str(repository), "--rev", GA)
    assert done.code == 0, done.err
    assert done.out.startswith("schema: rhel9 570.12.1\n\nIt has a block of its own: 'build 570 to")
    assert "As mainline of 6.8:\n- OFFSET(cpu_spec.cpu_features)\n" in done.out
    assert "rhel9 9.6: dated 2025-05-13, the commit's date" in done.err
    shipped = shipped_without_commits()
    assert path.read_text() == shipped.replace(
        HEAD, "\tbuild 570 to 570.12.1 as 9.6 2025-05-13 {\n"
    )

    written = path.read_text()
    again = sync(str(repository), "--rev", GA)
    assert (again.code, path.read_text()) == (0, written)
    assert again.out == "The line rhel9 matches build 570.12.1; nothing to do.\n"
    same = run("diff", "--kernel", str(repository), "--rev", GA, "--schema", str(schema))
    assert (same.code, same.out) == (0, "")

    # The last of the same release, by what its Makefile says.
    later = sync(str(repository), "--rev", "HEAD")
    assert later.code == 0
    assert "It exports the same as the previous build: 'build 570 to 570.32.1 as 9.6'." in later.out
    assert path.read_text() == shipped.replace("as 9.6 2025-05-20", "as 9.6 2025-05-13")
    assert sync(str(repository), "--rev", LATER).out.endswith("nothing to do.\n")
    assert run("check", "--schema", str(schema)).code == 0


@pytest.mark.long
def test_what_the_page_shows(run: Run, sync: Run, schema: Path, tmp_path: Path) -> None:
    """Lines of files alone are those of the real tree."""
    page = (ROOT / "docs/schema-repositories.md").read_text()
    section = page.partition("\n## Vendor kernels\n")[2].partition("\n## ")[0]
    differ, told, synchronise, done, block = re.findall(r"^```\n(.*?)^```$", section, re.M | re.S)
    path = rhel(schema)
    text = path.read_text()
    head = "\tbuild 503 to 503.40.1 as 9.5 2024-11-12 {\n"
    before, _, rest = text.partition(head)
    path.write_text(before + rest.partition("\n\t}\n")[2])
    top = tmp_path / "kernel"
    git(tmp_path, "init", "-q", str(top))
    write_vendor_tree("5.14.0-503.11.1.el9_5", top)
    commit(top, "5.14.0-503.11.1.el9_5")

    def arguments(command: str) -> list[str]:
        """A command of the page, with the folders of this test."""
        words = shlex.split(command)
        assert words[0] == "vmcoreinfo"
        here = {"kernel": top, "schema": schema, "generated": tmp_path / "generated"}
        return [str(here.get(word, word)) for word in words[1:]]

    def plain(shown: str) -> str:
        return re.sub(r":\d+$", "", shown, flags=re.M)

    ran = run(*arguments(differ))
    assert plain(ran.out) == plain(told)
    assert (
        "no build like 503.11.1 of rhel9 was read; compared as the earlier build 427.42.1"
        in ran.err
    )
    ran = run(*arguments(synchronise))
    assert ran.code == 0 and ran.out.startswith(f"{done}\n"), ran.out
    assert path.read_text().startswith(before + block)


def test_a_folder_and_a_date(sync: Run, schema: Path, tmp_path: Path) -> None:
    top = write_vendor_tree(GA, tmp_path / "linux")
    sync(str(top), "--date", "2025-05-20")
    shipped = shipped_without_commits()
    assert rhel(schema).read_text() == shipped.replace(
        "570 to 570.32.1 as 9.6", "570 to 570.12.1 as 9.6"
    )


def test_what_it_says_as_json(sync: Run, tmp_path: Path) -> None:
    top = write_vendor_tree(GA, tmp_path / "linux")
    answer = sync(str(top), "--format", "json", "--dry-run").json("sync")
    assert answer["line"] == {
        "name": "rhel9",
        "vendor": "rhel",
        "release": "9.6",
        "build": "570.12.1",
        "base": "5.14",
        "read": True,
    }
    assert answer["written"] == "build 570 to 570.12.1 as 9.6"
    assert answer["files"] == ["schema/vendor/rhel.vmci"]
    assert answer["steps"]["as mainline of 6.7"] == [
        "SYMBOL(cur_cpu_spec)",
        "OFFSET(cpu_spec.mmu_features)",
        "NUMBER(RADIX_MMU)",
    ]


def test_a_change_within_a_release(sync: Run, schema: Path, tmp_path: Path) -> None:
    """It begins a block of its own, of the same release; comments stay where they are."""
    sync(str(write_vendor_tree(GA, tmp_path / "ga")))
    edit(rhel(schema), "\tbuild 427 to", "\t# Of 9.4.\n\tbuild 427 to")
    before = rhel(schema).read_text()
    top = write_vendor_tree("5.14.0-570.40.1.el9_6", tmp_path / "linux", of=LATER)
    core = top / "kernel/vmcore_info.c"
    edit(core, '\tvmcoreinfo_append_str("NUMBER(PG_lru)=%ld\\n", v);\n', "")
    edit(core, "NUMBER(PG_private)=%ld", "NUMBER(PG_private)=%lx")
    edit(
        core,
        '\tvmcoreinfo_append_str("NUMBER(PG_swapcache)=%ld\\n", v);\n',
        '#ifdef CONFIG_SWAP\n\tvmcoreinfo_append_str("NUMBER(PG_swapcache)=%ld\\n", v);\n#endif\n',
    )
    arm = top / "arch/arm64/kernel/vmcore_info.c"
    edit(arm, '\tvmcoreinfo_append_str("NUMBER(VA_BITS)=%ld\\n", v);\n', "")
    done = sync(str(top))
    assert done.code == 0, done.err
    new = (
        "\tbuild 570.40.1 as 9.6 {\n"
        "\t\twith\tNUMBER(PG_private) as hex\n"
        "\t\twith\tNUMBER(PG_swapcache) depends on CONFIG_SWAP\n"
        "\t\twithout\tNUMBER(PG_lru) NUMBER(VA_BITS)\n"
        "\t}\n"
    )
    at = before.index("}\n\nline rhel10")
    assert rhel(schema).read_text() == before[:at] + new + before[at:]
    line = next(one for one in load(schema).lines if one.name == "rhel9")
    found = line.at(BuildNumber.parse("570.41.1"))
    assert found is not None and line.knows(BuildNumber.parse("570.41.1"))
    assert [change.gone for change in found.changes] == [False, False, True]


def test_what_no_entry_has_is_told(sync: Run, schema: Path, tmp_path: Path) -> None:
    top = write_vendor_tree(GA, tmp_path / "linux")
    add_line(top, f"#ifdef CONFIG_RHEL\n{NEW}#endif\n")
    edit(
        top / "arch/arm64/kernel/vmcore_info.c",
        "void save(void)\n{\n",
        f"void save(void)\n{{\n{NEW.replace('vendors', 'of_arm')}",
    )
    done = sync(str(top))
    assert done.code == 1
    assert (
        "NUMBER(vendors): must be done by hand: printed by kernel/vmcore_info.c:4, but not an entry: "
        "add one, 'out-of-tree' if mainline lacks it, and 'with NUMBER(vendors) as signed depends "
        "on "
        "CONFIG_RHEL' to the build" in done.err
    )
    assert "'with NUMBER(of_arm) as signed on arm64' to the build" in done.err
    # All else is written.
    assert "NUMBER(RADIX_MMU)" in rhel(schema).read_text()


def test_a_condition_that_no_schema_has_is_told(sync: Run, schema: Path, tmp_path: Path) -> None:
    top = write_vendor_tree(GA, tmp_path / "linux")
    line = '\tvmcoreinfo_append_str("NUMBER(PG_lru)=%ld\\n", v);\n'
    edit(top / "kernel/vmcore_info.c", line, f"#ifdef __RHEL__\n{line}#endif\n")
    done = sync(str(top))
    assert done.code == 1
    assert "NUMBER(PG_lru): must be done by hand: its condition is not an expression" in done.err
    assert "__RHEL__" not in rhel(schema).read_text()


@pytest.mark.parametrize(
    ("kernel", "of", "told"),
    [
        # Between blocks, and nothing is different.
        (
            "5.14.0-390.1.el9_4",
            "5.14.0-284.30.1.el9_2",
            "rhel9: must be done by hand: the line gives its exports, but no build like it was read: "
            "put 'build 390 to 390.1 as 9.4' before build "
            "427 to 427.42.1 as 9.4",
        ),
        # Otherwise than what stands behind it, and within a block.
        (
            "5.14.0-427.20.1.el9_4",
            "5.14.0-503.11.1.el9_5",
            "NUMBER(VMALLOC_START): must be done by hand: the tree of build 427.20.1 needs 'as 5.18 "
            "NUMBER(VMALLOC_START)', but shows nothing about later builds: add it before build 503 "
            "to 503.40.1 as 9.5",
        ),
        (
            "5.14.0-503.20.1.el9_5",
            "5.14.0-427.42.1.el9_4",
            "add it in build 503 to 503.40.1 as 9.5, which differs",
        ),
    ],
)
def test_a_build_with_later_ones_is_told(
    sync: Run, schema: Path, tmp_path: Path, kernel: str, of: str, told: str
) -> None:
    before = rhel(schema).read_text()
    done = sync(str(write_vendor_tree(kernel, tmp_path / "linux", of=of)))
    assert done.code == 1
    assert done.out == (
        "Nothing changed in line rhel9: the differences must be resolved by hand.\n"
    )
    assert told in done.err
    assert rhel(schema).read_text() == before


def test_a_build_of_a_block_has_nothing_to_say(sync: Run, schema: Path, tmp_path: Path) -> None:
    before = rhel(schema).read_text()
    done = sync(str(write_vendor_tree("5.14.0-503.14.1.el9_5", tmp_path / "linux")))
    assert (done.code, rhel(schema).read_text()) == (0, before)


def test_the_first_build_of_a_line(sync: Run, schema: Path, tmp_path: Path) -> None:
    """A line whose builds are not told yet."""
    head = "\tbuild 55 to 55.24.1 as 10.0 2025-05-20 {\n\t}\n"
    text = rhel(schema).read_text()
    rhel(schema).write_text(text.replace(head, ""))
    top = write_vendor_tree("6.12.0-55.9.1.el10_0", tmp_path / "linux")
    assert (
        sync(str(top), "--release", "6.12.0-55.9.1.el10_0.x86_64", "--date", "2025-05-20").code == 0
    )
    assert rhel(schema).read_text() == text.replace("to 55.24.1", "to 55.9.1")


@pytest.mark.long
def test_stream_tells_its_release_in_files_alone(sync: Run, schema: Path, tmp_path: Path) -> None:
    """Tags of CentOS Stream have a number more with each build, and no minor release."""
    top = tmp_path / "linux"
    git(tmp_path, "init", "-q", str(top))
    for build, of in (("560", LAST_BEFORE), ("565", LAST_BEFORE), ("570", GA)):
        write_vendor_tree(f"5.14.0-{build}.el9_6", top, of=of)
        commit(top, f"kernel-5.14.0-{build}.el9", "2025-01-05")
        assert sync(str(top), "--rev", f"kernel-5.14.0-{build}.el9").code == 0
    written = rhel(schema).read_text()
    assert (
        "\tbuild 560 to 565 as 9.6 2025-01-05 {\n\t}\n\tbuild 570 as 9.6 2025-01-05 {\n" in written
    )


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({}, "unknown release; give the release to record for this tree with --release\n"),
        (
            {"Makefile.rhelver": "RHEL_MAJOR = 11\nRHEL_RELEASE = 7\n"},
            "with --release; no vendor line in the schema matches 5.14.0-7.el11",
        ),
        (
            {"debian.master/changelog": "linux (5.14.0-25.25) jammy; urgency=medium\n"},
            "line ubuntu follows mainline releases and has no builds of its own",
        ),
    ],
)
def test_trees_of_no_line(sync: Run, tmp_path: Path, files: dict[str, str], told: str) -> None:
    top = write_vendor_tree(GA, tmp_path / "linux")
    (top / "Makefile.rhelver").unlink()
    for name, text in files.items():
        (top / name).parent.mkdir(exist_ok=True)
        (top / name).write_text(text)
    ran = sync(str(top))
    assert ran.code == 2
    assert told in ran.err


def test_options_that_a_line_has_no_use_for(sync: Run, repository: Path) -> None:
    ran = sync(str(repository), "--rev", GA, "--commit")
    assert ran.code == 2 and "--commit works only for mainline" in ran.err
