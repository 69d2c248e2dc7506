# SPDX-License-Identifier: MIT
"""`vmcoreinfo synth`"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import vmcoreinfo

from ...debuginfo.facts import Sources, symbol_names
from ...debuginfo.kernel import KernelFiles, read_kernel
from ...dump.memory import PhysicalMemory
from ...dump.notes import build
from ...dump.source import File
from ...model import Architecture, Schema
from ...problem import did_you_mean
from ...query.interface.answer import KernelLine
from ...query.kernel_line import kernel_line
from ...synth.image import BANNER, SYMBOLS, Image
from ...synth.own import OwnKernel, differences, own_kernels
from ...synth.placed import FEW, placed_kernel
from ...synth.synthesis import Kernel, Synthesis, moved, synthesise
from ..config import config_in, config_of
from ..debuginfo import add_kernel_options, told
from ..failure import FINDINGS, FINE, Failure
from ..output import counted, print_answer, write_output
from ..schema import add_schema_option, architecture_of, kernel_of, load_schema


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--kernel",
        metavar="RELEASE",
        help="its release, as uname -r prints it; with --dump its beginning will do, the dump has "
        "the rest (default: that of --vmlinux, or of the dump)",
    )
    parser.add_argument(
        "--arch", help="its architecture (default: what --vmlinux or the dump tells)"
    )
    add_kernel_options(parser)
    parser.add_argument(
        "--dump",
        metavar="FILE",
        type=Path,
        help="the dump that the note is for, ELF, kdump-compressed or a raw image: the kernel is looked for in it, "
        "which tells where it ran and what its variables hold; what else is not given is taken out of its memory too: "
        "symbols (kallsyms), types (BTF), configuration (IKCONFIG)",
    )
    parser.add_argument(
        "--number",
        metavar="N",
        type=int,
        help="of several kernels in the dump, as of a machine with guests, number N of the list",
    )
    parser.add_argument(
        "--memory-start",
        metavar="ADDRESS",
        type=_address,
        help="the physical address of the first byte of --dump, if that is a raw image (default: "
        "where memory begins on every machine of --arch, as on x86; elsewhere it is not known)",
    )
    parser.add_argument(
        "--kaslr-offset",
        metavar="BYTES",
        type=_bytes,
        default=0,
        help="how far it was moved from the addresses of --symbols; --dump finds it out",
    )
    parser.add_argument(
        "--build-id", metavar="HEX", help="its build id (default: that of --vmlinux)"
    )
    parser.add_argument(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="a line that you know, as the kernel prints it; may be given again",
    )
    parser.add_argument("-o", "--out", metavar="FILE", help="write there instead of to stdout")
    parser.add_argument("--raw", action="store_true", help="write a raw ELF note around the text")
    parser.add_argument(
        "--format",
        choices=["table", "json"],
        default="table",
        help="table: the text, and to stderr what is left out (default); json for machines",
    )
    add_schema_option(parser)


def run(options: argparse.Namespace) -> int:
    if not (options.btf or options.vmlinux or options.symbols or options.dump):
        raise Failure(
            "a note is made of types and symbols: give --dump, --btf and --symbols, or --vmlinux"
        )
    schema = load_schema(options.schema)
    names = symbol_names(schema.questions()) | SYMBOLS
    files = told(lambda: read_kernel(options.btf, options.vmlinux, options.symbols, names))
    given_config = config_of(schema, options.config)
    disagreements: list[str] = []
    if options.dump is not None:
        dumped = _dumped(schema, options, files, names, given_config)
        arch, sources, text, build_id = dumped.arch, dumped.sources, dumped.release, dumped.build_id
        disagreements = dumped.disagreements
    else:
        arch, sources, text, build_id = _without_dump(schema, options, files, given_config)
    known = kernel_of(schema, text)
    if text == str(known.release.branch):
        print(
            f"vmcoreinfo: OSRELEASE is '{text}', as --kernel says; uname -r prints more, and tools "
            "compare it",
            file=sys.stderr,
        )
    build_id = options.build_id or build_id
    lines = [*([f"BUILD-ID={build_id}"] if build_id else []), *options.set]
    given = {"OSRELEASE": text, **_lines(schema, lines)}
    kernel = Kernel(known.schema, known.release, arch, sources, given)
    synthesis = told(lambda: synthesise(kernel))
    _write(options, synthesis, kernel_line(known))
    for told_of in disagreements:
        print(f"vmcoreinfo: {options.dump}: {told_of}", file=sys.stderr)
    return FINDINGS if disagreements else FINE


def _without_dump(
    schema: Schema,
    options: argparse.Namespace,
    files: KernelFiles,
    config: Mapping[str, bool | int] | None,
) -> tuple[Architecture, Sources, str, str | None]:
    """Architecture, sources, release and build id, of files alone."""
    if options.memory_start is not None:
        raise Failure("--memory-start is that of a raw image: give it by --dump")
    arch = _arch(schema, options.arch or files.arch)
    if arch is None:
        raise Failure("which architecture is it? --arch takes it, as x86_64 or arm64")
    _check_arch(schema, arch, files.arch, files.vmlinux_name)
    text = _release(options, files)
    if text is None:
        raise Failure("which kernel is it? --kernel takes what uname -r prints")
    symbols = files.symbols
    if symbols is not None:
        symbols = moved(symbols, options.kaslr_offset)
        print(
            f"vmcoreinfo: addresses are those of {files.symbols_name}, moved by "
            f"{options.kaslr_offset:#x}; --dump finds those at which the kernel of a dump ran",
            file=sys.stderr,
        )
    return arch, Sources(files.types, symbols, config, None), text, files.build_id


def _release(options: argparse.Namespace, files: KernelFiles) -> str | None:
    """What is said of the release; None where nothing is."""
    text: str | None = options.kernel or files.release
    if text is not None and files.release is not None and not files.release.startswith(text):
        raise Failure(f"--kernel says {text}, and {files.vmlinux_name} is of {files.release}")
    return text


class _Dumped(NamedTuple):
    """What a dump and the files beside it tell."""

    arch: Architecture
    sources: Sources
    release: str
    build_id: str | None
    disagreements: list[str]


def _dumped(
    schema: Schema,
    options: argparse.Namespace,
    files: KernelFiles,
    names: set[str],
    config: Mapping[str, bool | int] | None,
) -> _Dumped:
    said = _arch(schema, options.arch or files.arch)
    memory = _memory(options, said)
    arch = said or _arch(schema, memory.arch)
    own = None
    has_data = files.symbols is not None and BANNER in files.symbols
    if not has_data or files.types is None or options.number is not None:
        own = _own_kernel(schema, options, memory, names, arch)
        arch = arch or _arch(schema, own.arch_name if own is not None else None)
    if arch is None:
        raise Failure(f"{options.dump}: it does not tell its architecture; --arch takes it")
    _check_arch(schema, arch, memory.arch, str(options.dump))
    _check_arch(schema, arch, files.arch, files.vmlinux_name)
    if memory.is_raw and options.memory_start is None and arch.memory_start is not None:
        memory = _memory(options, arch)
    release = _release(options, files) or ""
    symbols, types, disagreements = files.symbols, files.types, []
    if own is not None:
        disagreements = told(lambda: differences(own, files))
        symbols = symbols if symbols is not None else own.addresses
        types = types if types is not None else told(own.read_types)
        if config is None and own.config is not None:
            config = config_in(schema, own.config.text, f"{options.dump}, .config")
    elif symbols is None:
        raise Failure(
            f"{options.dump}: no symbols of a kernel are in it (no kallsyms); give --symbols, or a "
            "--vmlinux with a symbol table, to know the kernel by"
        )
    if own is not None and BANNER not in symbols:
        placed = told(lambda: placed_kernel(memory, own, types))
        if placed is not None:
            told_release = placed.release or own.release or release
            sources = Sources(
                types, placed.symbols, config, placed, symbols_name=FEW, origins=placed.origins
            )
            return _Dumped(
                arch, sources, told_release, files.build_id or placed.build_id(), disagreements
            )
        print(
            f"vmcoreinfo: {options.dump}: its symbols are functions alone (no CONFIG_KALLSYMS_ALL), and no "
            "table of exported symbols agrees with them, so no variable of the kernel can be read; "
            "--symbols takes a System.map",
            file=sys.stderr,
        )
        text = release or own.release
        if text is None:
            raise Failure(f"{options.dump}: it does not tell its release; --kernel takes it")
        known = symbols if own.symbols.has_run_addresses else None
        return _Dumped(arch, Sources(types, known, config, None), text, None, disagreements)
    holds = own.symbols.physical if own is not None else None
    image = told(lambda: Image(memory, symbols, types, release, arch.bits, holds))
    tables = {name: image.address(at) for name, at in own.symbols.places.items()} if own else {}
    sources = Sources(types, tables | moved(symbols, image.move), config, image)
    return _Dumped(arch, sources, image.release, files.build_id or image.build_id(), disagreements)


def _own_kernel(
    schema: Schema,
    options: argparse.Namespace,
    memory: PhysicalMemory,
    names: set[str],
    arch: Architecture | None,
) -> OwnKernel | None:
    """The kernel of which the dump has the symbols; None where it has none."""
    kernels = told(lambda: own_kernels(memory, names))
    if arch is not None:
        kernels = [kernel for kernel in kernels if kernel.is_of(arch)]
    if options.number is not None:
        if not 0 < options.number <= len(kernels):
            raise Failure(
                f"{options.dump}: {counted(len(kernels), 'kernel')} in it, and number "
                f"{options.number} is asked for",
                FINDINGS,
            )
        chosen: OwnKernel = kernels[options.number - 1]
        return chosen
    if len(kernels) > 1:
        listed = "\n".join(
            f"  {number}  symbols at {kernel.symbols.physical:#x}, {kernel.release or 'release not told'}"
            for number, kernel in enumerate(kernels, 1)
        )
        raise Failure(
            f"{options.dump}: {len(kernels)} kernels are in it; --number N takes one\n{listed}"
        )
    return kernels[0] if kernels else None


def _arch(schema: Schema, name: str | None) -> Architecture | None:
    return architecture_of(schema, name) if name else None


def _bytes(text: str) -> int:
    try:
        return int(text, 0)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of bytes, as 0x1200000") from None


def _address(text: str) -> int:
    try:
        address = int(text, 0)
    except ValueError:
        address = -1
    if address < 0:
        raise argparse.ArgumentTypeError(f"'{text}' is no address, as 0x40000000")
    return address


def _lines(schema: Schema, lines: Sequence[str]) -> dict[str, str]:
    """Lines that the user knows, by key; each as a note would have it."""
    given = {}
    for line in lines:
        key, equals, value = line.partition("=")
        if not equals or not value:
            raise Failure(f"--set takes KEY=VALUE, not '{line}'")
        if key not in schema.by_key:
            hint = (
                did_you_mean(key, schema.by_key) or "'vmcoreinfo list' shows the keys of a kernel"
            )
            raise Failure(f"--set: unknown key '{key}'; {hint}")
        for problem in vmcoreinfo.parse(f"{line}\n".encode()).diagnostics:
            raise Failure(f"{line}: {problem.message}")
        given[key] = value
    return given


def _check_arch(schema: Schema, arch: Architecture, said: str | None, name: str) -> None:
    theirs = schema.architecture(said or "")
    if theirs is not None and theirs.name != arch.name:
        raise Failure(f"--arch says {arch.name}, and {name} is of {theirs.name}")


def _memory(options: argparse.Namespace, arch: Architecture | None) -> PhysicalMemory:
    start = options.memory_start
    if start is None and arch is not None:
        start = arch.memory_start
    memory = told(lambda: PhysicalMemory(File(str(options.dump)), start))
    if options.memory_start is not None and not memory.is_raw:
        raise Failure(f"{options.dump} is no raw image, and tells itself: leave out --memory-start")
    return memory


def _write(options: argparse.Namespace, synthesis: Synthesis, line: KernelLine | None) -> None:
    if options.format == "json":
        print_answer(synthesis.answer(line))
    text = build(synthesis.text, "<") if options.raw else synthesis.text
    if options.out or options.format != "json":
        write_output(options, text)
    if options.format != "json":
        for left in synthesis.left_out:
            print(f"left out: {left.key}: {left.why}", file=sys.stderr)
        entries = "entry" if len(synthesis.entries) == 1 else "entries"
        print(
            f"{len(synthesis.entries)} {entries}, {counted(len(synthesis.left_out), 'key')} left out",
            file=sys.stderr,
        )
