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
from vmcoreinfo_codegen.compat.proposal import Proposal
from vmcoreinfo_codegen.compat.reply import answer
from vmcoreinfo_codegen.core.key import argument_of, kind_of
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.patch.change import together
from vmcoreinfo_codegen.patch.problem import PatchError
from vmcoreinfo_codegen.patch.reading import of_series
from vmcoreinfo_codegen.patch.series import MOST_BYTES, read_series
from vmcoreinfo_codegen.patch.view import View
from vmcoreinfo_codegen.problem import Location
from vmcoreinfo_codegen.subset.selection import KeyPattern

DIFF = "-\tVMCOREINFO_OFFSET(page, lru);\n"
HEADERS = "From: a\nSubject: x\nMIME-Version: 1.0\n"
REMOVED = ["OFFSET(page.lru)"]


def changed(text: str, schema: Schema) -> View:
    """On x86_64, by what a patch shows."""
    series = read_series(text.encode())
    whole = together(schema, of_series(schema, schema.latest, series))
    return whole.view(schema.architectures[0])


def removed(mail: str, schema: Schema) -> list[str]:
    return list(changed(mail, schema).removed)


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
            "".join(f'+vmcoreinfo_append_str("A{n}=%x");\n' for n in range(50_001)),
            "the patch: passed the limit of 50000 places that print",
        ),
        ("--- a/x.c\n+++ b/x.c\n" * 20_001, "the patch: passed the limit of 20000 files"),
        (
            "--- a/x.c\n+++ b/x.c\n" + "@@ -1 +1 @@\n-a\n+b\n" * 100_001,
            "the patch: passed the limit of 100000 hunks",
        ),
        ("From a@b Mon Sep 17 00:00:00 2001\nSubject: x\n\n" * 2001, "of 2000 mails and commits"),
    ],
)
def test_what_no_patch_to_a_kernel_is(schema: Schema, patch: str, message: str) -> None:
    started = time.process_time()
    with pytest.raises(PatchError, match=re.escape(message)):
        changed(patch, schema)
    assert time.process_time() - started < 10


@pytest.mark.long
def test_more_entries_than_kernels_have(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "patch"
    path.write_text("".join(f'+vmcoreinfo_append_str("A{n}=%x");\n' for n in range(10_001)))
    ran = run("impact", "--patch", str(path))
    assert (ran.code, "more than 10000 removed or added entries" in ran.err) == (2, True)


def test_a_key_that_is_none_is_not_understood(schema: Schema) -> None:
    """And is shown in part."""
    text = f'+vmcoreinfo_append_str("{"A" * 300}=%x");\n'
    (change,) = of_series(schema, schema.latest, read_series(text.encode()))
    (unseen,) = change.unseen
    assert "not a key of at most 256" in unseen.reason and len(unseen.text) < 210


@pytest.mark.long
@pytest.mark.parametrize(
    "text",
    [
        "--- a/kernel/kexec.c\n+++ b/kernel/kexec.c\n@@ -1,9999999 +1,9999999 @@\n" + " \n" * 200_000,
        "--- a/kernel/kexec.c\n+++ b/kernel/kexec.c\n@@ -1,400000 +1 @@\n" + "-(\n" * 400_000,
        "--- a/kernel/kexec.c\n+++ b/kernel/kexec.c\n@@ -1,40000 +1 @@\n" + "-#ifdef A\n" * 40_000,
        "--- a/kernel/kexec.c\n+++ b/kernel/kexec.c\n@@ -1,40000 +1 @@\n" + "-#endif\n" * 40_000,
        "--- a/x.h\n+++ b/x.h\n@@ -1,40000 +1 @@ struct a {\n" + "-struct {\n" * 40_000,
        "--- a/x.h\n+++ b/x.h\n@@ -1,40000 +1 @@ enum a {\n" + "-a, b, c, d,\n" * 40_000,
        "--- a/x.h\n+++ b/x.h\n@@ -1,1 +1 @@ enum a {\n-" + "a," * 100_000,
        "--- a/x.h\n+++ b/x.h\n@@ -1,1 +1 @@\n-int " + "(" * 300_000,
        "--- a/x.h\n+++ b/x.h\n@@ -1,1 +1 @@\n-struct a {" + "int " * 200_000 + "b;",
        "--- a/x.h\n+++ b/x.h\n@@ -1,1 +1 @@\n-" + "struct a __aligned(" * 20_000,
        "--- a/x.h\n+++ b/x.h\n@@ -1,1 +1 @@\n-#define A " + "(" * 300_000 + "\n+#define A 1",
        "commit 0123456789\nAuthor: a\n\n    b\n\n" * 1_900,
        "--- a/x.h\n+++ b/x.h\n@@ -1,20000 +1,20000 @@ struct page {\n"
        + "".join(f"-\tint a{n};\n+\tint *b{n};\n" for n in range(20_000)),
    ],
)  # fmt: skip
def test_patches_that_cost_no_more_than_their_size(schema: Schema, text: str) -> None:
    started = time.process_time()
    series = read_series(text.encode())
    found = of_series(schema, schema.latest, series)
    answer(schema, Proposal(changes=tuple(found[:1])))
    assert time.process_time() - started < 20


@pytest.mark.long
def test_400_members_that_are_renamed(schema: Schema) -> None:
    """It took cubic time: minutes for a thousand."""
    lines = (
        f"-\tVMCOREINFO_OFFSET(s{n}, a);\n+\tVMCOREINFO_OFFSET(s{n}, b);\n" for n in range(400)
    )
    started = time.process_time()
    found = of_series(schema, schema.latest, read_series("".join(lines).encode()))
    told = answer(schema, Proposal(changes=tuple(found)))
    renamed = [one for one in told.changes if one.change == "renamed"]
    assert len(renamed) == 400 and len(renamed[0].archs) == len(schema.architectures)
    assert time.process_time() - started < 20


def _struct(key: str) -> tuple[str, str]:
    return str(kind_of(key)), argument_of(key).partition(".")[0]


@pytest.mark.long
def test_members_that_are_renamed_as_by_comparing_each_with_each(schema: Schema) -> None:
    chosen = random.Random(11)
    for _ in range(25):
        lines = [
            f"{chosen.choice('+-')}\tVMCOREINFO_{chosen.choice(['OFFSET(s%d, m%d)', 'SYMBOL(s%d_%d)'])};\n"
            % (chosen.randrange(4), chosen.randrange(4))
            for _ in range(chosen.randrange(1, 8))
        ]
        found = of_series(schema, schema.latest, read_series("".join(lines).encode()))
        told = answer(schema, Proposal(changes=tuple(found)))
        view = found[0].view(schema.architectures[0])
        members = [[key for key in side if "." in key] for side in (view.removed, view.added)]
        expected = {
            (old, new)
            for old in members[0]
            for new in members[1]
            if _struct(old) == _struct(new)
            and sum(_struct(old) == _struct(other) for other in members[1]) == 1
            and sum(_struct(other) == _struct(new) for other in members[0]) == 1
        }
        assert {(o.before, o.after) for o in told.changes if o.change == "renamed"} == expected


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
    assert (ran.code, "a key must be printable ASCII" in ran.err) == (2, True)


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
        assert (ran.code, "not opened for writing" in ran.err) == (2, True)
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
