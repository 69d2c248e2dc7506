# SPDX-License-Identifier: MIT
"""It runs makedumpfile with what helps, and gets out of the way wherever something is not as expected.

A program that reads a note as makedumpfile does, by a temporary file, stands in for it; the real ones are run by
test_real.py, and in real crashes.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import vmcoreinfo
from tests.conftest import real_notes
from tests.dump.make import elf
from tests.rescue.building import STRICT, Built, Rescue, built, generated

_HIGH = 0xFFFFFFFF81000000
_NOTES = {note.file: note for note in real_notes()}
# 1.7.8 lacks a line of 7.3; 1.7.6 does better without one of 6.12; 1.7.2 is wrong on 6.12 at 31.
NEW = _NOTES["x86_64-7.3.4+deb13-cloud-amd64.note"].text
OLD = _NOTES["x86_64-6.12.117+deb13-cloud-amd64.note"].text
_UNSUPPORTED = (
    "is from an unsupported kernel; supported: "
    f"{vmcoreinfo.FIRST_RELEASE} to {vmcoreinfo.LATEST_RELEASE}"
)

# What 5.9 has in the place of the ring of 5.10.
LOG_OF_5_9 = b"".join(
    f"{key}={value}\n".encode()
    for key, value in {
        "SYMBOL(log_buf)": "ffffffff82a5a0b0", "SYMBOL(log_buf_len)": "ffffffff82a5a0a8",
        "SYMBOL(log_first_idx)": "ffffffff83c1a2c8", "SYMBOL(log_next_idx)": "ffffffff83c1a2b8",
        "SIZE(printk_log)": 16, "OFFSET(printk_log.ts_nsec)": 0, "OFFSET(printk_log.len)": 8,
        "OFFSET(printk_log.text_len)": 10, "OFFSET(printk_log.dict_len)": 12,
    }.items()
)  # fmt: skip

MAKEDUMPFILE = """import json, os, sys, tempfile, time
if sys.argv[1:] == ["-v"]:
    print("makedumpfile: version {release} (released on some day)")
    sys.exit()
with open({log!r}, "a") as log:
    words = sys.argv[1:]
    text = open(words[words.index("-i") + 1]).read() if "-i" in words else None
    vmcore, output = [w for w in words if os.path.basename(w).startswith(("vmcore", "dump"))] + ([None] if "-F" in words else [])
    found = None
    try:
        data = open(vmcore, "rb").read()
        at = data.index(b"VMCOREINFO\\0\\0") + 12
        size = int.from_bytes(data[at - 20 : at - 16], "little")
        own = tempfile.NamedTemporaryFile(buffering=0)
        own.write(data[at : at + size])
        found = open(own.name).read()
    except ValueError:
        pass
    json.dump(dict(words=words, text=text, note=found), log)
    log.write("\\n")
    log.flush()
{behaviour}
"""
_DUMP = """
out = open(output, "x") if output else sys.stdout
out.write("a dump\\n")
out.flush()
"""


class Machine:
    """A folder with a makedumpfile that tells how it was called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.vmcore = folder / "vmcore"
        self.dump = folder / "dump"
        self._log = folder / "log"

    @property
    def program(self) -> Path:
        """What runs for makedumpfile."""
        return self.folder / "makedumpfile.py"

    def has(self, release: str, behaviour: str = _DUMP) -> None:
        self.program.write_text(
            MAKEDUMPFILE.format(release=release, log=str(self._log), behaviour=behaviour)
        )
        # A path to Python may have blanks, which the first line of a script can't.
        script = self.folder / "bin" / "makedumpfile"
        script.parent.mkdir(exist_ok=True)
        script.write_text(f"#!/bin/sh\nexec '{sys.executable}' -SE '{self.program}' \"$@\"\n")
        script.chmod(0o755)

    def crashed(self, text: bytes | None, **of_elf: Any) -> None:
        self.vmcore.write_bytes(elf(text, **{"virtual": _HIGH, **of_elf}))

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}

    def run(self, rescue: Rescue, *words: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*rescue.command, "makedumpfile", *map(str, words)],
            env=self.environment, capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    @property
    def calls(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._log.read_text().splitlines()]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_text_stands_beside_the_note(machine: Machine, rescue: Built) -> None:
    machine.has("1.7.8")
    machine.crashed(NEW)
    done = machine.run(rescue("x86_64", "1.7.8"), "-l", "-d", "31", machine.vmcore, machine.dump)
    assert (done.returncode, done.stdout) == (0, "")
    assert (
        done.stderr == "vmcoreinfo-rescue: makedumpfile 1.7.8, with OFFSET(page.compound_head)=8\n"
    )
    (call,) = machine.calls
    assert call["words"][:1] + call["words"][2:] == [
        "-i", "-l", "-d", "31", str(machine.vmcore), str(machine.dump),
    ]  # fmt: skip
    assert call["text"] == (
        "OSRELEASE=7.3.4+deb13-cloud-amd64\nPAGESIZE=4096\nOFFSET(page.compound_head)=8\n"
    )
    assert call["note"].encode() == NEW
    assert machine.dump.read_text() == "a dump\n"


