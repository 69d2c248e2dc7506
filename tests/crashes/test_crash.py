# SPDX-License-Identifier: MIT
"""A kernel crashes: makedumpfile alone loses its tasks without a word, and with its rescue keeps them."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from tests.crashes.__main__ import FOLDER, crashed
from tests.crashes.kinds import CRASHES
from tests.crashes.record import FEW, Came
from tests.crashes.rescues import build
from tests.dump.real import locked
from tests.guest_boots import Missing

pytestmark = pytest.mark.long

# The quickest in which a rescue matters.
CRASH = dataclasses.replace(
    CRASHES["x86_64-7.3"], name="x86_64-7.3-short", tools=("1.7.8",), faults=()
)


@pytest.fixture(scope="module")
def came(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Came]:
    """What came of each run, by its name without the release."""
    rescues = tmp_path_factory.mktemp("rescues")
    FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        with locked("crashes"):
            build(rescues, CRASH)
            folder = crashed(FOLDER, CRASH, rescues)
            return read(folder)
    except Missing as error:
        pytest.skip(str(error))


def read(folder: Path) -> dict[str, Came]:
    tasks = json.loads((folder / "facts.json").read_text())["tasks"]
    rows = [json.loads(line) for line in (folder / "runs.jsonl").read_text().splitlines()]
    return {row["name"].partition("-")[2]: Came(row, tasks) for row in rows}


def test_alone_it_loses_what_a_dump_is_for(came: dict[str, Came]) -> None:
    alone = came["d31"]
    assert alone.exit == 0 and not alone.has_all
    assert alone.row["missing"]["slab"] > FEW
    assert came["d23"].has_all, "at a lower level it does not"


@pytest.mark.parametrize(
    "name", ["d31-rescue", "d23-rescue", "by-hand", "threads-rescue", "flattened"]
)
def test_with_its_rescue_it_loses_nothing(came: dict[str, Came], name: str) -> None:
    rescued = came[name]
    assert (rescued.exit, rescued.has_all) == (0, True), rescued.seen
    assert rescued.row["tasks"] in (None, rescued.tasks)


def test_the_rescue_costs_no_page(came: dict[str, Came]) -> None:
    """A lower level would, which is right where nothing else is."""
    assert came["d31-rescue"].extra <= FEW


def test_what_is_no_dump_is_as_without(came: dict[str, Came]) -> None:
    assert came["dmesg"].exit == 0 and came["dmesg"].row["size"] > 10000


def test_a_rescue_of_other_kernels_stands_back(came: dict[str, Came]) -> None:
    other, alone = came["d31-other"], came["d31"]
    assert (other.exit, other.row["pages"]) == (alone.exit, alone.row["pages"])
    assert any("rescue: " in line for line in other.row["said"]), "it says so"
