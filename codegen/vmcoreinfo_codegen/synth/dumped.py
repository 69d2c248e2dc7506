# SPDX-License-Identifier: MIT
"""The kernel of a dump: what is known from the dump and from given files.

Given files have priority over data in the dump; if the two disagree, that is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..debuginfo.btf import Btf
from ..debuginfo.facts import Sources
from ..debuginfo.kernel import KernelFiles
from ..debuginfo.problem import DebugInfoError
from ..dump.memory import PhysicalMemory
from ..kernel.config import parse_config
from ..model import Architecture, Schema
from .choice import chosen, elsewhere
from .image import BANNER, Image
from .own import OwnData, OwnKernel, own_data
from .placed import placed_kernel
from .standing import Standing, standing
from .synthesis import moved

_MASK = (1 << 64) - 1


@dataclass(frozen=True)
class Asked:
    """What the user gave about the kernel; None for what was not given.

    `release` is the beginning of the release, `number` the number in the list of kernels, from 1.
    `config` is from a file, with every symbol that the schema asks for.
    """

    files: KernelFiles
    config: Mapping[str, bool | int] | None = None
    arch: Architecture | None = None
    release: str | None = None
    number: int | None = None


@dataclass(frozen=True)
class Dumped:
    """A kernel of a dump.

    `disagreements` are the differences between the given files and the dump, `remarks` other
    remarks.
    """

    arch: Architecture
    sources: Sources
    release: str
    build_id: str | None
    disagreements: Sequence[str]
    remarks: Sequence[str]


def dumped(
    schema: Schema,
    memory: PhysicalMemory,
    asked: Asked,
    names: set[str],
    done: Callable[[int], object] = lambda size: None,
) -> Dumped:
    """Search a dump for its kernel. `names` are the symbols to look up.

    Raises SeveralKernels, NoSuchKernel, DebugInfoError, DumpError, ConfigError.
    """
    name = memory.source.name
    found = own_data(schema, memory, names, done)
    own, remarks = chosen(name, _fitting(memory, asked, found), asked.number)
    arch = asked.arch or (schema.architecture(own.arch or "") if own is not None else None)
    if arch is None:
        raise DebugInfoError(f"{name}: unknown architecture; give it with --arch")
    files, given = asked.files, asked.files.symbols
    symbols = given if given is not None else own.addresses if own is not None else None
    if symbols is None:
        raise DebugInfoError(
            f"{name}: no kernel symbols in it (no kallsyms); give --symbols, or a --vmlinux with a "
            "symbol table"
        )
    types, config = asked.files.types, asked.config
    disagreements: list[str] = []
    if own is not None:
        types = types if types is not None else own.read_types()
        in_dump = _config(schema, own, name)
        config = config if config is not None else in_dump
        disagreements = [*differences(own, files), *_options_apart(asked.config, in_dump)]
        if len(found.kernels) == 1 and BANNER in own.addresses:
            disagreements += elsewhere(own.standing, own.release)
    sources = Sources(
        types,
        symbols,
        config,
        types_name="--btf" if files.types is not None else "the types in the dump",
        symbols_name="--symbols" if given is not None else "the symbols in the dump",
    )
    if own is not None and BANNER not in symbols:
        made = _of_functions(memory, arch, own, asked, sources, found, disagreements)
        return replace(made, remarks=(*remarks, *made.remarks))
    if given is None and own is not None and own.image is None:
        raise DebugInfoError(
            f"{name}: the symbols at {own.symbols.physical:#x} belong to a copy or part of a "
            "kernel image, not to a running kernel: nothing is known about that one"
        )
    image = Image(
        memory,
        symbols,
        types,
        asked.release or "",
        arch.bits,
        own.symbols.physical if own is not None else None,
        found.banners,
        arch.memory_start == 0,
    )
    places = own.symbols.places if own is not None else {}
    # A guest's tables may be elsewhere than its banner tells.
    is_whole = own is None or not own.standing.is_of_guest
    tables = {table: image.address(at) for table, at in places.items() if is_whole}
    sources = replace(sources, symbols=tables | moved(symbols, image.move), memory=image)
    if own is not None:
        sources, more = _as_it_stands(own.standing, sources)
        remarks += more
    return Dumped(
        arch,
        sources,
        image.release,
        files.build_id or image.build_id(),
        disagreements,
        (*remarks, *_noted(found, image.release)),
    )


def _as_it_stands(standing: Standing, sources: Sources) -> tuple[Sources, list[str]]:
    """The usable sources of a kernel that did not run in this memory, and remarks on the others."""
    if standing.has_started is False and not standing.cpus:
        return replace(sources, symbols=None, memory=None), [
            "this kernel never started: the addresses it would run at are unknown, so only its "
            "types are used"
        ]
    if standing.is_of_guest:
        return replace(sources, memory=None), [
            f"this kernel assumes it is at {standing.thinks:#x}, but is elsewhere: it belongs to a "
            "virtual machine, whose memory may be in pieces, so its variables are not used; use a "
            "dump of that machine"
        ]
    return sources, []


def _of_functions(
    memory: PhysicalMemory,
    arch: Architecture,
    own: OwnKernel,
    asked: Asked,
    sources: Sources,
    found: OwnData,
    disagreements: list[str],
) -> Dumped:
    """A kernel whose kallsyms has only functions: its exported symbols locate its image."""
    placed = placed_kernel(memory, own, sources.types, arch.memory_start == 0)
    release = (placed.release if placed is not None else None) or own.release or asked.release
    if release is None:
        raise DebugInfoError(f"{memory.source.name}: unknown release; give it with --kernel")
    if not release.startswith(asked.release or ""):
        raise DebugInfoError(
            f"{memory.source.name}: its kernel is {release}, but {asked.release} was requested"
        )
    noted, build_id = _noted(found, release), asked.files.build_id
    if placed is not None:
        sources = replace(
            sources,
            symbols=placed.symbols,
            memory=placed,
            exported=placed.exported,
            origins=placed.origins,
            symbols_name="the symbols in the dump (functions and exported symbols)",
        )
        build_id = build_id or placed.build_id()
        stands = standing(found.machine, placed, placed.symbols)
        if len(found.kernels) == 1:
            disagreements = [*disagreements, *elsewhere(stands, release)]
        if stands.is_of_guest:
            sources = replace(sources, symbols=placed.of_tables)
        sources, remarks = _as_it_stands(stands, sources)
        remark = (
            "its kallsyms has only functions (no CONFIG_KALLSYMS_ALL); only exported or otherwise "
            "recognisable variables are known; give a System.map with --symbols for all"
        )
        return Dumped(arch, sources, release, build_id, disagreements, (remark, *remarks, *noted))
    remark = (
        "its symbols are only functions (no CONFIG_KALLSYMS_ALL), and no table of exported symbols "
        "matches them, so no kernel variables can be read; give a System.map with --symbols"
    )
    if not own.symbols.has_run_addresses:
        sources = replace(sources, symbols=None)
    return Dumped(arch, sources, release, build_id, disagreements, (remark, *noted))


def _fitting(memory: PhysicalMemory, asked: Asked, found: OwnData) -> list[OwnKernel]:
    """The kernels that agree with what the user gave."""
    kernels = [one for one in found.kernels if asked.arch is None or one.is_of(asked.arch)]
    symbols = asked.files.symbols
    if symbols is None or BANNER not in symbols:
        return kernels
    fitting = []
    for one in kernels:
        try:
            Image(
                memory,
                symbols,
                None,
                asked.release or "",
                one.symbols.bits,
                one.symbols.physical,
                found.banners,
            )
        except DebugInfoError:
            continue
        fitting.append(one)
    return fitting


def _config(schema: Schema, own: OwnKernel, name: str) -> Mapping[str, bool | int] | None:
    if own.config is None:
        return None
    return schema.asked_config(parse_config(own.config.text, f"{name}, .config"))


def _noted(found: OwnData, release: str) -> tuple[str, ...]:
    if release not in found.noted:
        return ()
    return (
        "its memory has text that begins like this kernel's own note; extract it with 'vmcoreinfo "
        "find' if it is complete",
    )


def differences(kernel: OwnKernel, files: KernelFiles) -> list[str]:
    """Where the files differ from the dump."""
    found = []
    if files.symbols is not None:
        shared = sorted(files.symbols.keys() & kernel.addresses.keys())
        apart = {kernel.addresses[name] - files.symbols[name] & _MASK for name in shared}
        # KASLR moves all of them by the same distance, except per-CPU variables.
        if len(apart) > 1 and kernel.symbols.has_run_addresses:
            found.append(
                f"{files.symbols_name} has symbols at other addresses than the kernel in the dump, "
                f"e.g. {shared[0]}"
            )
    own, given = kernel.types, files.types
    if own is not None and isinstance(given, Btf) and given.digest != own.digest:
        number = given.number
        found.append(
            f"{files.types_name} has {number} types, but the kernel in the dump {own.types}"
            if number != own.types
            else f"{files.types_name} is not the BTF of the kernel in the dump, although it has the same number of types"
        )
    return found


def _options_apart(
    given: Mapping[str, bool | int] | None, own: Mapping[str, bool | int] | None
) -> list[str]:
    if given is None or own is None:
        return []
    apart = sorted(name for name in given.keys() & own.keys() if given[name] != own[name])
    return [f"--config does not match the kernel in the dump: {apart[0]} differs"] if apart else []
