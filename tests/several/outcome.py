# SPDX-License-Identifier: MIT
"""The results of the command on a dump with several kernels, compared with facts from those
kernels.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.guest_facts import text_of
from tests.several.facts import facts_of

RECORDS = ROOT / "tests/corpus/several"
COMMAND = (sys.executable, "-m", "vmcoreinfo_codegen")


SHOWN = {
    "kexec": "x86_64, kexec to another release",
    "kexec-same": "x86_64, kexec to the same release",
    "loaded": "x86_64, a kernel for a crash is loaded",
    "crashed": "x86_64, two CPUs, while the kernel for the crash runs",
    "crashed-same": "x86_64, the same, one CPU, one release",
    "nested": "x86_64, a guest in a guest, small pages",
    "nested-huge": "x86_64, a guest in a guest, huge pages",
    "kexec-arm64": "arm64, kexec to another release",
    "kexec-arm64-same": "arm64, kexec to the same release",
    "loaded-arm64": "arm64, a kernel for a crash is loaded",
    "crashed-arm64": "arm64, while the kernel for the crash runs",
}


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *words], capture_output=True, text=True, check=False)


def outcome(folder: Path) -> dict[str, Any]:
    """The results as data: places, counts and lines, without the folder's name."""
    facts = json.loads((folder / "facts.json").read_text())
    dump = folder / "vmcore.elf"
    own = {name: text_of(folder / name / "kcore-head") for name in facts["told"]}
    held = text_of(dump)
    return {
        **{key: facts[key] for key in ("name", "how", "arch", "packages")},
        "told": {name: _release(text) for name, text in own.items()},
        "note": next((n for n, text in own.items() if _same_kernel(text, held)), _release(held)),
        "found": {what: found(dump, what) for what in ("kallsyms", "btf", "config")},
        "facts": facts_of(dump),
        "alone": synthesised(dump, own),
        "numbers": list(_numbers(dump, own)),
    }


def found(dump: Path, what: str) -> list[int]:
    """The physical address of each find."""
    ran = run("find", dump, "--what", what, "--format", "json")
    rows = json.loads(ran.stdout)["configs" if what == "config" else what]
    return [row["physical"] for row in rows]


def synthesised(dump: Path, own: dict[str, bytes], *options: str) -> dict[str, Any]:
    """The kernel, the number of lines, the wrong ones, and the messages of `synth`."""
    ran = run("synth", "--dump", dump, *options)
    said = [
        line.replace(str(dump), "DUMP")
        for line in ran.stderr.splitlines()
        if not line.startswith(("left out: ", "vmcoreinfo: treating"))
        and " left out" not in line
        and "own note is in its memory" not in line
    ]
    told: dict[str, Any] = {"exit": ran.returncode, "said": said}
    if not ran.stdout:
        return told
    made = set(ran.stdout.splitlines())
    common = {
        name: len(made & _lines(text))
        for name, text in own.items()
        if f"OSRELEASE={_release(text)}" in made
    }
    if not common:
        return {**told, "of": None, "lines": len(made)}
    of = max(common, key=lambda name: common[name])
    theirs = _lines(own[of])
    return {
        **told,
        "of": of,
        "lines": len(made),
        "equal": common[of],
        "wrong": sorted(made - theirs),
        "missing": sorted(_key(line) for line in theirs - made),
    }


def _numbers(dump: Path, own: dict[str, bytes]) -> Any:
    for number in range(1, 10):
        one = synthesised(dump, own, "--number", str(number))
        if any("is asked for" in line for line in one["said"]):
            return
        yield one


def _lines(text: bytes) -> set[str]:
    return set(text.decode("ascii").splitlines())


def _key(line: str) -> str:
    return line.partition("=")[0]


def _release(text: bytes) -> str:
    return text.split(b"\n")[0].decode("ascii").partition("=")[2]


def _same_kernel(one: bytes, other: bytes) -> bool:
    """Whether release and load address are the same; a crash adds lines."""
    keys = {_key(line) for line in _lines(one) & _lines(other)}
    return _lines(one) - _lines(other) <= {"CRASHTIME"} and "OSRELEASE" in keys


def row(record: dict[str, Any]) -> str:
    """A row of the table in docs/hypervisors-and-several-kernels.md."""
    listed = ", ".join(filter(None, (one["release"] for one in record["facts"]["kernels"])))
    alone = record["alone"]
    taken = "asks" if alone["exit"] else f"takes the {alone['of']}"
    equal = [
        f"{one['equal']} of {one['equal'] + len(one['missing'])}"
        if one.get("of")
        else _without(one)
        for one in record["numbers"]
    ]
    return f"| {SHOWN[record['name']]} | {listed} | {taken} | {'; '.join(equal)} |"


def _without(one: dict[str, Any]) -> str:
    return "refused" if one["exit"] else f"{one['lines']}, of types"
