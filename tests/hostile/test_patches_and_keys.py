# SPDX-License-Identifier: MIT
"""Patches, mails and lists of keys: what Python's own reader of mails breaks on, and what takes too long."""

from __future__ import annotations

import os
import random
import re
import time
from pathlib import Path

import pytest

from tests.command import Run
from vmcoreinfo_codegen.compat.patch import MOST_BYTES, PatchError, Touched, read_patch
from vmcoreinfo_codegen.core.key import argument_of, kind_of
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.problem import Location
from vmcoreinfo_codegen.subset.selection import KeyPattern

DIFF = "-\tVMCOREINFO_OFFSET(page, lru);\n"
HEADERS = "From: a\nSubject: x\nMIME-Version: 1.0\n"
REMOVED = ["OFFSET(page.lru)"]


def removed(mail: str, schema: Schema) -> list[str]:
    return [touched.key for touched in read_patch(mail.encode(), schema).removed]


@pytest.mark.parametrize("charset", ["rot13", "hex", "idna", "a\0b", "undefined", "none", "big5"])
def test_a_mail_in_any_charset(schema: Schema, charset: str) -> None:
    mail = f'{HEADERS}Content-Type: text/plain; charset="{charset}"\n\n{DIFF}'
    assert removed(mail, schema) == REMOVED


@pytest.mark.parametrize(
    "headers",
    [
        "Content-Type: message/rfc822\n\n" * 2000,
        f"Content-Type: text/plain{'(' * 5000}\n\n",
        "Content-Type: text/plain; x=" + '"' * 5000 + "\n\n",
        "Content-Type: x\n\n",
        "X-Y: z\n" * 100_000 + "\n",
        "Content-Type: multipart/mixed; boundary=b\n\n"
        + "--b\nContent-Type: text/html\n\nx\n" * 20_000
        + "--b\n\n",
        "Content-Type: multipart/mixed; boundary=\n\n",
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Disposition: attachment\n\n"
        "-\tVMCOREINFO_OFFSET(page, flags);\n--b\n\n",
    ],
)
def test_a_mail_with_odd_headers(schema: Schema, headers: str) -> None:
    assert removed(f"{HEADERS}{headers}{DIFF}", schema) == REMOVED


def test_what_stands_behind_the_last_part_is_none(schema: Schema) -> None:
    mail = f"{HEADERS}Content-Type: multipart/mixed; boundary=b\n\n--b\n\n{DIFF}--b--\n--b\n\n+x\n"
    assert removed(mail, schema) == REMOVED


def test_base64_with_garbage_in_it(schema: Schema) -> None:
    mail = f"{HEADERS}Content-Transfer-Encoding: base64\n\nLQlWTUNPUkVJ!!TkZPX09G\nRlNFVChwYWdlLCBscnUpOwo"
    assert removed(mail, schema) == REMOVED
    assert removed(f"{HEADERS}Content-Transfer-Encoding: base64\n\n!", schema) == []


@pytest.mark.parametrize(
    ("patch", "message"),
    [
        (
            HEADERS
            + "".join(
                f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(500)
            ),
            "the mail: passed the limit of 8 parts in one another",
        ),
        (
            "".join(f'+vmcoreinfo_append_str("A{n}=%x");\n' for n in range(10_001)),
            "the patch: passed the limit of 10000 lines that print an entry",
        ),
        (f'+vmcoreinfo_append_str("{"A" * 300}=%x");\n', "a key of 300 characters"),
    ],
)
def test_what_no_patch_to_a_kernel_is(schema: Schema, patch: str, message: str) -> None:
    with pytest.raises(PatchError, match=re.escape(message)):
        read_patch(patch.encode(), schema)


def test_forms_of_a_key_are_paired_within_a_limit(schema: Schema) -> None:
    lines = (
        f'-vmcoreinfo_append_str("A=%{n}x");\n+vmcoreinfo_append_str("A=%{n}u");\n'
        for n in range(1000)
    )
    with pytest.raises(PatchError, match="forms of an entry"):
        read_patch("".join(lines).encode(), schema)


def _alike(old: Touched, new: Touched) -> bool:
    structs = [argument_of(t.key).partition(".") for t in (old, new)]
    return (
        kind_of(old.key) is kind_of(new.key)
        and old.source == new.source
        and all(dot for _, dot, _ in structs)
        and structs[0][0] == structs[1][0]
    )


