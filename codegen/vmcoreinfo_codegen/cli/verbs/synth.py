# SPDX-License-Identifier: MIT
"""`vmcoreinfo synth`"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

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
from ...synth.image import SYMBOLS, Image
from ...synth.synthesis import Kernel, Synthesis, moved, synthesise
from ..config import config_of
from ..debuginfo import add_kernel_options, told
from ..failure import FINE, Failure
from ..output import counted, print_answer, write_output
from ..schema import add_schema_option, architecture_of, kernel_of, load_schema


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--kernel",
        metavar="RELEASE",
        help="its release, as uname -r prints it; with --dump its beginning will do, the dump has "
        "the rest (default: that of --vmlinux, or of the dump)",
    )
    parser.add_argument("--arch", required=True, help="its architecture")
    add_kernel_options(parser)
    parser.add_argument(
        "--dump",
        metavar="FILE",
        type=Path,
        help="the dump that the note is for, ELF, kdump-compressed or a raw image: the kernel is looked for "
        "in it, which tells where it ran and what its variables hold",
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
    if not (options.btf or options.vmlinux or options.symbols):
        raise Failure("a note is made of types and symbols: give --btf and --symbols, or --vmlinux")
    schema = load_schema(options.schema)
    arch = architecture_of(schema, options.arch)
    config = config_of(schema, options.config)
    names = symbol_names(schema.questions()) | SYMBOLS
    files = told(lambda: read_kernel(options.btf, options.vmlinux, options.symbols, names))
    text = options.kernel or files.release or ("" if options.dump else None)
    if text is None:
        raise Failure("which kernel is it? --kernel takes what uname -r prints")
    if files.release is not None and not files.release.startswith(text):
        raise Failure(f"--kernel says {text}, and {files.vmlinux_name} is of {files.release}")
    _check_arch(schema, arch, files.arch, files.vmlinux_name)
    sources = Sources(files.types, files.symbols, config, None)
    build_id = options.build_id or files.build_id
    if options.dump is not None:
        memory = _memory(options, arch)
        _check_arch(schema, arch, memory.arch, str(options.dump))
        image = _image(memory, files, text, arch)
        build_id, text = build_id or image.build_id(), image.release
        sources = Sources(files.types, moved(files.symbols or {}, image.move), config, image)
    elif options.memory_start is not None:
        raise Failure("--memory-start is that of a raw image: give it by --dump")
    elif files.symbols is not None:
        symbols = moved(files.symbols, options.kaslr_offset)
        sources = Sources(files.types, symbols, config, None)
        print(
            f"vmcoreinfo: addresses are those of {files.symbols_name}, moved by "
            f"{options.kaslr_offset:#x}; --dump finds those at which the kernel of a dump ran",
            file=sys.stderr,
        )
    known = kernel_of(schema, text)
    if text == str(known.release.branch):
        print(
            f"vmcoreinfo: OSRELEASE is '{text}', as --kernel says; uname -r prints more, and tools "
            "compare it",
            file=sys.stderr,
        )
    lines = [*([f"BUILD-ID={build_id}"] if build_id else []), *options.set]
    given = {"OSRELEASE": text, **_lines(schema, lines)}
    kernel = Kernel(known.schema, known.release, arch, sources, given)
    synthesis = told(lambda: synthesise(kernel))
    _write(options, synthesis, kernel_line(known))
    return FINE


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


def _memory(options: argparse.Namespace, arch: Architecture) -> PhysicalMemory:
    start = arch.memory_start if options.memory_start is None else options.memory_start
    memory = told(lambda: PhysicalMemory(File(str(options.dump)), start))
    if options.memory_start is not None and not memory.is_raw:
        raise Failure(f"{options.dump} is no raw image, and tells itself: leave out --memory-start")
    return memory


def _image(memory: PhysicalMemory, files: KernelFiles, release: str, arch: Architecture) -> Image:
    symbols = files.symbols
    if symbols is None:
        raise Failure(
            "--dump needs --symbols, or a --vmlinux with a symbol table, to know the kernel by"
        )
    return told(lambda: Image(memory, symbols, files.types, release, arch.bits))


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
