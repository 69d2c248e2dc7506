#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Parsers of notes, in C and Python, each compared with its peers in the same run.

Prints the tables of docs/performance.md, and finally how the parsers of all keys and of some tools'
keys compare on each architecture's notes. Run with the interpreter that has the package and
drgn: `python bench/parse.py`; ROUNDS is the number of runs of each (default 100). Peers
are libkdumpfile (Debian's libkdumpfile-dev; its Python module opens only files), drgn, and
volatility3 (from the package index); a missing peer is left out and reported.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from cpu import COMMAND

import vmcoreinfo
from vmcoreinfo import native

ROOT = Path(__file__).resolve().parent.parent
PARSER = ROOT / "generated/c"
NOTES = ROOT / "tests/corpus/notes"
INDEX = ROOT / "tests/corpus/index.jsonl"
NOTE = NOTES / "x86_64-6.12.117+deb13-amd64.note"
ROUNDS = int(os.environ.get("ROUNDS", "100"))

ONE = "one 6.12 x86_64 note"
SUBSETS = ("drgn", "crash", "makedumpfile")

OF_NO_TEXT = ("derivations", "name", "name-bsearch")

Times = dict[str, list[float]]
Ratios = dict[tuple[str, str], float]
"""Ratios by text and compiler."""


def main() -> None:
    # One CPU, so that processes don't migrate.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        peer = has_kdumpfile(folder)
        ratios: Ratios = {}
        compilers = [c for c in ("gcc", "clang") if shutil.which(c)]
        for compiler in compilers:
            ratios |= in_c(folder, compiler, peer)
        for compiler in compilers:
            ratios |= of_some_keys(folder, compiler)
        print_ratios(ratios)
        by_architecture(folder, compilers)
        in_python(folder)


def has_kdumpfile(folder: Path) -> bool:
    probe = folder / "probe.c"
    probe.write_text("#include <libkdumpfile/kdumpfile.h>\nint main(void) { return 0; }\n")
    command = ["gcc", probe, "-lkdumpfile", "-o", folder / "probe"]
    if subprocess.run(command, capture_output=True, check=False).returncode == 0:
        return True
    print("libkdumpfile is left out: apt-get install libkdumpfile-dev", file=sys.stderr)
    return False


def in_c(folder: Path, compiler: str, peer: bool) -> Ratios:
    ratios: Ratios = {}
    program = built(folder, compiler, peer)
    version = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=True)
    print(f"\n{version.stdout.splitlines()[0]}, -O2, {size_of(folder, compiler)}\n")
    print("| text | measured | ns, median | spread | times the newline loop |")
    print("|---|---|---|---|---|")
    for case, files in cases(folder).items():
        ran = subprocess.run(
            [program, str(ROUNDS), *files], capture_output=True, text=True, check=True
        )
        times = figures(ran.stdout)
        if peer:
            pairs = zip(times.pop("kdumpfile"), times.pop("kdumpfile-empty"))
            times["libkdumpfile, less an empty context"] = [whole - empty for whole, empty in pairs]
        limit = statistics.median(times["newlines"])
        for name, found in times.items():
            if name in OF_NO_TEXT and case != ONE:
                continue
            median = statistics.median(found)
            low, high = deciles(found)
            print(
                f"| {case} | {TOLD.get(name, name)} | {median:.0f} | {low:.0f}-{high:.0f} "
                f"| {median / limit:.2f} |"
            )
        ratios[case, compiler] = statistics.median(times["ours"]) / limit
    return ratios


def print_ratios(ratios: Ratios) -> None:
    """Print the ratios of all times to that of the newline loop in the same run, side by side."""
    compilers = list(dict.fromkeys(compiler for _, compiler in ratios))
    print(f"\n| times the newline loop | {' | '.join(compilers)} |")
    print(f"|---|{'---|' * len(compilers)}")
    for case in dict.fromkeys(case for case, _ in ratios):
        shown = " | ".join(f"{ratios[case, compiler]:.2f}" for compiler in compilers)
        print(f"| {case} | {shown} |")


def figures(printed: str) -> Times:
    times: Times = {}
    for line in printed.splitlines():
        words = line.split()
        for name, figure in zip(words[::2], words[1::2]):
            times.setdefault(name, []).append(float(figure))
    return times


