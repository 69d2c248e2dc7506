#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How the kernels of some notes mark their pages, and what is set in a word of a dump by that.

Needs Python 3.8 and page_vmcoreinfo.py, which stands beside it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import page_vmcoreinfo
from page_vmcoreinfo import VmcoreInfo

_FLAG = "NUMBER(PG_"


def types(info: VmcoreInfo) -> dict[str, int]:
    """Page types by name: what the kernel writes into `page._mapcount`, signed."""
    slab, buddy = page_vmcoreinfo.slab_mapcount(info), page_vmcoreinfo.buddy_mapcount(info)
    found = {
        "slab": slab.value if slab else None,
        "buddy": buddy.value if buddy else None,
        "hugetlb": info.NUMBER_PAGE_HUGETLB_MAPCOUNT_VALUE,
        "offline": info.NUMBER_PAGE_OFFLINE_MAPCOUNT_VALUE,
        "unaccepted": info.NUMBER_PAGE_UNACCEPTED_MAPCOUNT_VALUE,
    }
    return {name: value for name, value in found.items() if value is not None}


def flags(info: VmcoreInfo) -> dict[str, int]:
    """Bit numbers in `page.flags` by name, slab too on kernels that mark it so."""
    found = {
        key[len(_FLAG) : -1]: value
        for key, value in info.items()
        if key.startswith(_FLAG) and isinstance(value, int) and key != f"{_FLAG}head_mask)"
    }
    slab = page_vmcoreinfo.slab_flag(info)
    return {**found, "slab": slab.value} if slab else found


def table(infos: list[VmcoreInfo]) -> str:
    columns = []
    for info in infos:
        marks = {name: f"bit {bit}" for name, bit in flags(info).items()}
        marks.update({name: f"type {value & 0xFFFFFFFF:#x}" for name, value in types(info).items()})
        columns.append(marks)
    rows = [["", *(info.OSRELEASE or "?" for info in infos)]]
    for name in sorted({name for column in columns for name in column}):
        rows.append([name, *(column.get(name, "-") for column in columns)])
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def named(info: VmcoreInfo, word: int) -> str:
    names = []
    for name, bit in sorted(flags(info).items()):
        if word >> bit & 1:
            names.append(name)
            word &= ~(1 << bit)
    return " ".join([*names, f"and {word:#x}"] if word else names)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notes", metavar="NOTE", nargs="+", type=Path)
    parser.add_argument(
        "--flags", metavar="WORD", type=lambda text: int(text, 0), help="name what is set in it"
    )
    options = parser.parse_args()
    infos = [page_vmcoreinfo.parse(path.read_bytes()) for path in options.notes]
    if options.flags is None:
        print(table(infos))
        return
    for info in infos:
        print(f"{info.OSRELEASE}: {named(info, options.flags)}")


if __name__ == "__main__":
    main()