def test_a_line_is_taken_out_of_the_note(machine: Machine, rescue: Built) -> None:
    """By no option: the file that makedumpfile writes the note to is written anew."""
    machine.has("1.7.6")
    machine.crashed(OLD)
    done = machine.run(rescue("x86_64", "1.7.6"), "-d", "23", machine.vmcore, machine.dump)
    assert done.returncode == 0
    assert done.stderr == (
        "vmcoreinfo-rescue: makedumpfile 1.7.6, without NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)\n"
    )
    (call,) = machine.calls
    assert call["words"] == ["-d", "23", str(machine.vmcore), str(machine.dump)]
    assert call["note"].encode() == b"".join(
        line
        for line in OLD.splitlines(keepends=True)
        if not line.startswith(b"NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)")
    )
    assert machine.dump.read_text() == "a dump\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["-d", "31"], ["-d", "23"]),
        (["-d31"], ["-d23"]),
        (["-cd", "31"], ["-cd", "23"]),
        (["-l", "--message-level", "7", "-Dd31"], ["-l", "--message-level", "7", "-Dd23"]),
        (["--num-threads=2", "-d", "27"], ["--num-threads=2", "-d", "19"]),
    ],
)
def test_a_level_is_lowered(
    machine: Machine, rescue: Built, words: list[str], told: list[str]
) -> None:
    machine.has("1.7.2")
    machine.crashed(OLD)
    done = machine.run(rescue("x86_64", "1.7.2"), *words, machine.vmcore, machine.dump)
    assert done.returncode == 0
    (call,) = machine.calls
    assert call["words"] == [*told, str(machine.vmcore), str(machine.dump)]
    assert " instead of " in done.stderr


def as_is(machine: Machine, done: subprocess.CompletedProcess[str], *words: str | Path) -> str:
    """That it ran once, as it was called; what was told."""
    assert done.returncode == 0, done.stderr
    (call,) = machine.calls
    assert call["words"] == [*map(str, words)]
    return done.stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "has no VMCOREINFO note"),
        (NEW[:12], _UNSUPPORTED),
        (b"OSRELEASE=\nPAGESIZE=4096\n", "has no usable OSRELEASE"),
        (b"X" * 65537, "has no VMCOREINFO note"),
        (NEW.replace(b"7.3.4+deb13", b"7.4.1+deb13"), _UNSUPPORTED),
        (NEW.replace(b"7.3.4+deb13", b"2.6.18+deb13"), _UNSUPPORTED),
        (NEW.replace(b"+deb13-cloud-amd64", b"-mine"), "is from a vendor's kernel whose changes are unknown; --any-build accepts it"),
        (OLD.replace(b"6.12.117+deb13-cloud-amd64", b"6.12.0-55.el10.x86_64"),
         "is from a vendor's kernel whose changes are unknown; --any-build accepts it"),
    ],
)  # fmt: skip
def test_of_what_is_not_known_nothing_is_changed(
    machine: Machine, rescue: Built, text: bytes | None, told: str
) -> None:
    machine.has("1.7.8")
    machine.crashed(text)
    words = ("-l", "-d", "31", machine.vmcore, machine.dump)
    assert as_is(machine, machine.run(rescue("x86_64", "1.7.8"), *words), *words) == (
        f"vmcoreinfo-rescue: {machine.vmcore} {told}\n"
    )


