# SPDX-License-Identifier: MIT
"""`vmcoreinfo synth`"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import vmcoreinfo

from ...debuginfo.facts import Sources, symbol_names
from ...debuginfo.kernel import KernelFiles, read_kernel
from ...dump.notes import build
from ...model import Architecture, Schema
from ...problem import did_you_mean
from ...query.interface.answer import KernelLine
from ...query.kernel_line import kernel_line
from ...synth.choice import NoSuchKernel
from ...synth.dumped import Asked, Dumped, dumped
from ...synth.image import SYMBOLS
from ...synth.synthesis import Kernel, Synthesis, moved, synthesise
from ..config import config_of
from ..debuginfo import add_kernel_options, told
from ..failure import FINDINGS, FINE, Failure
from ..memory import add_memory_start, open_memory
from ..output import counted, print_answer, write_output
from ..progress import bar
from ..schema import add_schema_option, architecture_of, kernel_of, load_schema


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--kernel",
        metavar="RELEASE",
        help="the kernel's release, as uname -r prints it; its beginning suffices with --dump "
        "(default: from --vmlinux or the dump)",
    )
    parser.add_argument("--arch", help="the architecture (default: from --vmlinux or the dump)")
    add_kernel_options(parser)
    parser.add_argument(
        "--dump",
        metavar="FILE",
        type=Path,
        help="the dump that needs the note, ELF, kdump-compressed or a raw image; symbols "
        "(kallsyms), types (BTF) and configuration (IKCONFIG) that are not given are read from its "
        "memory, as are addresses and values of variables",
    )
    parser.add_argument(
        "--number",
        metavar="N",
        type=int,
        help="which kernel to use if the dump has several, e.g. guests",
    )
    add_memory_start(
        parser,
        "--dump",
        "the architecture's fixed start of memory, as on x86; unknown elsewhere",
    )
    parser.add_argument(
        "--kaslr-offset",
        metavar="BYTES",
        type=_bytes,
        default=0,
        help="KASLR offset from the addresses of --symbols (default: found with --dump)",
    )
    parser.add_argument(
        "--build-id", metavar="HEX", help="the build ID (default: that of --vmlinux)"
    )
    parser.add_argument(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="add a known line, as the kernel prints it; may be repeated",
    )
    parser.add_argument("-o", "--out", metavar="FILE", help="write to FILE instead of stdout")
    parser.add_argument(
        "--raw",
        action="store_true",
        help="write the ELF note with its header, as the kernel stores it",
    )
    parser.add_argument(
        "--format",
        choices=["table", "json"],
        default="table",
        help="output format (default: table, the text, with missing lines reported on stderr)",
    )
    add_schema_option(parser)


def run(options: argparse.Namespace) -> int:
    if not (options.btf or options.vmlinux or options.symbols or options.dump):
        raise Failure(
            "types and symbols are needed: give --dump, --btf and --symbols, or --vmlinux"
        )
    with ExitStack() as stack:
        return _synthesised(load_schema(options.schema), options, stack)


def _synthesised(schema: Schema, options: argparse.Namespace, stack: ExitStack) -> int:
    names = symbol_names(schema.questions()) | SYMBOLS
    files = told(lambda: read_kernel(options.btf, options.vmlinux, options.symbols, names))
    config = config_of(schema, options.config)
    if options.dump is not None:
        of_dump = _of_dump(schema, options, files, config, names, stack)
        arch, sources, text = of_dump.arch, of_dump.sources, of_dump.release
        build_id, findings = of_dump.build_id, of_dump.disagreements
        _remark(f"{options.dump}: {remark}" for remark in of_dump.remarks)
    else:
        arch, sources, text = _of_files(schema, options, files, config)
        build_id, findings = files.build_id, list[str]()
    known = kernel_of(schema, text)
    if text == str(known.release.branch):
        _remark(
            [
                f"OSRELEASE is '{text}', as given with --kernel; uname -r prints more, and tools "
                "compare it"
            ]
        )
    build_id = options.build_id or build_id
    lines = [*([f"BUILD-ID={build_id}"] if build_id else []), *options.set]
    given = {"OSRELEASE": text, **_lines(schema, lines)}
    kernel = Kernel(known.schema, known.release, arch, sources, given)
    synthesis = told(lambda: synthesise(kernel))
    _write(options, synthesis, kernel_line(known), findings)
    _remark(f"{options.dump}: {finding}" for finding in findings)
    return FINDINGS if findings else FINE


def _of_files(
    schema: Schema,
    options: argparse.Namespace,
    files: KernelFiles,
    config: Mapping[str, bool | int] | None,
) -> tuple[Architecture, Sources, str]:
    """Architecture, sources and release from given files."""
    if options.memory_start is not None:
        raise Failure("--memory-start needs a raw image given with --dump")
    arch = _arch(schema, options.arch or files.arch)
    if arch is None:
        raise Failure("unknown architecture; give it with --arch, e.g. x86_64 or arm64")
    _check_arch(schema, arch, files.arch, files.vmlinux_name)
    text = _release(options, files)
    if text is None:
        raise Failure("unknown kernel; give its uname -r with --kernel")
    symbols = files.symbols
    if symbols is not None:
        symbols = moved(symbols, options.kaslr_offset)
        _remark(
            [
                f"using the addresses of {files.symbols_name} moved by {options.kaslr_offset:#x}; "
                "give --dump to find those at which the kernel ran"
            ]
        )
    return arch, Sources(files.types, symbols, config, None), text


def _release(options: argparse.Namespace, files: KernelFiles) -> str | None:
    """The release that the user or a file gives; None if neither does."""
    text: str | None = options.kernel or files.release
    if text is not None and files.release is not None and not files.release.startswith(text):
        raise Failure(f"--kernel is {text}, but {files.vmlinux_name} is {files.release}")
    return text


def _of_dump(
    schema: Schema,
    options: argparse.Namespace,
    files: KernelFiles,
    config: Mapping[str, bool | int] | None,
    names: set[str],
    stack: ExitStack,
) -> Dumped:
    """Search the dump, which stays open as long as `stack`."""
    arch = _arch(schema, options.arch or files.arch)
    live = "its own note is in /sys/kernel/vmcoreinfo; use 'vmcoreinfo note live'"
    memory = stack.enter_context(
        open_memory(
            str(options.dump), live, options.memory_start, arch.memory_start if arch else None
        )
    )
    arch = arch or _arch(schema, memory.arch)
    if arch is not None:
        _check_arch(schema, arch, memory.arch, str(options.dump))
        _check_arch(schema, arch, files.arch, files.vmlinux_name)
    asked = Asked(files, config, arch, _release(options, files), options.number)
    with bar(f"searching {options.dump.name}", memory.size) as done:
        try:
            return told(lambda: dumped(schema, memory, asked, names, done))
        except NoSuchKernel as error:
            raise Failure(str(error), FINDINGS) from error


def _arch(schema: Schema, name: str | None) -> Architecture | None:
    return architecture_of(schema, name) if name else None


def _bytes(text: str) -> int:
    try:
        return int(text, 0)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"'{text}' is not a number of bytes, e.g. 0x1200000"
        ) from None


def _lines(schema: Schema, lines: Sequence[str]) -> dict[str, str]:
    """Lines given by the user, by key, in the format of a note."""
    given = {}
    for line in lines:
        key, equals, value = line.partition("=")
        if not equals or not value:
            raise Failure(f"--set needs KEY=VALUE, not '{line}'")
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
        raise Failure(f"--arch is {arch.name}, but {name} is for {theirs.name}")


def _remark(remarks: Iterable[str]) -> None:
    for remark in remarks:
        print(f"vmcoreinfo: {remark}", file=sys.stderr)


def _write(
    options: argparse.Namespace,
    synthesis: Synthesis,
    line: KernelLine | None,
    findings: Sequence[str],
) -> None:
    if options.format == "json":
        print_answer(synthesis.answer(line, findings))
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