def test_members_that_are_renamed_as_by_comparing_each_with_each(schema: Schema) -> None:
    chosen = random.Random(11)
    for _ in range(200):
        lines = [
            f"{chosen.choice('+-')}\tVMCOREINFO_{chosen.choice(['OFFSET(s%d, m%d)', 'SYMBOL(s%d_%d)'])};"
            % (chosen.randrange(4), chosen.randrange(4))
            for _ in range(chosen.randrange(8))
        ]
        patch = read_patch("\n".join(lines).encode(), schema)
        gone, came = patch.gone(), patch.came()
        expected = [
            (old, new)
            for old in gone
            for new in came
            if _alike(old, new)
            and sum(_alike(old, other) for other in came) == 1
            and sum(_alike(other, new) for other in gone) == 1
        ]
        assert patch.renamed() == expected
        added, taken = {t.key for t in patch.added}, {t.key for t in patch.removed}
        assert [t.key for t in gone] == [t.key for t in patch.removed if t.key not in added]
        assert [t.key for t in came] == [t.key for t in patch.added if t.key not in taken]


def test_3000_members_that_are_renamed(schema: Schema) -> None:
    """It took cubic time: minutes for a thousand."""
    lines = (
        f"-\tVMCOREINFO_OFFSET(s{n}, a);\n+\tVMCOREINFO_OFFSET(s{n}, b);\n" for n in range(3000)
    )
    started = time.process_time()
    patch = read_patch("".join(lines).encode(), schema)
    assert len(patch.renamed()) == 3000
    assert time.process_time() - started < 5


def test_a_patch_is_read_whole_or_not_at_all(run: Run, tmp_path: Path) -> None:
    """The first 16 MiB were taken for all of it, and nobody broke."""
    path = tmp_path / "patch"
    path.write_bytes(b"\n" * MOST_BYTES + DIFF.encode())
    ran = run("impact", "--patch", str(path))
    assert (ran.code, f"--patch {path}: more than 16777216 bytes" in ran.err) == (2, True)
    ran = run("impact", "--patch", "-", stdin=path.read_bytes())
    assert (ran.code, "--patch <stdin>: more than 16777216 bytes" in ran.err) == (2, True)


@pytest.mark.parametrize("key", ["", "A=B", "\x1b[31m", "\u202e", "A" * 300])
def test_what_is_no_key(run: Run, key: str) -> None:
    ran = run("impact", "SYMBOL(prb)", "--add", key)
    assert (ran.code, "a key is printable ASCII" in ran.err) == (2, True)


# ---- lists of keys ---------------------------------------------------------------------------


def test_globs_fit_what_a_pattern_fits() -> None:
    chosen = random.Random(11)
    for _ in range(3000):
        glob = "".join(chosen.choice("ab*?") for _ in range(chosen.randrange(1, 8)))
        key = "".join(chosen.choice("ab") for _ in range(chosen.randrange(7)))
        pattern = re.escape(glob).replace(r"\*", ".*").replace(r"\?", ".")
        fits = KeyPattern(glob, Location("x")).fitting({key}) == {key}
        assert fits == bool(re.fullmatch(pattern, key)), (glob, key)


def test_stars_are_found_once() -> None:
    """Each star goes over all that is behind it, and with 30 of them there was no end."""
    started = time.process_time()
    keys = {"a" * 79, "b" * 79}
    assert KeyPattern("*a" * 60 + "b", Location("x")).fitting(keys) == set()
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"# x\n" * 300_000, "more than 1048576 bytes"),
        (b"\xff\n", "not UTF-8 at byte 0"),
        (b"".join(b"K%d\n" % n for n in range(5001)), "5000 different patterns"),
        (b"".join(b"OFFSET(page.l%d)\n" % n for n in range(60)), "and 10 more"),
    ],
)
def test_a_list_that_is_none(run: Run, tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "keys"
    path.write_bytes(data)
    ran = run("generate", "c", "--out", str(tmp_path), "--keys", str(path))
    assert (ran.code, message in ran.err) == (2, True), ran.err
    assert not list(tmp_path.glob("*.c"))


def test_pipes_that_nobody_writes_to(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vmcoreinfo_codegen.files.opening.PATIENCE", 0.1)
    path = tmp_path / "fifo"
    os.mkfifo(path)
    for words in (["impact", "--patch"], ["generate", "c", "--check", "--keys"]):
        ran = run(*words, str(path))
        assert (ran.code, "nobody opened for writing" in ran.err) == (2, True)
    assert run("fmt", str(path)).code == 2
    assert run("regenerate", str(path)).code == 2


@pytest.mark.parametrize(
    "words",
    [
        ["list", "--kernel"],
        ["list", "--arch"],
        ["budget", "--kernel"],
        ["impact", "SYMBOL(prb)", "--to"],
        ["compat", "--consumer"],
        ["generate", "c", "--check", "--kernel"],
        ["generate", "c", "--check", "--prefix"],
        ["check", "--rule"],
    ],
)
def test_an_option_with_nothing_or_too_much(run: Run, words: list[str]) -> None:
    for word in ("", "6." + "9" * 5000, "x" * 5000):
        ran = run(*words, word)
        assert ran.code in (1, 2), (words, word[:9])
        assert len(ran.err) < 3000
