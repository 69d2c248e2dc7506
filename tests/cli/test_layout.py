# SPDX-License-Identifier: MIT
"""On a terminal nothing runs past the edge, and verdicts have colours; a pipe gets plain lines."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.command import NOTE, ROOT
from vmcoreinfo_codegen.cli.layout import Table, fitted

COMMAND = (sys.executable, "-m", "vmcoreinfo_codegen")
_ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
PRINTED = [
    ["--help"],
    ["audit", NOTE, "--least", "info"],
    ["audit", "--rules"],
    ["compat", "--consumer", "all", "--kernel", "7.3", "--arch", "x86_64"],
    ["explain", "NUMBER(VMALLOC_START)"],
    ["lifetime", "makedumpfile", "--line", "rhel9"],
]
MORE = [
    ["audit", "--help"],
    ["audit", "--rule", "VMCA011"],
    ["budget"],
    ["check", "--rules"],
    ["compat", "--consumer", "makedumpfile@1.7.4", "--kernel", "6.9", "--arch", "ppc64"],
    ["derive", NOTE],
    ["diff", "6.8", "7.3"],
    ["explain", "vmalloc_start"],
    ["impact", "SYMBOL(vmap_area_list)"],
    ["list", "--kernel", "7.3"],
    ["parse", NOTE],
    ["unused", "--kernel", "7.3"],
]


def shown(arguments: list[str], columns: int, **environment: str) -> list[str]:
    """The lines that a terminal of that width gets, stdout and stderr."""
    own = {**os.environ, "TERM": "xterm", **environment}
    for name in ("COLUMNS", *(() if "NO_COLOR" in environment else ("NO_COLOR",))):
        own.pop(name, None)
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    child = subprocess.Popen(
        [*COMMAND, *arguments], stdout=slave, stderr=slave, env=own, cwd=ROOT, close_fds=True
    )
    os.close(slave)
    text = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:
            break
        if not piece:
            break
        text += piece
    os.close(master)
    child.wait()
    return text.decode().replace("\r\n", "\n").splitlines()


@pytest.mark.parametrize(
    ("arguments", "columns"),
    [
        *((words, 80) for words in PRINTED),
        *(
            pytest.param(words, columns, marks=pytest.mark.long)
            for words in (*PRINTED, *MORE)
            for columns in (80, 120, 200)
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_nothing_runs_past_the_edge(arguments: list[str], columns: int) -> None:
    lines = [_ESCAPE.sub("", line) for line in shown(arguments, columns)]
    assert len(lines) > 5
    # An example is pasted, so it stays whole.
    long = [line for line in lines if len(line.expandtabs()) > columns]
    assert [line for line in long if " ### " not in line] == []


def test_a_pipe_gets_whole_rows_without_colours() -> None:
    command = [*COMMAND, "compat", "--consumer", "all", "--kernel", "7.3", "--arch", "x86_64"]
    ran = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env={**os.environ, "COLUMNS": "50"}
    )
    header, *rows = ran.stdout.splitlines()
    assert header.split()[:3] == ["KERNEL", "TOOL", "VERDICT"]
    assert all(row.startswith("7.3 ") for row in rows) and "\x1b" not in ran.stdout
    assert max(map(len, rows)) > 120


def test_verdicts_have_colours_where_the_terminal_has() -> None:
    words = ["compat", "--consumer", "all", "--kernel", "7.3", "--arch", "x86_64"]
    lines = shown(words, 200)
    assert any("\x1b[1;31mfatal\x1b[0m" in line for line in lines)
    assert any("\x1b[32mok\x1b[0m " in line for line in lines)
    plain = [_ESCAPE.sub("", line) for line in lines]
    assert shown(words, 200, NO_COLOR="1") == plain
    assert shown(words, 200, TERM="dumb") == plain
    assert shown(words, 200, NO_COLOR="") == lines


@given(
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 60)), min_size=1, max_size=8),
    st.integers(8, 300),
)
def test_columns_fit(columns: list[tuple[int, int]], room: int) -> None:
    natural = [max(pair) for pair in columns]
    words = [min(pair) for pair in columns]
    widths = fitted(natural, words, room)
    assert all(0 <= width <= most for width, most in zip(widths, natural, strict=True))
    if sum(min(6, word) for word in words) <= room:
        assert sum(widths) <= max(room, 0)
    if sum(words) <= room:
        assert all(width >= least for width, least in zip(widths, words, strict=True))


def test_a_table_that_grows_keeps_its_columns(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table(["A", "B"])
    table.write([["short", "1"]])
    table.write([["much longer", "2"], ["short", "3"]])
    assert capsys.readouterr().out == ("A      B\nshort  1\nmuch longer  2\nshort        3\n")
