# SPDX-License-Identifier: MIT
"""What schema text can't be is told at its place, whatever it would do to a reader further on."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.command import NOTE, Run
from tests.hostile.inputs import HEAD
from vmcoreinfo_codegen.check import check_files
from vmcoreinfo_codegen.model.builder import load
from vmcoreinfo_codegen.problem import MOST_PROBLEMS, SchemaError, near_misses

LINE = HEAD.count("\n") + 1


def problems(text: str) -> list[str]:
    try:
        _, found = check_files([("x.vmci", HEAD + text)])
    except SchemaError as error:
        found = list(error.problems)
    return [str(problem) for problem in found]


def derive(expression: str) -> str:
    return f'derive x {{\n\tdoc "A."\n\tvalue decimal bits\n\tfrom {expression} as y\n}}\n'


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (derive("9" * 3900), 3, "does not fit in 64 bits"),
        (derive("0x10000000000000000"), 3, "'0x10000000000000000' does not fit in 64 bits"),
        (derive("007"), 3, "'007' begins with a 0"),
        (derive("~" * 65 + "1"), 3, "nested more than 64 levels deep"),
        (derive("~" * 3000 + "1"), 3, "nested more than 64 levels deep"),
        (derive(" + ".join(["1"] * 1000)), 3, "nested more than 64 levels deep"),
        (derive(" + ".join(["1"] * 30_000)), 3, "more than 4000 characters"),
        ('section "a\u202eb"\n', 0, "U+202E does not print"),
        ('section "a\x1bb"\n', 0, "U+001B does not print"),
        ("# a\u2066b\n", 0, "U+2066 does not print"),
        ('section "a\tb"\n', 0, "a tab in a string"),
        ('section ""\n', 0, "a section without a title"),
        ("release 6.65536\t2024-01-01\n", 0, "a number in 6.65536 is above 65535"),
        ("release 6.1111111111\t2024-01-01\n", 0, "has a number with more than 9 digits"),
        ('consumer t {\n\turl "javascript:x"\n\trelease 1.0\n}\n', 0, "is not a web address"),
        ("arch y {\n\tsource y\n\tbits 064\n\tsince 6.8\n}\n", 2, "'064' begins with a 0"),
        ("NUMBER(a*/b) {\n}\n", 0, "unexpected"),
    ],
)
def test_is_refused_at_its_place(text: str, line: int, message: str) -> None:
    told = [p for p in problems(text) if message in p]
    assert told and all(p.startswith(f"x.vmci:{LINE + line}:") for p in told), problems(text)


def test_what_is_just_allowed() -> None:
    assert problems(derive("~" * 64 + "18446744073709551615")) == []
    assert problems(derive("(" * 1900 + "0xffffffffffffffff" + ")" * 1900)) == []


def test_terms_of_a_condition() -> None:
    def entry(terms: int) -> str:
        condition = " || ".join(f"CONFIG_{n}" for n in range(terms))
        return HEAD.rpartition("NUMBER(PG_lru)")[1].replace("lru", "new") + (
            ' {\n\tdoc "A."\n\tvalue signed bit\n\tvia VMCOREINFO_NUMBER\n\tsince 6.8\n'
            f"\tdepends on {condition}\n}}\n"
        )

    assert problems(entry(64)) == []
    (told,) = problems(entry(65))
    assert told.startswith(f"x.vmci:{LINE + 5}:13: error: more than 64 terms")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("".join(f"arch a{n} {{\nbits 64\n}}\n" for n in range(64)), "64 architectures"),
        ("A {\n" + "via B\n" * 1001 + "}\n", "1000 lines"),
        ("A {\n" * 100, "ends inside a block"),
        ("".join(f'source "{n}.vmci"\n' for n in range(2000)), f"more than {MOST_PROBLEMS - 1}"),
        ("# x\n" * 20_000, "more than 20000 lines"),
    ],
)
def test_there_is_only_so_much_of_it(text: str, message: str) -> None:
    told = problems(text)
    assert any(message in problem for problem in told), told[:3]
    assert len(told) <= MOST_PROBLEMS + 1


def test_there_are_only_so_many_entries() -> None:
    entries = "".join(f"A{n} {{\nvalue flag\nsince 6.9\n}}\n" for n in range(2500))
    files = [
        ("s/schema.vmci", HEAD + 'source "a.vmci"\nsource "b.vmci"\n'),
        ("s/a.vmci", "schema 1\n" + entries),
        ("s/b.vmci", "schema 1\n" + entries),
    ]
    with pytest.raises(SchemaError, match=r"s/b.vmci:9998:1: error: the schema: passed the limit"):
        check_files(files)


def test_a_rule_tells_its_first_findings() -> None:
    """With near misses for each of many thousands it took minutes."""
    names = (f"A{n} {{\nvalue flag\nsince 6.9\nreplaces B{n}\n}}\n" for n in range(3000))
    started = time.process_time()
    told = problems("".join(names))
    assert sum("VMCI013" in problem for problem in told) == 201
    assert any("unresolved-replacement: more than 200 findings" in problem for problem in told)
    assert time.process_time() - started < 30


def test_errors_of_a_large_file_are_not_looked_for_again_and_again() -> None:
    """Each error has the file read again; of a large one 50 times."""
    text = "# a comment\n" * 5000 + "relaese 1\n" * 100
    started = time.process_time()
    assert 1 <= len(problems(text)) < 10
    assert time.process_time() - started < 20


def test_a_near_miss_of_a_long_word_is_none() -> None:
    word = "abcdefghij" * 5000
    assert near_misses(word, [word[:-1], "abc"]) == []
    many = [f"OFFSET(page.member{n})" for n in range(20_000)]
    assert near_misses("OFFSET(page.membr77)", many) == ["OFFSET(page.member77)"]


# ---- files -----------------------------------------------------------------------------------


def folder(tmp_path: Path, text: str = "") -> Path:
    place = tmp_path / "schema"
    place.mkdir()
    (place / "schema.vmci").write_text(HEAD + text)
    return place


def error(place: Path) -> str:
    with pytest.raises(SchemaError) as raised:
        load(place)
    return str(raised.value)


def test_a_pipe_is_no_file_of_a_schema(tmp_path: Path) -> None:
    place = folder(tmp_path)
    os.mkfifo(place / "fifo.vmci")
    assert "schema/fifo.vmci:1:1: error: a device or a pipe" in error(place)


def test_a_device_is_no_file_of_a_schema(tmp_path: Path) -> None:
    place = folder(tmp_path)
    os.symlink("/dev/zero", place / "zero.vmci")
    assert "schema/zero.vmci:1:1: error: leads out of the schema folder" in error(place)


def test_a_link_out_of_the_folder_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("password\n")
    place = folder(tmp_path)
    os.symlink("../secret", place / "a.vmci")
    told = error(place)
    assert "schema/a.vmci:1:1: error: leads out of the schema folder" in told
    assert "password" not in told


def test_a_link_inside_the_folder_is(tmp_path: Path) -> None:
    place = folder(tmp_path, 'source "a.vmci"\n')
    (place / "real").write_text('schema 1\nsection "x"\n')
    os.symlink("real", place / "a.vmci")
    os.symlink(".", place / "again")
    assert [entry.key for entry in load(place).entries] == ["NUMBER(PG_lru)"]


def test_a_large_file_is_refused_and_not_read(tmp_path: Path) -> None:
    place = folder(tmp_path)
    with (place / "large.vmci").open("wb") as file:
        file.truncate(1 << 40)
    assert "schema/large.vmci:1:1: error: more than 524288 bytes" in error(place)


def test_so_is_a_large_folder(tmp_path: Path) -> None:
    place = folder(tmp_path)
    for number in range(5):
        (place / f"{number}.vmci").write_text("#" + "x" * 500_000)
    assert "passed the limit of 2097152 bytes" in error(place)


def test_a_name_that_can_not_be_printed(tmp_path: Path) -> None:
    place = folder(tmp_path)
    (place / "a\nb.vmci").write_text("schema 1\n")
    assert r"the file 'a\nb.vmci' has an unprintable name; rename it" in error(place)


def test_a_long_chain_of_files(tmp_path: Path) -> None:
    place = folder(tmp_path, 'source "0.vmci"\n')
    for number in range(1500):
        following = f'source "{number + 1}.vmci"\n' if number < 1499 else 'section "end"\n'
        (place / f"{number}.vmci").write_text(f"schema 1\n{following}")
    assert load(place).entries


# ---- verbs -----------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"\xff", b"\xed\xa0\x80"])
def test_each_verb_tells_what_is_not_utf_8(run: Run, tmp_path: Path, data: bytes) -> None:
    """`generate` and `regenerate` said it was a defect of theirs."""
    place = folder(tmp_path)
    (place / "schema.vmci").write_bytes(HEAD.encode() + data)
    product = tmp_path / "vmcoreinfo.h"
    assert run("generate", "c", "--for", "drgn", "--out", str(tmp_path)).code == 0
    for words in (
        ["generate", "c", "--out", str(tmp_path)],
        ["regenerate", str(product)],
        ["list"],
    ):
        ran = run(*words, "--schema", str(place))
        assert (ran.code, "not UTF-8 at byte" in ran.err) == (2, True), words
    ran = run("check", "--schema", str(place))
    assert (ran.code, "not UTF-8 at byte" in ran.out) == (1, True)
    ran = run("fmt", "-", stdin=data)
    assert (ran.code, "<stdin>:1:1: error: not UTF-8 at byte 0" in ran.err) == (2, True)


@pytest.mark.parametrize("target", ["c", "python", "library", "tables", "rst"])
def test_a_schema_of_ones_own_is_enough_or_told(run: Run, tmp_path: Path, target: str) -> None:
    """It need not have the architectures that the pages show, nor the entries that parsers ask for."""
    ran = run("generate", target, "--schema", str(folder(tmp_path)), "--out", str(tmp_path / "out"))
    if target in ("tables", "rst"):
        assert ran.code == 0
    else:
        assert (ran.code, "the schema has no OSRELEASE" in ran.err) == (2, True)


def test_an_empty_name_is_not_the_current_folder(run: Run) -> None:
    for words in (["fmt", ""], ["check", "--schema", ""], ["regenerate", ""]):
        ran = run(*words)
        assert (ran.code, "the name is empty" in ran.err) == (2, True), words


@pytest.mark.parametrize("words", [["list"], ["diff", "6.8", "6.9"], ["budget"], ["impact", "A"]])
def test_a_schema_without_releases(run: Run, tmp_path: Path, words: list[str]) -> None:
    place = tmp_path / "schema"
    place.mkdir()
    (place / "schema.vmci").write_text("schema 1\nA {\n\tvalue flag\n\tsince 6.9\n}\n")
    ran = run(*words, "--schema", str(place))
    assert (ran.code, "schema.vmci:1:1: error: no release is declared" in ran.err) == (2, True)


def test_a_derivation_that_the_command_does_not_have(run: Run, tmp_path: Path) -> None:
    place = folder(tmp_path, derive("1").replace("derive x", "derive re"))
    ran = run("derive", NOTE, "re", "--schema", str(place))
    assert (ran.code, "does not have it" in ran.out) == (1, True)