@pytest.mark.parametrize(
    ("of_elf", "told"),
    [
        ({"machine": 183}, "is from another architecture"),
        ({"order": ">"}, "is not an ELF dump of this machine"),
        ({"bits": 32, "virtual": 0}, "is not an ELF dump of this machine"),
        ({"segments": 1, "note_segment": 7}, "has no VMCOREINFO note"),
    ],
)
def test_of_other_files_neither(
    machine: Machine, rescue: Built, of_elf: dict[str, Any], told: str
) -> None:
    machine.has("1.7.8")
    machine.crashed(NEW, **of_elf)
    words = ("-d", "31", machine.vmcore, machine.dump)
    assert told in as_is(machine, machine.run(rescue("x86_64", "1.7.8"), *words), *words)


def test_another_release_of_makedumpfile_runs_as_it_is(machine: Machine, rescue: Built) -> None:
    machine.crashed(NEW)
    for release in ("1.7.9", "1.7.80", "1.7.8.1"):
        machine.has(release)
        machine.dump.unlink(missing_ok=True)
        words = ("-d", "31", machine.vmcore, machine.dump)
        done = machine.run(rescue("x86_64", "1.7.8"), *words)
        assert machine.calls[-1]["words"] == [*map(str, words)]
        assert done.stderr == (
            "vmcoreinfo-rescue: makedumpfile is not makedumpfile 1.7.8; running it unchanged\n"
        )


@pytest.mark.parametrize(
    "words",
    [
        ["-d", "23,31"],
        ["-d", "32"],
        ["-x", "vmlinux", "-d", "31"],
        ["-i", os.devnull, "-d", "31"],
        ["--config=filter", "-d", "31"],
        ["--dump-dmesg", "--unheard-of"],
        ["--partial-dmesg"],
        ["-d", "31", "--unheard-of"],
    ],
)
def test_a_command_that_is_not_known_runs_as_it_is(
    machine: Machine, rescue: Built, words: list[str]
) -> None:
    machine.has("1.7.8")
    machine.crashed(NEW)
    words = [*words, str(machine.vmcore), str(machine.dump)]
    assert as_is(machine, machine.run(rescue("x86_64", "1.7.8"), *words), *words) == (
        "vmcoreinfo-rescue: unsupported command line; running it unchanged\n"
    )


_FAILS_WITH_HELP = f"""
if "-i" in words or "{OLD.splitlines()[0].decode()}" in found and "SLAB_MAPCOUNT" not in found:
    if output:
        open(output, "w").write("half a d")
    sys.exit(3)
{_DUMP}
"""


@pytest.mark.parametrize(("release", "text", "level"), [("1.7.8", NEW, "31"), ("1.7.6", OLD, "23")])
def test_where_it_fails_with_help_it_runs_as_it_is(
    machine: Machine, rescue: Built, release: str, text: bytes, level: str
) -> None:
    """What it has written is removed first: it refuses to write over a file."""
    machine.has(release, _FAILS_WITH_HELP)
    machine.crashed(text)
    words = ("-d", level, machine.vmcore, machine.dump)
    done = machine.run(rescue("x86_64", release), *words)
    assert done.returncode == 0, done.stderr
    assert machine.dump.read_text() == "a dump\n"
    assert len(machine.calls) == 2
    second = machine.calls[-1]
    assert second["words"] == [*map(str, words)]
    assert second["note"].encode() == text
    assert done.stderr.endswith(
        "makedumpfile wrote no dump with these changes; running it unchanged\n"
    )


def test_without_another_note_a_lower_level_may_do(machine: Machine, rescue: Built) -> None:
    """1.7.6 on 7.3 needs a note that lacks a line; where it can't be given one, 23 is right."""
    machine.has("1.7.6", _DUMP)
    program = machine.program
    program.write_text(program.read_text().replace("own.write(data[at : at + size])", "pass"))
    machine.crashed(NEW)
    done = machine.run(rescue("x86_64", "1.7.6"), "-d", "31", machine.vmcore, machine.dump)
    assert done.returncode == 0
    assert done.stderr.splitlines()[1:] == [
        "vmcoreinfo-rescue: could not replace the note for makedumpfile: -d 23 instead of 31"
    ]
    assert machine.calls[-1]["words"] == ["-d", "23", str(machine.vmcore), str(machine.dump)]
    assert machine.dump.read_text() == "a dump\n"