def of_some_keys(folder: Path, compiler: str) -> Ratios:
    """A parser of the keys that one tool reads; it only recognises other lines as such."""
    part = folder / "part"
    command = [COMMAND, "generate", "c", "--for", "drgn", "--out", part]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    program = built(folder, compiler, False, part)
    ran = subprocess.run([program, str(ROUNDS), NOTE], capture_output=True, text=True, check=True)
    times = figures(ran.stdout)
    limit = statistics.median(times["newlines"])
    print(f"\nA parser for drgn: {told.splitlines()[-1]}, {compiler}, {ONE}\n")
    print("| measured | ns, median | spread | times the newline loop |")
    print("|---|---|---|---|")
    for name, words in (("silent", "no diagnostics"), ("ours", "diagnostics on")):
        median = statistics.median(times[name])
        low, high = deciles(times[name])
        print(f"| {words} | {median:.0f} | {low:.0f}-{high:.0f} | {median / limit:.2f} |")
    return {(f"{ONE}, a parser for drgn", compiler): statistics.median(times["ours"]) / limit}


def by_architecture(folder: Path, compilers: list[str]) -> None:
    """All keys compared with parts: a part may not take longer, and all at most 1.15 times the
    loop.
    """
    parsers = {"all keys": PARSER}
    for tool in SUBSETS:
        parsers[tool] = folder / tool
        command = [COMMAND, "generate", "c", "--for", tool, "--out", folder / tool]
        subprocess.run(command, capture_output=True, check=True)
    notes: dict[str, list[Path]] = {}
    for line in INDEX.read_text().splitlines():
        row = json.loads(line)
        notes.setdefault(row["arch"], []).append(NOTES / row["file"])
    for compiler in compilers:
        programs = {
            name: built(folder, compiler, False, parser) for name, parser in parsers.items()
        }
        print(f"\n{compiler}, times the newline loop, without diagnostics / with them\n")
        print(f"| notes as the kernel printed them | {' | '.join(programs)} |")
        print(f"|---|{'---|' * len(programs)}")
        for arch, files in notes.items():
            shown = " | ".join(
                " / ".join(f"{ratio:.2f}" for ratio in of_loop(program, files))
                for program in programs.values()
            )
            print(f"| {len(files)} of {arch} | {shown} |", flush=True)


def of_loop(program: Path, files: list[Path]) -> tuple[float, float]:
    """The ratios of its time to that of the newline loop, silent and not.

    The least of all rounds counts, as other work on the machine only adds time.
    """
    command = [program, str(ROUNDS), *files]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    least = {name: min(found) for name, found in figures(ran.stdout).items()}
    return least["silent"] / least["newlines"], least["ours"] / least["newlines"]


TOLD = {
    "memcpy": "memcpy() of the text",
    "newlines": "memchr() from newline to newline",
    "ours": "**vmcoreinfo_parse(), every value, diagnostics on**",
    "silent": "the same without diagnostics",
    "derivations": "all derivations, without memory",
    "name": "vmcoreinfo_key_from_name(), a name",
    "name-bsearch": "bsearch() of the names, a name",
}


def built(folder: Path, compiler: str, peer: bool, parser: Path = PARSER) -> Path:
    header = (parser / "vmcoreinfo.h").read_text()
    names = re.findall(r"^enum vmcoreinfo_status vmcoreinfo_derive_(\w+)\(", header, re.MULTILINE)
    (folder / "derivations.inc").write_text("".join(f"DERIVATION({name})\n" for name in names))
    program = folder / f"parse-{compiler}-{parser.name}"
    subprocess.run(
        [
            *(compiler, "-O2", f"-I{parser}", f"-I{folder}", *(["-DWITH_KDUMPFILE"] * peer)),
            *(ROOT / "bench/parse.c", parser / "vmcoreinfo.c", *(["-lkdumpfile"] * peer)),
            *("-o", program),
        ],
        check=True,
    )
    return program


def size_of(folder: Path, compiler: str) -> str:
    made = folder / "size.o"
    command = [compiler, "-O2", "-fno-pie", "-c", PARSER / "vmcoreinfo.c", "-o", made]
    subprocess.run(command, check=True)
    ran = subprocess.run(["size", made], capture_output=True, text=True, check=True)
    text, data, *_ = map(int, ran.stdout.splitlines()[1].split()[:2])
    return f"an object of {(text + data) / 1024:.1f} KiB of text and tables"


