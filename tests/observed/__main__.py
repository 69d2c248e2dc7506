# SPDX-License-Identifier: MIT
"""Records what tools do with dumps, and reports how often the schema predicts it."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT
from tests.observed.agreement import OBSERVED, agreements, disagreements, table
from vmcoreinfo_codegen.core.tool import ToolRelease

MASTER = "master"
LIBRARIES = ("drgn", "libkdumpfile")
# Every release is run on every complete dump. On some of them entries are removed one by one, and
# of some compressed copies are read.
ALTERED = ("x86_64-5.10.elf", "x86_64-6.1.elf", "x86_64-6.12.elf")
COMPRESSED = ("x86_64-6.1", "x86_64-6.12", "x86_64-7.3")
# makedumpfile leaves these out at any level, so that a copy made by it has none.
LEFT_OUT = ("hwpoison", "offline", "unaccepted")


@dataclass(frozen=True)
class Build:
    """A tool that can be run: its release, its distribution, the architecture of its dumps,
    empty for all.
    """

    tool: str
    release: str
    build: str
    arch: str
    path: Path

    @property
    def consumer(self) -> str:
        return f"{self.tool}@{'next' if self.release == MASTER else self.release}"


@dataclass(frozen=True)
class Dump:
    """A dump, and facts from the guest."""

    name: str
    path: Path
    arch: str
    kernel: str
    boot: tuple[str, ...]
    has: tuple[str, ...]


def builds(folder: Path) -> Iterator[Build]:
    """The builds in a folder; `TOOL-RELEASE[-ARCH][~BUILD]` is a folder with the tool in it.

    drgn and libkdumpfile read dumps of every architecture.
    """
    for path in sorted(folder.iterdir()):
        name, _, build = path.name.partition("~")
        tool, _, rest = name.partition("-")
        release, _, arch = rest.partition("-")
        binary = path if tool in LIBRARIES else path / tool
        if (
            release and (binary / ("drgn" if tool == "drgn" else "lib")).is_dir()
        ) or binary.is_file():
            arch = "" if tool in LIBRARIES else arch or "x86_64"
            yield Build(tool, release, build.replace("_", " ") or "upstream", arch, binary)


def dumps(folder: Path) -> Iterator[Dump]:
    for path in sorted(folder.glob("*/facts.json")):
        facts = json.loads(path.read_text())
        for name, form in (("vmcore.elf", "elf"), ("made.kdump", "kdump")):
            dump = path.parent / name
            if dump.exists() and (form == "elf" or facts["name"] in COMPRESSED):
                yield Dump(
                    f"{facts['name']}.{form}",
                    dump,
                    facts["arch"],
                    facts["kernel"],
                    tuple(facts["boot"]),
                    tuple(one for one in facts["has"] if form == "elf" or one not in LEFT_OUT),
                )


def prepared(found: list[Build], folder: Path) -> None:
    """Make a compressed dump beside each ELF one, with the newest makedumpfile, leaving out
    nothing.
    """
    for dump in dumps(folder):
        out = dump.path.with_name("made.kdump")
        same = [one for one in found if (one.tool, one.arch) == ("makedumpfile", dump.arch)]
        if dump.path.parent.name in COMPRESSED and not out.exists() and same:
            judge = reference(found, same[0])
            subprocess.run(
                [judge.path, "-c", "-d", "0", dump.path, out], capture_output=True, check=False
            )


def reference(found: list[Build], build: Build) -> Build:
    """The newest build of a tool for an architecture, which judges others; the one before judges
    it.
    """
    same = [one for one in found if (one.tool, one.arch) == (build.tool, build.arch)]
    return max(
        [one for one in same if one != build] or same,
        key=lambda one: (
            one.release == MASTER,
            ToolRelease.parse(one.release.replace(MASTER, "next")),
        ),
    )


def command(
    build: Build, judge: Build, dump: Dump, record: Path, is_whole: bool, levels: list[int]
) -> list[str]:
    made = [sys.executable, "-m", "vmcoreinfo_codegen", "prove", "--consumer", build.consumer]
    made += ["--binary", str(build.path), "--build", build.build, "--record", str(record)]
    made += ["--name", dump.name, "--boot", ",".join(dump.boot), "--has", ",".join(dump.has)]
    made += ["--reference", str(judge.path), "--format", "json"]
    made += ["--trust-reference"] if judge.release == MASTER else []
    vmlinux = dump.path.with_name("vmlinux")
    made += ["--vmlinux", str(vmlinux)] if build.tool == "crash" and vmlinux.exists() else []
    if levels:
        made += ["--command", "filter", *(word for one in levels for word in ("--level", str(one)))]
    return [*made, *(["--whole"] if is_whole else []), str(dump.path)]


def record(options: argparse.Namespace) -> int:
    """Run every build on every dump of its architecture."""
    found = [one for one in builds(options.tools) if not options.tool or one.tool in options.tool]
    prepared(found, options.dumps)
    jobs = []
    for build in found:
        for dump in dumps(options.dumps):
            if build.arch not in ("", dump.arch):
                continue
            is_whole = options.whole or dump.name not in ALTERED
            target = options.out / f"{build.tool}.jsonl"
            jobs.append(
                (
                    build,
                    dump,
                    command(
                        build, reference(found, build), dump, target, is_whole, options.level or []
                    ),
                )
            )
    options.out.mkdir(parents=True, exist_ok=True)

    def run(job: tuple[Build, Dump, list[str]]) -> str:
        build, dump, made = job
        ran = subprocess.run(made, capture_output=True, text=True, check=False, cwd=ROOT)
        lines = ran.stderr.strip().splitlines()
        return f"{build.tool} {build.release} {build.build} on {dump.name}: exit {ran.returncode} {lines[-1:] or ''}"

    with ThreadPoolExecutor(options.jobs) as pool:
        for told in pool.map(run, jobs):
            print(told, flush=True)
    return 0


def report(options: argparse.Namespace) -> int:
    if options.disagreements or options.aside:
        print("\n".join(disagreements(options.observed, kept_aside=options.aside)))
    print(table(agreements(options.observed)))
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.observed")
    verbs = parser.add_subparsers(required=True)
    recording = verbs.add_parser("record", help="run tools on dumps")
    recording.add_argument("tools", type=Path)
    recording.add_argument("dumps", type=Path)
    recording.add_argument("--out", type=Path, default=OBSERVED)
    recording.add_argument("--jobs", type=int, default=1)
    recording.add_argument("--tool", action="append")
    recording.add_argument(
        "--level", type=int, action="append", help="filter at this dump level instead of 31"
    )
    recording.add_argument("--whole", action="store_true", help="whole dumps alone")
    recording.set_defaults(run=record)
    reporting = verbs.add_parser("report", help="how often the schema agrees")
    reporting.add_argument("--observed", type=Path, default=OBSERVED)
    reporting.add_argument("--disagreements", action="store_true", help="but those kept aside")
    reporting.add_argument("--aside", action="store_true", help="those kept aside, at the very end")
    reporting.set_defaults(run=report)
    options = parser.parse_args()
    return int(options.run(options))


if __name__ == "__main__":
    sys.exit(main())
