# SPDX-License-Identifier: MIT
"""`vmcoreinfo generate rescue`: what it makes, of what, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import Run
from tests.conftest import real_notes
from tests.dump.make import elf
from tests.rescue.building import MACHINES, Built, Rescue, built, generated, vmcore
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.kernel import kernel_named

_FILES = ["Makefile", "vmcoreinfo-rescue.c", "vmcoreinfo.c", "vmcoreinfo.h"]


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_it_is_built_by_its_own_makefile(compiler: str, tmp_path: Path) -> None:
    """Without a warning, below 100,000 bytes, without a library."""
    sources = generated(tmp_path, "1.7.8", "7.1..")
    assert sorted(path.name for path in sources.iterdir()) == _FILES
    program = built(sources, compiler)
    assert b"makedumpfile 1.7.8 and kernels 7.1 to 7.3" in program.run("--help").stdout


@pytest.mark.long
@pytest.mark.parametrize("arch", MACHINES)
def test_it_is_built_for_other_machines(arch: str, rescue: Built) -> None:
    assert rescue(arch, "1.7.8").run("--help").returncode == 0


def test_kernels_outside_of_the_range_are_not_known(tmp_path: Path) -> None:
    program = built(generated(tmp_path, "1.7.8", "7.1..7.3"))
    (new,) = [n for n in real_notes() if n.file == "x86_64-7.3.4+deb13-cloud-amd64.note"]
    for release, code in (
        ("7.3.4", 1),
        ("7.2.4", 0),
        ("7.3.0-rc1", 1),
        ("7.1.0-rc1", 0),
        ("7.0.9", 1),
    ):
        text = new.text.replace(b"7.3.4+deb13-cloud-amd64", release.encode())
        assert program.run("--text", vmcore(tmp_path, "x86_64", text)).returncode == code, release


def test_it_is_made_again_by_its_stamp(run: Run, tmp_path: Path) -> None:
    sources = generated(tmp_path, "1.7.6", "6.1..7.1", "--arch", "x86_64", "arm64")
    before = {path.name: path.read_text() for path in sources.iterdir()}
    assert "--arch x86_64 arm64" in before["vmcoreinfo-rescue.c"].splitlines()[3]
    (sources / "vmcoreinfo-rescue.c").write_text(
        before["vmcoreinfo-rescue.c"].replace("1.7.6", "1.7.6 ") + "edited\n"
    )
    assert run("regenerate", "--check", str(sources)).code == 1
    assert run("regenerate", str(sources)).code == 0
    assert {path.name: path.read_text() for path in sources.iterdir()} == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--kernel", "7.1.."], "a rescue needs one release of a tool"),
        (["--for", "makedumpfile@1.7.6", "--for", "makedumpfile@1.7.8"], "a rescue needs one release"),
        (["--for", "drgn"], "a rescue works only for makedumpfile; drgn can't be given another note"),
        (["--for", "makedumpfile@1.7.8", "--kernel", "rhel9.6"], "mainline kernels"),
        (["--for", "makedumpfile@1.7.8", "--kernel", "9.0.."], "unknown release"),
        (["--for", "makedumpfile@1.7.8", "--prefix", "mine"], "--prefix"),
        (["--for", "makedumpfile@1.7.8", "--no-metadata"], "--no-metadata"),
        (["--for", "makedumpfile@1.7.8", "--extra", "SYMBOL(mine) hex"], "one release of a tool"),
    ],
)  # fmt: skip
def test_what_it_refuses(run: Run, tmp_path: Path, words: list[str], told: str) -> None:
    done = run("generate", "rescue", *words, "--out", str(tmp_path))
    assert done.code in (1, 2)
    assert told in done.err
    assert not list(tmp_path.iterdir())


def releases_of_vendors() -> list[str]:
    """Releases as `uname -r` says them, of real kernels."""
    return sorted({note.boot["release"] for note in real_notes()})


def test_it_knows_the_same_vendors(rescue: Built, schema: Schema, tmp_path: Path) -> None:
    """Kernels that are built of mainline, by their names, are the same ones in the schema and in C."""
    program: Rescue = rescue("x86_64", "1.7.8")
    (new,) = [n for n in real_notes() if n.file == "x86_64-7.3.4+deb13-cloud-amd64.note"]
    names = [str(name) for line in schema.lines for name in line.names]
    made = [
        name.replace("RELEASE", "7.2").replace("STABLE", "5").replace("NUMBER", "9").replace("BUILD", build)
        for name in names
        for build in ("12", "372.9.1")
    ]  # fmt: skip
    others = [
        "7.2.5",
        "7.2.5-mine",
        "7.2.0-rc1+",
        "7.2.5+",
        "7.2.0-12-amd64x",
        "7.2-1-amd64",
        "7.2.5+deb",
    ]
    path = tmp_path / "vmcore"
    for release in [*made, *(f"{one}.x86_64" for one in made), *others, *releases_of_vendors()]:
        try:
            kernel = kernel_named(schema, release)
        except ValueError:
            continue
        path.write_bytes(
            elf(new.text.replace(b"7.3.4+deb13-cloud-amd64", release.encode()), virtual=-1 % 2**64)
        )
        said = program.run("--text", path).stderr
        is_mainline = not kernel.added if kernel.line is None else kernel.line.line.base is None
        if not kernel.release.mainline >= (3,):
            continue
        assert (b"is from a vendor's kernel" not in said) == is_mainline, release
