# SPDX-License-Identifier: MIT
"""Proves tools on dumps in which they have to find addresses with the note, and prints a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.command import Run
from tests.compat.real import altered, at_addresses, shifts_of
from tests.dump.real import Guest, guest, name_of

NUMBERS = [f"NUMBER({name})" for name in ("TCR_EL1_T1SZ", "VA_BITS", "kimage_voffset")]
ALTERED: dict[str, list[list[str]]] = {
    "amd64": [["SYMBOL(swapper_pg_dir)"], ["NUMBER(phys_base)"]],
    "arm64": [["SYMBOL(swapper_pg_dir)"], *([key] for key in NUMBERS), NUMBERS[:2]],
}


def opened(
    run: Run, tool: str, binary: Path, dump: Path, *without: str, code: int | None = None
) -> list[dict[str, str]]:
    """The cells of a tool that reads memory of a dump, complete and without entries."""
    options = [word for keys in without for word in ("--without", keys)] or ["--whole"]
    ran = run(
        "prove", "--consumer", tool, "--binary", str(binary), "--command", "open", *options,
        "--format", "json", str(dump),
    )  # fmt: skip
    assert ran.code in ((0, 1) if code is None else (code,)), ran.err
    (proved,) = ran.json("prove")["dumps"]
    cells: list[dict[str, str]] = proved["cells"]
    return cells


def check(
    run: Run,
    which: Guest,
    tools: Mapping[str, Path],
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Check that each release of a tool, such as `drgn@0.2.0`, does what is predicted on each
    dump.
    """
    rows: list[str] = []
    wrong: list[str] = []
    changes = [" ".join(keys) for keys in ALTERED[which[1]]]
    for title, dump in _dumps(guest(*which) / "with-device.elf", which[1], folder):
        for tool, binary in tools.items():
            for cell in opened(run, tool, binary, dump, *changes):
                gone = " ".join(cell["without"]) or "nothing"
                rows.append(
                    f"{tool} {title} without {gone}: predicted {cell['predicted']}, came {cell['came']}: "
                    f"{cell['seen']}"
                )
                if not cell["agrees"]:
                    wrong.append(rows[-1])
    with capsys.disabled():
        print(f"\n{name_of(which)}\n" + "\n".join(rows))
        print(f"{len(rows) - len(wrong)} of {len(rows)} cells agree")
    assert not wrong
    dumps = (len(changes) + 1) * (2 if which[1] == "arm64" else 1)
    assert len(rows) == len(tools) * dumps


def _dumps(source: Path, arch: str, folder: Path) -> Iterator[tuple[str, Path]]:
    """QEMU's dump; for arm64 also one with the image's addresses in its headers, so without page
    tables.
    """
    copy = altered(source, folder / "whole.elf")
    yield "as it is", copy
    if arch == "arm64":
        yield "with addresses", at_addresses(copy, folder / "moved.elf", shifts_of(source)[0])
