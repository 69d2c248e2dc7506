# SPDX-License-Identifier: MIT
"""A made-up crash: whether it starts, what it answers, the log without a vmlinux."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.command import Run
from tests.dump import make
from tests.prove.made_up import KEY, NOTE, OTHER

CRASH = r"""#!/bin/sh
case "$1" in
--version) printf '\ncrash 9.0.2\n'; exit;;
--log)
	grep -q -F 'OSRELEASE=' "$2" || { echo 'crash: VMCOREINFO: no log buffer data'; exit 1; }
	printf '[    0.000000] one\n'; grep -q -F '%KEY%=' "$2" && printf '[    1.500000] two\n'
	exit 0;;
--osrelease)
	grep -q -F '%KEY%=' "$2" || { echo 6.12.9; exit; }
	grep -a -F 'OSRELEASE=' "$2" | sed 's/.*=//' | grep . || { echo unknown; exit 1; }
	exit 0;;
esac
echo 'WARNING: something'
grep -q -F 'PAGESIZE=' "$3" || { echo 'crash: page excluded: vmlist'; exit 1; }
grep -q -F '%OTHER%=' "$3" || exit 1
while read line; do
	case "$line" in
	quit) exit;;
	echo*) eval "$line";;
	rd*)
		grep -q -F '%KEY%=' "$3" && printf '%s\n' \
			'ffffffff81e00060:  4c 69 6e 75 78 20 76 65 72 73 69 6f 6e 20 36 2e   Linux version 6.' \
			'ffffffff81e00070:  31 32 2e 30 20 28 64 65                           12.0 (de';;
	ps) grep -q -F 'KERNELOFFSET=' "$3" && echo 'one' || echo 'ps: cannot read it';;
	mod) grep -q -F 'SYMBOL(init_uts_ns)=' "$3" && echo 'a module';;
	esac
done
"""


@pytest.fixture
def crash(tmp_path: Path) -> Path:
    path = tmp_path / "crash"
    path.write_text(CRASH.replace("%KEY%", KEY).replace("%OTHER%", OTHER))
    path.chmod(0o755)
    (tmp_path / "vmlinux").write_bytes(b"")
    (tmp_path / "vmcore").write_bytes(make.elf(NOTE))
    return path


def proved(run: Run, crash: Path, *options: str) -> list[dict[str, Any]]:
    ran = run(
        "prove", "--consumer", "crash", "--binary", str(crash), "--build", "upstream",
        "--vmlinux", str(crash.with_name("vmlinux")), *options, "--format", "json",
        str(crash.with_name("vmcore")),
    )  # fmt: skip
    assert ran.code in (0, 1), ran.err
    cells: list[dict[str, Any]] = ran.json("prove")["dumps"][0]["cells"]
    return cells


def told(cells: list[dict[str, Any]]) -> dict[str, tuple[str, str]]:
    return {" ".join(cell["without"]): (cell["came"], cell["seen"]) for cell in cells}


def test_it_starts(run: Run, crash: Path) -> None:
    keys = ["PAGESIZE", OTHER, KEY]
    options = [word for key in keys for word in ("--without", key)]
    assert told(proved(run, crash, "--command", "start", *options)) == {
        "": ("ok", "it reads the kernel's banner"),
        "PAGESIZE": ("fatal", "exit code 1: page excluded: vmlist"),
        OTHER: ("fatal", "exit code 1: WARNING: something"),
        KEY: ("wrong", "it reads something else where the kernel's banner is"),
    }


def test_what_it_answers(run: Run, crash: Path) -> None:
    """What it says is missing is degraded; what is other without a word is wrong."""
    keys = ["KERNELOFFSET", "SYMBOL(init_uts_ns)"]
    options = [word for key in keys for word in ("--without", key)]
    cells = proved(run, crash, "--command", "session", *options)
    assert told(cells) == {
        "": ("ok", "7 answers"),
        "KERNELOFFSET": ("degraded", "other answers to ps"),
        "SYMBOL(init_uts_ns)": ("wrong", "other answers to mod"),
    }
    assert [cell["recorded"] for cell in cells] == [False, True, True]


def test_the_log_without_a_vmlinux(run: Run, crash: Path) -> None:
    options = ["--command", "log", "--without", KEY, "--without", "OSRELEASE"]
    assert told(proved(run, crash, *options)) == {
        "": ("ok", "2 lines"),
        KEY: ("wrong", "1 of 2 lines missing"),
        "OSRELEASE": ("fatal", "exit code 1: VMCOREINFO: no log buffer data"),
    }


def test_the_release_without_a_vmlinux(run: Run, crash: Path) -> None:
    options = ["--command", "osrelease", "--without", KEY, "--without", "OSRELEASE"]
    assert told(proved(run, crash, *options)) == {
        "": ("ok", "it prints the release"),
        KEY: ("wrong", "it prints 6.12.9"),
        "OSRELEASE": ("fatal", "exit code 1: unknown"),
    }


def test_one_that_does_not_start_on_the_whole_note(run: Run, crash: Path) -> None:
    """What becomes of a part of the note is not asked."""
    crash.with_name("vmcore").write_bytes(make.elf(NOTE.replace(b"PAGESIZE=4096\n", b"")))
    (cell,) = proved(run, crash, "--command", "start", "--without", KEY)
    assert (cell["without"], cell["came"]) == ([], "fatal")


def test_a_judge_that_fails_itself(run: Run, crash: Path) -> None:
    """It fails on the whole note, which is seen; what is taken away besides shows nothing."""
    crash.with_name("vmcore").write_bytes(make.elf(NOTE.replace(b"OSRELEASE=6.12.0\n", b"")))
    (cell,) = proved(
        run, crash, "--command", "log", "--without", KEY, "--kernel", "6.12", "--arch", "x86_64"
    )
    assert (cell["came"], cell["by"], cell["recorded"]) == ("fatal", "how it ends", True)