def test_the_log_of_a_dump_is_helped_too(machine: Machine, rescue: Built) -> None:
    machine.has("1.6.2")
    old = _NOTES["x86_64-5.10.0-30-cloud-amd64.note"].text.replace(
        b"5.10.0-30-cloud-amd64", b"5.9.16"
    )
    machine.crashed(old + LOG_OF_5_9)
    words = ("--dump-dmesg", machine.vmcore, machine.dump)
    done = machine.run(rescue("x86_64", "1.6.2"), *words)
    assert "with SYMBOL(init_level4_pgt)=" in done.stderr, done.stderr
    (call,) = machine.calls
    assert call["words"][:1] + call["words"][2:] == ["-i", *map(str, words)]


def test_a_file_that_was_there_is_not_removed(machine: Machine, rescue: Built) -> None:
    machine.has("1.7.8", "sys.exit(1)")
    machine.crashed(NEW)
    machine.dump.write_text("an older dump")
    done = machine.run(rescue("x86_64", "1.7.8"), "-d", "31", machine.vmcore, machine.dump)
    assert done.returncode == 1
    assert len(machine.calls) == 2
    assert machine.dump.read_text() == "an older dump"


def test_a_flattened_dump_goes_through(machine: Machine, rescue: Built) -> None:
    machine.has("1.7.8")
    machine.crashed(NEW)
    done = machine.run(rescue("x86_64", "1.7.8"), "-F", "-d", "31", machine.vmcore)
    assert (done.returncode, done.stdout) == (0, "a dump\n")
    assert [call["words"][0] for call in machine.calls] == ["-i"]


def test_a_flattened_dump_is_never_begun_twice(machine: Machine, rescue: Built) -> None:
    """It runs as it is where nothing was written; else it has failed, as without help."""
    machine.crashed(NEW)
    words = ("-F", "-d", "31", machine.vmcore)
    machine.has("1.7.8", _FAILS_WITH_HELP)
    done = machine.run(rescue("x86_64", "1.7.8"), *words)
    assert (done.returncode, done.stdout, len(machine.calls)) == (0, "a dump\n", 2)
    machine.has("1.7.8", 'print("half a d", end="", flush=True)\nsys.exit(4)')
    done = machine.run(rescue("x86_64", "1.7.8"), *words)
    assert (done.returncode, done.stdout, len(machine.calls)) == (4, "half a d", 3)


def test_a_program_that_writes_no_note_runs_as_it_is(machine: Machine, rescue: Built) -> None:
    """It does not read the note as makedumpfile does, so no other can be given to it."""
    machine.has("1.7.6", _DUMP)
    program = machine.program
    program.write_text(program.read_text().replace("own.write(data[at : at + size])", "pass"))
    machine.crashed(OLD)
    words = ("-d", "23", machine.vmcore, machine.dump)
    done = machine.run(rescue("x86_64", "1.7.6"), *words)
    assert done.returncode == 0
    assert machine.dump.read_text() == "a dump\n"
    assert machine.calls[-1]["words"] == [*map(str, words)]
    assert len(machine.calls) == 2


def test_it_takes_makedumpfile_along_when_it_is_killed(machine: Machine, rescue: Built) -> None:
    """Else that would go on writing beside whatever its caller does then."""
    machine.has("1.7.8", f"time.sleep(60)\n{_DUMP}")
    machine.crashed(NEW)
    words = ["makedumpfile", "-d", "31", str(machine.vmcore), str(machine.dump)]
    with subprocess.Popen(
        [*rescue("x86_64", "1.7.8").command, *words],
        env=machine.environment,
        stderr=subprocess.DEVNULL,
    ) as process:
        until = time.monotonic() + 30
        while not children(process.pid) or not (machine.folder / "log").exists():
            assert time.monotonic() < until
            time.sleep(0.05)
        (child,) = children(process.pid)
        process.send_signal(signal.SIGKILL)
        process.wait()
        while Path(f"/proc/{child}/cmdline").exists() and time.monotonic() < until:
            if Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                break
            time.sleep(0.05)
        else:
            assert time.monotonic() < until
    assert not machine.dump.exists()


