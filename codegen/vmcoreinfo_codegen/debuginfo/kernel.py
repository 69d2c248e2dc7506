# SPDX-License-Identifier: MIT
"""Everything from the files of one kernel: types, symbols, release and build ID."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ..files.compressed import CompressedError, read_file
from .btf import MOST_BYTES, Btf
from .dwarf import Dwarf
from .facts import Types
from .problem import DebugInfoError
from .symbols import Symbols
from .vmlinux import Vmlinux


@dataclass(frozen=True)
class KernelFiles:
    """Data of one kernel, None if not given; the names are those of their files."""

    types: Types | None = None
    types_name: str = ""
    symbols: Mapping[str, int] | None = None
    symbols_name: str = ""
    release: str | None = None
    build_id: str | None = None
    arch: str | None = None
    vmlinux_name: str = ""


def read_kernel(
    btf: Path | None, vmlinux: Path | None, symbols: Path | None, names: set[str]
) -> KernelFiles:
    """Read the given files; of symbols, those in `names`. Raises DebugInfoError, OSError.

    Types and symbols come from their own file if given, else from the vmlinux.
    """
    whole = _of_vmlinux(vmlinux, names, btf is None) if vmlinux is not None else KernelFiles()
    types, types_name = whole.types, whole.types_name
    addresses, symbols_name = whole.symbols, whole.symbols_name
    if btf is not None:
        types, types_name = _read_btf(btf), str(btf)
    if symbols is not None:
        addresses, symbols_name = Symbols.read(symbols).addresses(names), str(symbols)
    return replace(
        whole,
        types=types,
        types_name=types_name,
        symbols=addresses,
        symbols_name=symbols_name,
    )


def _of_vmlinux(path: Path, names: set[str], with_types: bool) -> KernelFiles:
    name = str(path)
    kernel = Vmlinux(path)
    try:
        types: Types | None = kernel.btf() if with_types else None
        symbols = kernel.addresses(names) or None
        release, build_id = kernel.release(), kernel.build_id()
    finally:
        kernel.close()
    if with_types and types is None:
        types = Dwarf(name)
    return KernelFiles(types, name, symbols, name, release, build_id, kernel.arch, name)


def _read_btf(path: Path) -> Btf:
    try:
        return Btf(read_file(path, MOST_BYTES), str(path))
    except CompressedError as error:
        raise DebugInfoError(str(error)) from error
