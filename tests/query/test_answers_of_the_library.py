# SPDX-License-Identifier: MIT
"""What verbs print is had from the library too, as a model that can't be changed."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, asdict
from pathlib import Path

import pytest

from tests.command import Run
from tests.conftest import ROOT
from vmcoreinfo_codegen.check import check_folder
from vmcoreinfo_codegen.compat.proposal import Proposal, base_of
from vmcoreinfo_codegen.compat.reply import answer
from vmcoreinfo_codegen.compat.unread import unread
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.emit.product import Product, write
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.kernel import mainline
from vmcoreinfo_codegen.query.problems import checked, laid_out

R = Release.parse


def printed(run: Run, *words: str) -> object:
    return json.loads(run(*words, "--format", "json").out)


@pytest.mark.parametrize(
    ("removed", "to", "base"),
    [
        (["SYMBOL(vmap_area_list)"], None, "6.8"),
        (["SYMBOL(vmap_area_list)", "NUMBER(PG_slab)"], None, "6.8"),
        (["SYMBOL(vmap_area_list)"], "6.12", "6.11"),
        (["SYMBOL(vmap_area_list)"], "6.12.3", "6.11"),
        (["OSRELEASE"], None, "latest"),
        (["NUMBER(unheard)"], None, "latest"),
        ([], "6.12-rc2", "6.11"),
        ([], "2.6.24", "latest"),
    ],
)
def test_the_kernel_that_a_change_is_made_to(
    schema: Schema, removed: list[str], to: str | None, base: str
) -> None:
    found = base_of(schema, removed, R(to) if to else None)
    assert str(found) == (str(schema.latest) if base == "latest" else base)


def test_who_breaks_is_what_impact_prints(schema: Schema, run: Run) -> None:
    found = answer(schema, Proposal(("NUMBER(PG_lru)",), ("NUMBER(PG_new)",)))
    assert found.breaks and found.unknown == ["NUMBER(PG_new)"]
    assert asdict(found) == printed(run, "impact", "NUMBER(PG_lru)", "--add", "NUMBER(PG_new)")


def test_what_nobody_reads_is_what_unused_prints(schema: Schema, run: Run) -> None:
    found = unread(mainline(schema, R("6.9")))
    assert found.unused and found.missing
    assert asdict(found) == printed(run, "unused", "--kernel", "6.9")


def test_problems_are_what_check_prints(run: Run, tmp_path: Path) -> None:
    (tmp_path / "schema.vmci").write_text("schema 1\nNUMBER(a) {\n\tvalue unheard\n}\n")
    _, problems = check_folder(tmp_path)
    found = checked(problems)
    assert found.problems
    assert asdict(found) == printed(run, "check", "--schema", str(tmp_path))


def test_a_layout_is_what_fmt_prints(run: Run, tmp_path: Path) -> None:
    loose, wrong, fine = (tmp_path / f"{name}.vmci" for name in ("loose", "wrong", "fine"))
    loose.write_text("schema   1\n")
    wrong.write_text("nonsense {\n")
    fine.write_text((ROOT / "schema/releases.vmci").read_text())
    layout = laid_out([loose, wrong, fine])
    assert layout.changed == {loose: "schema 1\n"}
    assert {problem.location.path for problem in layout.problems} == {str(wrong)}
    assert asdict(layout.answer()) == printed(
        run, "fmt", "--check", *map(str, (loose, wrong, fine))
    )


def test_answers_are_frozen(tmp_path: Path) -> None:
    wrote = write([Product("a.txt", "A\n")], tmp_path)
    assert (wrote.stale, wrote.written, wrote.removed, wrote.unchanged) == (
        ["a.txt"],
        ["a.txt"],
        [],
        0,
    )
    with pytest.raises(FrozenInstanceError):
        wrote.unchanged = 1  # type: ignore[misc]
    again = write([Product("a.txt", "A\n")], tmp_path, check=True)
    assert (again.stale, again.written, again.unchanged) == ([], [], 1)
