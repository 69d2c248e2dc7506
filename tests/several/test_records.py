# SPDX-License-Identifier: MIT
"""Of each dump with several kernels on record the code says today what is right."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from tests.conftest import ROOT
from tests.several.facts import fields
from tests.several.kinds import SEVERAL
from tests.several.outcome import RECORDS, row
from vmcoreinfo_codegen.dump.cpu_notes import Cpu
from vmcoreinfo_codegen.dump.memory import PhysicalMemory
from vmcoreinfo_codegen.dump.source import Memory
from vmcoreinfo_codegen.synth.choice import SeveralKernels, chosen
from vmcoreinfo_codegen.synth.image import BANNER, Image
from vmcoreinfo_codegen.synth.own import OwnKernel
from vmcoreinfo_codegen.synth.standing import Machine, Standing, standing

ALL = {path.stem: json.loads(path.read_text()) for path in sorted(RECORDS.glob("*.json"))}

# Which kernel is taken where nobody says: that which ran last, and none where a crashed one is there too.
TAKEN = {"kexec": "second", "load": "first", "nest": "first", "nest-huge": "first"}


@dataclass(frozen=True)
class Recorded:
    """The image of a kernel that was recorded."""

    of: Mapping[str, Any]

    @property
    def release(self) -> str:
        return str(self.of["release"])

    def physical(self, name: str) -> int | None:
        assert name == "_stext"
        return cast("int", self.of["stext"])

    def read(self, width: int, address: int) -> int | None:
        values: Mapping[str, int | None] = self.of["values"]
        return next(values[name] for name in values if self.of["addresses"][name] == address)


class Tables(PhysicalMemory):
    """Memory that has nothing but entries of page tables."""

    def __init__(self, reads: Mapping[str, str]) -> None:
        super().__init__(Memory("tables", b""), 0)
        self._reads = {int(place, 16): bytes.fromhex(data) for place, data in reads.items()}

    def read(self, physical: int, size: int) -> bytes:
        return self._reads[physical]


@dataclass(frozen=True)
class Table:
    """As much of kallsyms as a list of kernels shows."""

    physical: int
    addresses: Mapping[str, int]


def kernels_of(facts: Mapping[str, Any]) -> list[OwnKernel]:
    machine = Machine(
        memory=Tables(facts["tables"]),
        cpus=[Cpu(*cpu) for cpu in facts["cpus"]],
        note=facts["note"],
    )
    kernels = []
    for one in facts["kernels"]:
        image = Recorded(one) if one["stext"] is not None else None
        addresses = {**one["addresses"], BANNER: 0}
        kernels.append(
            OwnKernel(
                symbols=cast("Any", Table(one["symbols"], addresses)),
                types=None,
                config=None,
                release=one["release"],
                arch=None,
                image=cast("Image | None", image),
                standing=standing(machine, image, one["addresses"]),
            )
        )
    return kernels


@pytest.fixture(params=SEVERAL)
def record(request: pytest.FixtureRequest) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", ALL[request.param])


def test_no_line_was_wrong(record: Mapping[str, Any]) -> None:
    for made in (record["alone"], *record["numbers"]):
        assert made.get("wrong", []) == []


def test_every_kernel_that_has_run_was_found(record: Mapping[str, Any]) -> None:
    """But for that of a guest in small pages, and those of arm64 that the next one was loaded over."""
    of = [made["of"] for made in record["numbers"] if made.get("of")]
    lost = {"nested": {"second"}, "kexec-arm64": {"first"}, "kexec-arm64-same": {"first"}}
    assert set(of) == set(record["told"]) - lost.get(record["name"], set())


def test_the_one_is_taken_that_ran_last_if_that_is_known(record: Mapping[str, Any]) -> None:
    alone = record["alone"]
    taken = TAKEN.get(record["how"])
    assert alone.get("of") == taken
    assert alone["exit"] == (2 if taken is None else 0)
    if taken is not None:
        assert alone["lines"] == alone["equal"] >= 106


def test_what_stands_for_each_is_told_as_it_was(record: Mapping[str, Any]) -> None:
    facts = record["facts"]
    kernels = kernels_of(facts)
    assert [fields(one.standing) for one in kernels] == [
        one["standing"] for one in facts["kernels"]
    ]


def test_the_same_one_is_taken(record: Mapping[str, Any]) -> None:
    kernels = kernels_of(record["facts"])
    try:
        one, remarks = chosen("DUMP", kernels, None)
    except SeveralKernels:
        assert record["alone"]["exit"] == 2
        return
    assert one is not None
    assert one.release == record["told"][record["alone"]["of"]]
    assert len(remarks) == (len(kernels) > 1)


def test_what_is_known_without_registers(record: Mapping[str, Any]) -> None:
    """As of a raw image: of several that ran none is taken."""
    kernels = kernels_of({**record["facts"], "cpus": [], "note": {}})
    ran = [one for one in kernels if one.standing.has_started]
    assert not any(one.standing.cpus or one.standing.is_noted for one in kernels)
    if len(ran) > 1:
        with pytest.raises(SeveralKernels):
            chosen("DUMP", kernels, None)
    else:
        assert chosen("DUMP", kernels, None)[0] is ran[0]


def test_the_docs_have_it(record: Mapping[str, Any]) -> None:
    assert row(dict(record)) in (ROOT / "docs/hypervisors-and-several-kernels.md").read_text()


def test_records_are_of_all_kinds_of_standing() -> None:
    all_of = [one["standing"] for record in ALL.values() for one in record["facts"]["kernels"]]
    for field in (
        "made_way",
        "crashed",
        "is_capture",
        "thinks",
        "cpus",
        "counters",
        "elsewhere",
        "is_noted",
    ):
        assert any(one[field] for one in all_of), field
    assert {one["has_started"] for one in all_of} == {None, False, True}
    assert Standing().words == ""
    assert {path.stem for path in RECORDS.glob("*")} == set(SEVERAL)
    assert isinstance(RECORDS, Path)
