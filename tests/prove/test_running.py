# SPDX-License-Identifier: MIT
"""Tools run as strangers: they are ended with all that they start, and get nothing of the user's."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from vmcoreinfo_codegen.prove.running import Limits, Patience, Ran, run

SOON = Limits(Patience(30), 1 << 20)


def shell(folder: Path, script: str, limits: Limits = SOON) -> Ran:
    return run(["/bin/sh", "-c", script], folder, limits)


def test_what_it_says_and_how_it_ends(tmp_path: Path) -> None:
    ran = shell(tmp_path, "echo out; echo err >&2; exit 3")
    assert (ran.code, ran.out, ran.err, ran.ending) == (3, "out\n", "err\n", "exit code 3")
    assert ran.lines() == ["err", "out"]
    assert shell(tmp_path, "exit 0").ending == ""


def test_what_it_starts_ends_with_it(tmp_path: Path) -> None:
    """In time or not: nothing goes on writing."""
    began = time.monotonic()
    script = "(while :; do echo x >> beat; sleep 0.05; done) & "
    assert shell(tmp_path, script + "wait", Limits(Patience(0.5), 1 << 20)).code is None
    assert shell(tmp_path, script + "exit 0").code == 0
    assert time.monotonic() - began < 20
    size = (tmp_path / "beat").stat().st_size
    time.sleep(0.3)
    assert (tmp_path / "beat").stat().st_size == size


@pytest.mark.long
def test_the_processors_time_counts(tmp_path: Path) -> None:
    """However long it takes; and what goes round and round is ended by it."""
    limits = Limits(Patience(60, 1), 1 << 20)
    began = time.monotonic()
    assert shell(tmp_path, "sleep 1.5", limits).code == 0
    ran = shell(tmp_path, "while :; do :; done", limits)
    assert (ran.code, ran.ending) == (None, "timed out") and 0.8 < ran.busy < 5
    assert shell(tmp_path, "sh -c 'while :; do :; done'; exit $?", limits).code is None
    assert time.monotonic() - began < 50


def test_a_flood_is_kept_at_its_ends(tmp_path: Path) -> None:
    ran = shell(tmp_path, "echo first; head -c 5000000 /dev/zero | tr '\\0' 'x'; echo; echo last")
    assert ran.out.startswith("first\n") and ran.out.endswith("\nlast\n")
    assert len(ran.out) < 3 << 20
    assert max(map(len, ran.lines())) <= 200


def test_a_file_that_grows_too_large(tmp_path: Path) -> None:
    ran = shell(tmp_path, "exec head -c 9000000 /dev/zero > big", Limits(Patience(30), 1 << 20))
    assert ran.ending and (tmp_path / "big").stat().st_size <= 1 << 20


def test_nothing_of_the_users_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBUGINFOD_URLS", "https://debuginfod.example")
    ran = shell(tmp_path, "env; cat /proc/self/net/dev; read line || echo no input")
    assert "DEBUGINFOD_URLS" not in ran.out and f"HOME={tmp_path}" in ran.out
    assert "no input" in ran.out
    names = [line.split(":")[0].strip() for line in ran.out.splitlines() if ":" in line]
    assert not any(name.startswith(("eth", "en", "wl")) for name in names)


def test_what_can_not_be_run(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        run([tmp_path / "absent"], tmp_path, SOON)


def test_escape_sequences_and_paths_are_left_out(tmp_path: Path) -> None:
    script = "printf 'a\\033[2Jb %s/x-1.elf: no\\n' \"$PWD\"; printf '1%%\\r2%%\\rend\\n'"
    assert shell(tmp_path, script).lines() == ["a [2Jb FILE: no", "end"]
    blank = tmp_path / "a folder"
    blank.mkdir()
    assert shell(blank, script).lines() == ["a [2Jb FILE: no", "end"]


def test_files_that_it_makes_belong_to_the_user(tmp_path: Path) -> None:
    assert shell(tmp_path, "echo x > made").code == 0
    assert (tmp_path / "made").stat().st_uid == os.geteuid()
