# SPDX-License-Identifier: MIT
"""The kernel of a dump: what is known of it out of the dump, and of files that were given beside it.

A given file is taken before what the dump has; where the two disagree, that is told.
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
    """What is said of the kernel; None where nothing is.

    `release` is what its own begins with, `number` its place in the list of kernels, from 1 on.
    `config` is that of a file, with every symbol that the schema asks for.
    """

    files: KernelFiles
    config: Mapping[str, bool | int] | None = None
    arch: Architecture | None = None
    release: str | None = None
    number: int | None = None


@dataclass(frozen=True)
class Dumped:
    """A kernel of a dump.

    `disagreements` tell where what was given is not that of the dump, `remarks` what else there is to know.
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
    """Look through a dump for its kernel. `names` are the symbols that are wanted.

    Raises SeveralKernels, NoSuchKernel, DebugInfoError, DumpError, ConfigError.
    """
    name = memory.source.name
    found = own_data(schema, memory, names, done)
    own, remarks = chosen(name, _fitting(memory, asked, found), asked.number)
    arch = asked.arch or (schema.architecture(own.arch or "") if own is not None else None)
    if arch is None:
        raise DebugInfoError(f"{name}: it does not tell its architecture; --arch takes it")
    files, given = asked.files, asked.files.symbols
    symbols = given if given is not None else own.addresses if own is not None else None
    if symbols is None:
        raise DebugInfoError(
            f"{name}: no symbols of a kernel are in it (no kallsyms); give --symbols, or a --vmlinux with a "
            "symbol table, to know the kernel by"
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
    sources = Sources(types, symbols, config, None)
    if own is not None and BANNER not in symbols:
        made = _of_functions(memory, arch, own, asked, sources, found, disagreements)
        return replace(made, remarks=(*remarks, *made.remarks))
    if given is None and own is not None and own.image is None:
        raise DebugInfoError(
            f"{name}: the symbols at {own.symbols.physical:#x} are of a copy of a kernel's image, or of a part of "
            "one, not where a kernel runs: nothing tells what is true of it"
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
    # Those of a guest may lie elsewhere than its banner tells.
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
    """What a kernel that did not run in this memory tells, and remarks on what is left out."""
    if standing.has_started is False and not standing.cpus:
        return replace(sources, symbols=None, memory=None), [
            "this kernel never started: nothing tells at which addresses it would run, so its types alone are taken"
        ]
    if standing.is_of_guest:
        return replace(sources, memory=None), [
            f"this kernel takes itself to be at {standing.thinks:#x}, and is elsewhere: that of a virtual machine, whose "
            "memory may lie in pieces, so nothing is taken of what its variables hold; a dump of that machine has it"
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
    """A kernel that has functions alone in its kallsyms: what it exports tells where its image is."""
    placed = placed_kernel(memory, own, sources.types, arch.memory_start == 0)
    release = (placed.release if placed is not None else None) or own.release or asked.release
    if release is None:
        raise DebugInfoError(
            f"{memory.source.name}: it does not tell its release; --kernel takes it"
        )
    if not release.startswith(asked.release or ""):
        raise DebugInfoError(
            f"{memory.source.name}: the kernel in it is {release}, and {asked.release} is asked for"
        )
    noted, build_id = _noted(found, release), asked.files.build_id
    if placed is not None:
        sources = replace(
            sources,
            symbols=placed.symbols,
            memory=placed,
            exported=placed.exported,
            origins=placed.origins,
            symbols_name="the symbols of the dump (functions, and what is exported)",
        )
        build_id = build_id or placed.build_id()
        stands = standing(found.machine, placed, placed.symbols)
        if len(found.kernels) == 1:
            disagreements = [*disagreements, *elsewhere(stands, release)]
        if stands.is_of_guest:
            sources = replace(sources, symbols=placed.of_tables)
        sources, remarks = _as_it_stands(stands, sources)
        remark = (
            "its kallsyms has functions alone (no CONFIG_KALLSYMS_ALL); of its variables those are known that "
            "it exports or that show themselves; --symbols takes a System.map with all"
        )
        return Dumped(arch, sources, release, build_id, disagreements, (remark, *remarks, *noted))
    remark = (
        "its symbols are functions alone (no CONFIG_KALLSYMS_ALL), and no table of exported symbols agrees "
        "with them, so no variable of the kernel can be read; --symbols takes a System.map"
    )
    if not own.symbols.has_run_addresses:
        sources = replace(sources, symbols=None)
    return Dumped(arch, sources, release, build_id, disagreements, (remark, *noted))


def _fitting(memory: PhysicalMemory, asked: Asked, found: OwnData) -> list[OwnKernel]:
    """The kernels that can be the one that is meant."""
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
        "text that begins like this kernel's own note is in its memory; 'vmcoreinfo find' has every line "
        "of it, if it is whole",
    )


def differences(kernel: OwnKernel, files: KernelFiles) -> list[str]:
    """What files say otherwise than the dump."""
    found = []
    if files.symbols is not None:
        shared = sorted(files.symbols.keys() & kernel.addresses.keys())
        apart = {kernel.addresses[name] - files.symbols[name] & _MASK for name in shared}
        # KASLR moves all of them alike; what per-CPU variables have is no address of that.
        if len(apart) > 1 and kernel.symbols.has_run_addresses:
            found.append(
                f"{files.symbols_name} has symbols at other places than the kernel in the dump, as {shared[0]}"
            )
    own, given = kernel.types, files.types
    if own is not None and isinstance(given, Btf) and given.digest != own.digest:
        number = given.number
        found.append(
            f"{files.types_name} has {number} types, and the kernel in the dump {own.types}"
            if number != own.types
            else f"{files.types_name} is not the BTF of the kernel in the dump, though it has as many types"
        )
    return found


def _options_apart(
    given: Mapping[str, bool | int] | None, own: Mapping[str, bool | int] | None
) -> list[str]:
    if given is None or own is None:
        return []
    apart = sorted(name for name in given.keys() & own.keys() if given[name] != own[name])
    return [f"--config is not that of the kernel in the dump: {apart[0]} differs"] if apart else []
