# SPDX-License-Identifier: MIT
"""Sends the same requests to both generated parsers, which answer in the same format.

An answer is a list of lines, each with one fact; `driver.c` describes requests.
`Driver.ask` gets the answer of the C product, `python_answer` that of the Python one.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO

import vmcoreinfo
from tests.conftest import ROOT
from vmcoreinfo import derive

C_SOURCE = ROOT / "generated" / "c"
PYTHON_SOURCE = ROOT / "generated" / "python" / "vmcoreinfo"
DRIVER_SOURCE = Path(__file__).resolve().parent / "driver.c"

STRICT = ("-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror")
SANITIZE = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")

MASK = (1 << 64) - 1


def derivations_of_header(source: Path = C_SOURCE) -> list[str]:
    header = (source / "vmcoreinfo.h").read_text()
    return re.findall(r"^enum vmcoreinfo_status vmcoreinfo_derive_(\w+)\(", header, re.MULTILINE)


def compiles(compiler: str, directory: Path, *options: str, runner: Sequence[str] = ()) -> bool:
    """Whether a trivial program can be built and run with these options."""
    source = directory / "trivial.c"
    source.write_text("#include <string.h>\nint main(void) { return 0; }\n")
    program = directory / "trivial"
    made = subprocess.run(
        [compiler, *options, str(source), "-o", str(program)], capture_output=True, check=False
    )
    if made.returncode:
        return False
    ran = subprocess.run([*runner, str(program)], capture_output=True, check=False)
    return ran.returncode == 0


def write_derivations(directory: Path, source: Path = C_SOURCE) -> None:
    names = derivations_of_header(source)
    (directory / "derivations.inc").write_text("".join(f"DERIVATION({n})\n" for n in names))


def build_driver(compiler: str, directory: Path, *options: str, source: Path = C_SOURCE) -> Path:
    write_derivations(directory, source)
    program = directory / "driver"
    made = subprocess.run(
        [
            *(compiler, *STRICT, "-D_POSIX_C_SOURCE=200809L", *options),
            *(f"-I{source}", f"-I{directory}"),
            *(str(DRIVER_SOURCE), str(source / "vmcoreinfo.c"), "-o", str(program)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    return program


class DriverDied(AssertionError):
    """The C program ended before it answered: a sanitizer's finding, or a crash."""


