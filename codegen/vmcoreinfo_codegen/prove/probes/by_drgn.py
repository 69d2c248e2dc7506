# SPDX-License-Identifier: MIT
"""Runs in a Python with drgn: reads memory of a dump, or the kernel's own symbols."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import Any

import drgn
import places  # type: ignore[import-not-found] # which is beside this script


def _open(path: str) -> Any:
    program = drgn.Program()
    program.set_core_dump(path)
    return program


def _symbols(program: Any, names: Iterable[str]) -> dict[str, int]:
    from drgn.helpers.linux.kallsyms import load_vmlinux_kallsyms

    program.register_symbol_finder("proved", load_vmlinux_kallsyms(program), enable_index=0)
    found: dict[str, int] = {}
    for name in names:
        with contextlib.suppress(LookupError):
            found[name] = program.symbol(name).address
    return found


def main() -> None:
    path, asked = places.words()
    program = _open(path)
    if asked["run"] == "kallsyms":
        symbols = _symbols(program, asked["symbols"])
        places.tell({"symbols": symbols, "number": len(program.symbols())})
    else:
        places.read_all(program.read, asked)


if __name__ == "__main__":
    main()