def test_it_becomes_makedumpfile(machine: Machine, rescue: Built) -> None:
    """Where whoever calls it sees to the rest: then nothing is there that can be killed."""
    machine.has("1.7.8", "print(os.getpid())\nsys.exit(3)")
    machine.crashed(NEW)
    words = ["--exec", "makedumpfile", "-d", "31", str(machine.vmcore), str(machine.dump)]
    with subprocess.Popen(
        [*rescue("x86_64", "1.7.8").command, *words],
        env=machine.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        out, _ = process.communicate(timeout=60)
    assert (process.returncode, out) == (3, f"{process.pid}\n")
    (call,) = machine.calls
    assert call["words"][0] == "-i"


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Rescue:
    sources = generated(tmp_path_factory.mktemp("impatient"), "1.7.6", "6.12..")
    return built(sources, flags=f"{STRICT} -DMOST_SECONDS=1")


def test_a_program_that_does_nothing_is_not_waited_for(machine: Machine, impatient: Rescue) -> None:
    """Asked for its release, or before it has read the note."""
    machine.has("1.7.6")
    program = machine.program
    text = program.read_text()
    machine.crashed(OLD)
    words = ("-d", "23", machine.vmcore, machine.dump)
    program.write_text(
        text.replace('    print("makedumpfile: v', '    time.sleep(30)\n    print("makedumpfile: v')
    )
    done = machine.run(impatient, *words)
    assert (done.returncode, len(machine.calls)) == (0, 1)
    assert "is not makedumpfile 1.7.6" in done.stderr
    machine.dump.unlink()
    waits = f'if not os.path.exists({str(machine.folder / "waited")!r}):\n    open({str(machine.folder / "waited")!r}, "w")\n    time.sleep(30)\nwith open({str(machine.folder / "log")!r}'
    program.write_text(text.replace(f"with open({str(machine.folder / 'log')!r}", waits, 1))
    done = machine.run(impatient, *words)
    assert (done.returncode, len(machine.calls)) == (0, 2)
    assert done.stderr.endswith("could not replace the note for makedumpfile\n")
    assert machine.calls[-1]["note"].encode() == OLD


def children(process: int) -> list[int]:
    tasks = Path(f"/proc/{process}/task/{process}/children")
    return [int(word) for word in tasks.read_text().split()]


def test_what_is_not_asked_for_is_told_all_the_same(machine: Machine, rescue: Built) -> None:
    """A level that stays, of a note that has to change; a note that stays, at another level."""
    machine.crashed(NEW)
    done = rescue("x86_64", "1.7.8").run("--level", "31", machine.vmcore)
    assert (done.returncode, done.stdout) == (1, b"")
    assert (
        done.stderr == b"vmcoreinfo-rescue: makedumpfile 1.7.8, with OFFSET(page.compound_head)=8\n"
    )
    machine.crashed(OLD)
    done = rescue("x86_64", "1.7.2").run("--text", "31", machine.vmcore)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr == b"vmcoreinfo-rescue: makedumpfile 1.7.2, -d 23 instead of 31\n"
    done = rescue("x86_64", "1.7.8").run("--text", "31", machine.vmcore)
    assert (
        done.stderr
        == b"vmcoreinfo-rescue: makedumpfile 1.7.8 reads this note correctly without changes\n"
    )


def test_what_can_not_be_run(machine: Machine, rescue: Built) -> None:
    machine.crashed(NEW)
    program = rescue("x86_64", "1.7.8")
    done = program.run("/no/makedumpfile", "-d", "31", machine.vmcore, machine.dump)
    assert done.returncode == 127
    assert done.stderr.decode().endswith("vmcoreinfo-rescue: /no/makedumpfile: can't be run\n")
    assert program.run("--help").stdout.startswith(b"vmcoreinfo-rescue [--exact] [--any-build]")
    for words, told in (
        ((), "vmcoreinfo-rescue [--exact] [--any-build]"),
        (("--unheard-of",), "vmcoreinfo-rescue: --unheard-of is not an option"),
        (("--text", "32"), "vmcoreinfo-rescue: dump levels are 0 to 31"),
        (("--text", "31", "a", "b"), "vmcoreinfo-rescue: only one vmcore can be given"),
    ):
        done = program.run(*words)
        assert (done.returncode, done.stdout) == (2, b"")
        assert done.stderr.decode().startswith(told)
    missing = program.run("--text", machine.folder / "missing")
    assert missing.returncode == 1
    assert missing.stderr.decode().endswith("/missing can't be read\n")
