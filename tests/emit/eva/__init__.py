# SPDX-License-Identifier: MIT
"""Analyses the C product with Debian's Frama-C (Eva) for every text of up to 4096 bytes.

python -m tests.emit.eva

This analyses all of it, which takes minutes, records the results, and fails on alarms that are not
in `alarms.toml`, and on those in it that Eva does not raise. Only `answers` is part of the long
tests.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tests.emit.driver import C_SOURCE, write_derivations

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
SEEN = HERE / "seen.toml"

ANALYSES = {
    "parse": ("parse.c", ("-eva-widening-delay", "1")),
    "answers": ("answers.c", ("-eva-subdivide-non-linear", "0")),
}

OPTIONS = (
    *("-machdep", "gcc_x86_64", "-c11", "-eva", "-eva-precision", "1", "-eva-ilevel", "256"),
    *("-eva-msg-key=-initial-state", "-eva-no-print", "-eva-print-callstacks"),
    *("-eva-domains", "equality,symbolic-locations"),
    *("-eva-auto-loop-unroll", "256", "-eva-split-return", "auto"),
    *("-eva-slevel-function", "shape_of:500,parse_line:100"),
)


@dataclass(frozen=True)
class Said:
    """The alarms by function, and the coverage of the functions that Eva reached."""

    alarms: dict[str, list[str]]
    statements: int  # per cent of those in the functions that were reached
    functions: set[str]  # reached
    output: str


def hinted(text: str) -> str:
    """The product with the hints as comments."""
    for hint in tomllib.loads((HERE / "hints.toml").read_text())["hint"]:
        line = f"\n{hint['line']}\n"
        assert text.count(line) == 1, f"hints.toml: {text.count(line)} lines are {hint['line']}"
        comments = " ".join(f"/*@ {said}; */" for said in hint["says"])
        text = text.replace(line, f"\n{comments}{line}")
    return text


def analyse(name: str, folder: Path, text: str | None = None, timeout: int | None = None) -> Said:
    """Analyse the C source `text`, by default the shipped one."""
    harness, options = ANALYSES[name]
    write_derivations(folder)
    product = folder / "vmcoreinfo.c"
    product.write_text(hinted(text or (C_SOURCE / "vmcoreinfo.c").read_text()))
    # frama-c accepts no preprocessor option with a space in it, as in some paths.
    for path in (C_SOURCE / "vmcoreinfo.h", HERE / "assertions.h", HERE / harness):
        shutil.copy(path, folder)
    preprocessor = "-I. -include assertions.h -D__builtin_memcpy=memcpy"
    ran = subprocess.run(
        [
            *("frama-c", *OPTIONS, *options, f"-cpp-extra-args={preprocessor}"),
            *(harness, product.name),
        ],
        cwd=folder,
        # frama-c uses PWD, not the real working directory.
        env={**os.environ, "PWD": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )
    output = ran.stdout + ran.stderr
    assert ran.returncode == 0, output[-3000:]
    return read(output)


def read(output: str) -> Said:
    alarms: dict[str, list[str]] = {}
    for body in re.findall(r"^\[eva:alarm\] .*Warning:\s*\n((?:  .*\n)+)", output, re.MULTILINE):
        message, _, stack = body.partition("stack:")
        callers = re.findall(r"(\w+) ::", stack)
        # The function that contains the line; a precondition belongs to the calling line.
        place = callers[1] if callers[0] in ("assertion_fails", "memcpy", "memcmp") else callers[0]
        alarms.setdefault(place, []).append(" ".join(message.split()))
    covered = re.search(r"statements reached \(out of \d+\): (\d+)% coverage", output)
    assert covered, output[-3000:]
    reached = set(re.findall(r"(\w+) ::", output))
    return Said(alarms, int(covered[1]), reached, output)


def problems(name: str, said: Said) -> list[str]:
    """Differences from the expected alarms and coverage."""
    known = tomllib.loads((HERE / "alarms.toml").read_text())[name]
    found = [
        f"{place}: {message}"
        for place, messages in said.alarms.items()
        for message in messages
        if place not in known or "assertion_fails: precondition 'holds'" not in message
    ]
    found += [f"{place}: this alarm has gone" for place in known if place not in said.alarms]
    if said.statements < 99:
        found.append(f"of the statements in the functions reached, only {said.statements} %")
    found += re.findall(r"^.*(?:non-terminating|NON TERMINATING).*$", said.output, re.MULTILINE)
    return found


def runtime_digest() -> str:
    """Digest of the analysed code without tables: the C runtime without comments, and the
    analysis.
    """
    digest = hashlib.sha256()
    runtime = ROOT / "codegen/vmcoreinfo_codegen/emit/c/runtime"
    analysis = [HERE / name for name in ("parse.c", "answers.c", "assertions.h", "hints.toml")]
    for path in sorted([*runtime.glob("*.c"), *runtime.glob("*.h"), *analysis]):
        data = path.read_bytes()
        if path.parent == runtime:
            data = re.sub(rb"\s*/\*[^@].*?\*/", b"", data, flags=re.DOTALL)
        digest.update(path.name.encode() + b"\0" + data + b"\0")
    return digest.hexdigest()[:16]


def main() -> None:
    count = 0
    lines = [
        "# SPDX-License-Identifier: MIT\n# What `make eva` last saw of the runtime, of any text.\n",
        f'runtime = "{runtime_digest()}"\n',
    ]
    for name in ANALYSES:
        with tempfile.TemporaryDirectory() as folder:
            said = analyse(name, Path(folder))
        found = problems(name, said)
        count += len(found)
        print(f"{name}: {said.statements} % of the statements, {len(found)} problems", flush=True)
        print("\n".join(found), flush=True)
        lines.append(f"\n[{name}]\nstatements = {said.statements}\nproblems = {len(found)}\n")
    SEEN.write_text("".join(lines))
    sys.exit(1 if count else 0)