class Driver:
    """The C driver as a process; restarted if it died."""

    def __init__(self, program: Path, *runner: str, arguments: Sequence[str] = ()) -> None:
        self.program = program
        self.runner = runner  # an emulator or an interpreter
        self.arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None

    def _start(self) -> subprocess.Popen[bytes]:
        self._errors = (self.program.parent / "stderr").open("w+b")
        self._process = subprocess.Popen(
            [*self.runner, str(self.program), *self.arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            # The leak checker can't run in some containers; the product allocates nothing.
            env={"ASAN_OPTIONS": "detect_leaks=0", "UBSAN_OPTIONS": "print_stacktrace=1"},
        )
        return self._process

    def ask(self, request: Iterable[str]) -> list[str]:
        process = self._process or self._start()
        assert process.stdin and process.stdout
        lines = [*request, "go"]
        try:
            process.stdin.write(("\n".join(lines) + "\n").encode("ascii"))
            process.stdin.flush()
            size = process.stdout.readline()
        except BrokenPipeError:
            size = b""
        if not size:
            raise self._died(lines)
        return process.stdout.read(int(size)).decode("ascii").splitlines()

    def _died(self, request: Sequence[str]) -> DriverDied:
        assert self._process and self._errors
        status = self._process.wait()
        self._errors.seek(0)
        said = self._errors.read().decode("ascii", "replace")
        self.close()
        asked = "\n".join(line[:2000] for line in request)
        return DriverDied(f"the C driver ended with {status}\n{said[:4000]}\non\n{asked}")

    def close(self) -> None:
        if self._process:
            assert self._process.stdin and self._process.stdout and self._errors
            self._process.stdin.close()
            self._process.wait()
            self._process.stdout.close()
            self._errors.close()
            self._process = None


def sanitizing_compiler(directory: Path) -> str | None:
    """A compiler with sanitizers; clang first, as its UndefinedBehaviorSanitizer finds more."""
    for compiler in ("clang", "gcc"):
        if shutil.which(compiler) and compiles(compiler, directory, *SANITIZE):
            return compiler
    return None


def digits(data: bytes) -> str:
    return data.hex() or "-"


def parsing(text: bytes) -> str:
    return f"text {digits(text)}"


def reading(note: bytes) -> str:
    return f"note {digits(note)}"


def finding(name: bytes) -> str:
    return f"find {digits(name)}"


def target(arch: str | None, *, big_endian: bool = False, memory: str = "none") -> str:
    return f"target {arch or '-'} {'big' if big_endian else 'little'} {memory}"


def memory(chunks: Mapping[int, bytes]) -> list[str]:
    return [f"memory {address:x} {digits(data)}" for address, data in chunks.items()]


def python_answer(request: Iterable[str]) -> list[str]:
    """The answer of the Python product, with which that of `Driver.ask` has to agree."""
    answer: list[str] = []
    chunks: dict[int, bytes] = {}
    info = vmcoreinfo.parse(b"")
    for line in request:
        verb, *words = line.split(" ")
        if verb in ("text", "note"):
            data = bytes.fromhex(words[0].strip("-"))
            text = data
            if verb == "note":
                text = vmcoreinfo.note_text(data)
                answer.append(f"note {0 if text is data else 24} {len(text)}")
                info = vmcoreinfo.parse(data)
            else:
                info = vmcoreinfo.VmcoreInfo(text)
            answer += _parsed(info)
        elif verb == "lines":
            answer += _lines(info)
        elif verb == "find":
            name = bytes.fromhex(words[0].strip("-")).decode("latin-1")
            found = info.line(name)
            is_text = f" is {digits(found.text.encode())} {_number(found)}" if found else ""
            answer.append(f"find {words[0]}{is_text}")
        elif verb == "memory":
            chunks[int(words[0], 16)] = bytes.fromhex(words[1].strip("-"))
        elif verb == "targetless":
            answer += _derived(info, None)
        elif verb == "target":
            reader = None if words[2] == "none" else _Reader(words[2], chunks, answer)
            arch = None if words[0] == "-" else words[0]
            answer += _derived(info, derive.Dump(arch, reader, words[1] == "big"), answer)
        else:
            raise ValueError(line)
    return answer


def _parsed(info: vmcoreinfo.VmcoreInfo) -> list[str]:
    answer = [
        f"diagnostic {d.id} {d.severity} {d.line} {d.offset} "
        f"{digits((d.key or '').encode())} {d.message}"
        for d in info.diagnostics
    ]
    answer.append(f"errors {sum(d.severity == 'error' for d in info.diagnostics)}")
    for key in vmcoreinfo.ENTRIES:
        line = info.line(key)
        if not line:
            continue
        bits, raw = "-", "-"
        if isinstance(line.value, int) and not isinstance(line.value, bool):
            bits = str(line.value & MASK)
        if isinstance(line.value, bytes):
            raw = line.value.hex() if len(line.value) <= 256 else str(len(line.value))
        answer.append(f"value {key} {line.status} {bits} {digits(line.text.encode())} {raw}")
        if info.status(key) != line.status or (key in info) != (line.status == "ok"):
            answer.append(f"contradiction: two statuses of {key}")
    return answer


def _lines(info: vmcoreinfo.VmcoreInfo) -> list[str]:
    answer = [
        f"line {line.line} {digits(line.key.encode())} {digits(line.text.encode())} {_number(line)}"
        for line in info.lines
    ]
    archs = [None, *dict.fromkeys(vmcoreinfo.ARCHITECTURES.values())]
    for key in [key for key, entry in vmcoreinfo.ENTRIES.items() if entry.quirks]:
        for number, arch in enumerate(archs):
            quirk = info.quirk(key, arch)
            if quirk:
                answer.append(f"quirk {key} {number} {quirk.releases} {quirk.text}")
    return answer


def _number(line: vmcoreinfo.Line) -> str:
    return "-" if line.number is None else str(line.number & MASK)


def _noise(address: int) -> int:
    address = address * 0x9E3779B97F4A7C15 & MASK
    address ^= address >> 29
    return (address * 0xBF58476D1CE4E5B9 & MASK) >> 56


class _Reader:
    """The same fake memory as in `driver.c`; adds a line to the answer for each read."""

    def __init__(self, mode: str, chunks: Mapping[int, bytes], answer: list[str]) -> None:
        self.mode = mode
        self.chunks = dict(chunks)
        self.answer = answer

    def __call__(self, address: int, size: int) -> bytes:
        data = self._read(address, size)
        outcome = "failed" if data is None else "ok"
        self.answer.append(f"read {address:x} {size} {outcome}")
        if data is None:
            raise OSError("no memory there")
        return data

    def _read(self, address: int, size: int) -> bytes | None:
        if self.mode == "map":
            for start, data in self.chunks.items():
                skip = address - start & MASK
                if skip < len(data) and size <= len(data) - skip:
                    return data[skip : skip + size]
            return None
        if self.mode == "flaky" and _noise(address) % 4 == 0:
            return None
        if self.mode == "echo":
            return address.to_bytes(8, "little")[:size]
        return bytes(_noise(address + i & MASK) for i in range(size))


def _derived(
    info: vmcoreinfo.VmcoreInfo, given: derive.Dump | None, answer: list[str] | None = None
) -> list[str]:
    """A line for each derivation; with `answer`, lines are added to it, among the reads."""
    lines: list[str] = [] if answer is None else answer
    for name, function in derive.DERIVATIONS.items():
        try:
            derived = function(info, given)
        except derive.ReadError:
            lines.append(f"derive {name} read-failed")
            continue
        if derived is None:
            lines.append(f"derive {name} no-recipe")
        else:
            lines.append(f"derive {name} ok {derived.value & MASK} {derived.recipe}")
    return lines if answer is None else []
