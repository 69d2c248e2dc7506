# SPDX-License-Identifier: MIT
"""What is printed obeys nobody but us, and streams that can't be written to end in exit code 2."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.command import NOTE, Run
from tests.conftest import ROOT
from vmcoreinfo_codegen.cli import output, terminal

COMMAND = (sys.executable, "-m", "vmcoreinfo_codegen")
NASTY = "\x1b[2J\x07\x9b31m\r\u202egnp.exe\u2066\x7f\ufeff"
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


def test_what_moves_a_cursor_is_shown_as_an_escape() -> None:
    shown = terminal.printable(NASTY)
    assert shown == r"\x1b[2J\x07\x9b31m\x0d\u202egnp.exe\u2066\x7f\ufeff"
    assert (
        terminal.printable("plain text,\ttabs\nand 文字 → é") == "plain text,\ttabs\nand 文字 → é"
    )
    assert terminal.on_one_line("a\nb") == r"a\nb"
    assert terminal.printable(os.fsdecode(b"\xff\xfe.note")) == r"\xff\xfe.note"


def test_each_character_is_either_shown_or_escaped() -> None:
    for code in range(0x110000):
        character = chr(code)
        if UNSAFE.match(character):
            assert terminal.printable(character) == (
                f"\\x{code:02x}"
                if code < 0x100
                else f"\\x{code - 0xDC00:02x}"
                if 0xDC80 <= code < 0xDD00
                else f"\\u{code:04x}"
            )


def test_json_stays_json(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_json({"name": NASTY, "\udcff": "文字"})
    text = capsys.readouterr().out
    assert not UNSAFE.search(text) and "文字" in text
    assert json.loads(text) == {"name": NASTY, "\udcff": "文字"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["parse", NASTY],
        ["explain", NASTY],
        ["list", "--kernel", NASTY],
        ["list", "--arch", NASTY],
        ["compat", "--consumer", NASTY, "--kernel", "6.9"],
        ["extract", NASTY],
        ["generate", NASTY],
        ["check", "--schema", NASTY],
        [NASTY],
        ["parse", NOTE, "--" + NASTY],
        ["parse", NOTE, "--format", NASTY],
        ["parse", NOTE, "--get", NASTY],
    ],
)
def test_arguments_reach_no_terminal(run: Run, arguments: list[str]) -> None:
    ran = run(*arguments)
    assert ran.code in (1, 2)
    assert r"\x1b" in ran.err
    assert not UNSAFE.search(ran.out + ran.err)


@pytest.mark.parametrize("format_", ["table", "json", "sarif", "junit"])
def test_an_audit_of_a_nasty_note(run: Run, tmp_path: Path, format_: str) -> None:
    note = tmp_path / f"{NASTY}.txt"
    lines = (ROOT / NOTE).with_suffix(".txt").read_bytes()
    note.write_bytes(lines + f"SYMBOL({NASTY}x)=0\nOSRELEASE={NASTY}\n".encode())
    ran = run("audit", str(note), "--format", format_)
    assert ran.code == 1
    assert not UNSAFE.search(ran.out + ran.err)


def test_a_note_is_verbatim_but_on_a_terminal(tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    data = (ROOT / NOTE).with_suffix(".txt").read_bytes() + b"EVIL=\x1b]0;title\x07\n"
    note.write_bytes(data)
    words = [*COMMAND, "note", str(note)]
    assert subprocess.run(words, capture_output=True).stdout == data
    master, slave = pty.openpty()
    child = subprocess.Popen(words, stdout=slave)
    os.close(slave)
    shown = b""
    with io.FileIO(master) as file:
        while True:
            try:
                piece = file.read(4096)
            except OSError:
                break
            shown += piece or b""
            if not piece:
                break
    assert child.wait() == 0
    assert b"OSRELEASE=7.3.4" in shown and rb"EVIL=\x1b]0;title\x07" in shown
    assert b"\x1b" not in shown


def test_colours_are_ours_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdout", terminal.Printed(stream, "standard output"))
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal.write_coloured("error\x1b[8m", "31")
    assert stream.getvalue() == "\x1b[31merror\\x1b[8m\x1b[0m"
    monkeypatch.setenv("NO_COLOR", "1")
    terminal.write_coloured("error", "31")
    assert stream.getvalue().endswith("\x1b[0merror")


SPEAK = [["list"], ["--help"], [], ["list", "--format", "csv"], ["note", NOTE]]


@pytest.mark.parametrize("arguments", SPEAK, ids=" ".join)
@pytest.mark.parametrize("redirection", [">&-", ">/dev/full"])
def test_nowhere_to_print_to(arguments: list[str], redirection: str) -> None:
    words = ["sh", "-c", f'exec "$@" {redirection}', "sh", *COMMAND, *arguments]
    ran = subprocess.run(words, capture_output=True, text=True, cwd=ROOT)
    assert ran.returncode == 2
    assert re.fullmatch(r"vmcoreinfo: error: standard output: [^\n]+\n", ran.stderr), ran.stderr


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full"])
def test_nowhere_to_complain_to(redirection: str) -> None:
    for arguments, code in ((["explain", "nothing"], 1), (["parse", "/nonexistent"], 2)):
        words = ["sh", "-c", f'exec "$@" {redirection}', "sh", *COMMAND, *arguments]
        ran = subprocess.run(words, capture_output=True, text=True, cwd=ROOT)
        assert (ran.returncode, ran.stderr) == (code, "")


def test_no_standard_input() -> None:
    for arguments in (["parse", "-"], ["note", "-"], ["find", "-"], ["fmt", "-"]):
        words = ["sh", "-c", 'exec "$@" <&-', "sh", *COMMAND, *arguments]
        ran = subprocess.run(words, capture_output=True, text=True, cwd=ROOT)
        assert ran.returncode == 2, (arguments, ran.stderr)
        assert "Traceback" not in ran.stderr and "internal error" not in ran.stderr


def test_a_closed_stream_is_no_file_that_is_opened_later(tmp_path: Path) -> None:
    """Without its number taken, the output would be opened as standard output or error."""
    out = tmp_path / "out"
    words = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *COMMAND, "note", NOTE, "-o", str(out)]
    assert subprocess.run(words, cwd=ROOT).returncode == 0
    assert out.read_bytes() == (ROOT / NOTE).with_suffix(".txt").read_bytes()


def test_two_dashes_are_no_value(run: Run) -> None:
    for option in ("--kernel=--", "--arch=--", "--format=--", "--schema=--"):
        assert run("list", option).code == 2


def test_a_locale_without_the_letters() -> None:
    for encoding in ("ascii", "latin-1", "cp037"):
        environment = {**os.environ, "PYTHONIOENCODING": encoding}
        words = [*COMMAND, "list", "--help"]
        ran = subprocess.run(words, capture_output=True, env=environment)
        assert ran.returncode == 0, ran.stderr


def test_interrupted_at_any_time() -> None:
    """From the start of Python on, as long as it is ours: no traceback, and no other exit code."""
    ended = set()
    takes = 0.0
    # The first run may have to read the schema, and the others find it cached.
    for _ in range(2):
        started = time.monotonic()
        subprocess.run([*COMMAND, "list"], capture_output=True, cwd=ROOT)
        takes = time.monotonic() - started
    for step in range(7):
        words = [sys.executable, "-c", INTERRUPT, str(step * takes / 5)]
        ran = subprocess.run(words, capture_output=True, text=True, cwd=ROOT)
        assert ran.stderr == "", ran.stderr
        ended.add(ran.returncode)
    assert ended <= {0, 130, -signal.SIGINT}
    assert ended & {130, -signal.SIGINT}


# A timer of the system strikes as Ctrl-C does, once Python itself has started.
INTERRUPT = """
import os, signal, subprocess, sys, threading
# A shell has what it starts in the background ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)
seconds = float(sys.argv[1])
sys.argv[1:] = ["list"]
from vmcoreinfo_codegen.__main__ import run
threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGINT)).start() if seconds else None
run()
"""