def cases(folder: Path) -> dict[str, list[Path]]:
    chance = random.Random(0)
    lines = text_of(NOTE).splitlines(keepends=True)
    chance.shuffle(lines)
    shuffled = folder / "shuffled"
    shuffled.write_bytes(b"".join(lines))
    corpus = sorted(NOTES.glob("*.note"))
    chance.shuffle(corpus)
    return {
        ONE: [NOTE],
        f"{len(corpus)} notes, in random order": corpus,
        "the one, lines shuffled": [shuffled],
    }


def text_of(path: Path) -> bytes:
    return vmcoreinfo.note_text(path.read_bytes()).rstrip(b"\0")


def naive(text: bytes) -> dict[str, int | str]:
    values: dict[str, int | str] = {}
    for line in text.decode().splitlines():
        key, _, value = line.partition("=")
        try:
            values[key] = int(value, 16 if key.startswith("SYMBOL(") else 0)
        except ValueError:
            values[key] = value
    return values


def construct(text: bytes) -> object:
    return vmcoreinfo.parse(text)


def all_values(text: bytes) -> object:
    return vmcoreinfo.parse(text).items()


def all_lines(text: bytes) -> object:
    return vmcoreinfo.parse(text).lines


def in_python(folder: Path) -> None:
    measured: dict[str, Callable[[bytes], object]] = {
        "a dict, int() by the look of the key": naive,
        "vmcoreinfo.parse(), nothing asked for": construct,
        "**vmcoreinfo.parse(), all values typed**": all_values,
        "vmcoreinfo.parse(), each line with its place, and diagnostics": all_lines,
        "native.Library.parse()": library(folder).parse,
        **peers(folder),
    }
    texts = [text_of(NOTE)]
    print(f"\nPython {sys.version.split()[0]}, {NOTE.stem}\n")
    print("| measured | µs, median | spread | times the dict |")
    print("|---|---|---|---|")
    times: Times = {name: [] for name in measured}
    for _ in range(ROUNDS):
        for name, parse in measured.items():
            times[name].append(seconds(parse, texts) * 1e6)
    limit = statistics.median(next(iter(times.values())))
    for name, found in times.items():
        median = statistics.median(found)
        low, high = deciles(found)
        print(f"| {name} | {median:.2f} | {low:.2f}-{high:.2f} | {median / limit:.2f} |")


def seconds(parse: Callable[[bytes], object], texts: Iterable[bytes]) -> float:
    """Seconds of one parse, averaged over some milliseconds of parsing."""
    done = 0
    start = time.perf_counter()
    while True:
        for text in texts:
            parse(text)
            parse(text)
            done += 2
        spent = time.perf_counter() - start
        if spent > 0.002:
            return spent / done


def library(folder: Path) -> native.Library:
    made = folder / "libvmcoreinfo.so"
    source = PARSER / "vmcoreinfo.c"
    subprocess.run(["gcc", "-O2", "-shared", "-fPIC", source, "-o", made], check=True)
    return native.Library(str(made))


def peers(folder: Path) -> dict[str, Callable[[bytes], object]]:
    found: dict[str, Callable[[bytes], object]] = {}
    try:
        import drgn
    except ImportError:
        print("drgn is left out: pip install drgn", file=sys.stderr)
    else:
        found["drgn.Program(), empty"] = lambda text: drgn.Program()
        found["drgn.Program(vmcoreinfo=...), some 20 keys"] = lambda text: drgn.Program(
            vmcoreinfo=text
        )
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--target", folder / "peers"]
    ran = subprocess.run([*install, "volatility3"], capture_output=True, check=False)
    if ran.returncode:
        print("volatility3 is left out: the package index has none", file=sys.stderr)
    else:
        sys.path.append(str(folder / "peers"))
        from volatility3.framework.symbols.linux import VMCoreInfo

        found["volatility3"] = VMCoreInfo._vmcoreinfo_data_to_dict
    return found


def deciles(found: list[float]) -> tuple[float, float]:
    """The bounds between which 80 % of the values are."""
    tenths = statistics.quantiles(found, n=10)
    return tenths[0], tenths[-1]


if __name__ == "__main__":
    main()
