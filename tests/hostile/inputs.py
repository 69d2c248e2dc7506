# SPDX-License-Identifier: MIT
"""Hostile schema text, patches, mails, lists of keys and options.

`cases()` makes them in a folder; each is a command line with its limits.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from pathlib import Path

from .case import Case

FINE, FINDINGS, UNREADABLE = 0, 1, 2
NOT_JUDGED, UNRELATED = 4, 5
_LONG = "9" * 5000
_MIB = 1 << 20

HEAD = """\
schema 1
release 6.8	2024-03-10
release 6.9	2024-05-12
release 6.10	2024-07-14
arch x86_64 {
	doc		"64-bit x86."
	source		x86
	bits		64
	since		6.8
}
macro VMCOREINFO_NUMBER {
	doc		"A number."
	prints		"NUMBER(NAME)=%ld"
	since		6.8
}
NUMBER(PG_lru) {
	doc		"Bit number of the lru page flag."
	value		signed bit
	via		VMCOREINFO_NUMBER
	since		6.8
}
"""


def _entry(clause: str, key: str = "NUMBER(PG_new)") -> str:
    return (
        f'{key} {{\n\tdoc\t\t"A number."\n\tvalue\t\tsigned bit\n\tvia\t\tVMCOREINFO_NUMBER\n'
        f"\tsince\t\t6.8\n{clause}\n}}\n"
    )


def _derive(expression: str) -> str:
    return f'derive x {{\n\tdoc\t\t"A value."\n\tvalue\t\tdecimal bits\n\tfrom\t\t{expression} as y\n}}\n'


def _arch(clause: str) -> str:
    return f'arch y {{\n\tdoc\t\t"An architecture."\n\tsource\t\ty\n{clause}\n\tsince\t\t6.8\n}}\n'


def _consumer(clause: str) -> str:
    return f'consumer tool {{\n\tdoc\t\t"A tool."\n\turl\t\t"https://example.org"\n{clause}\n}}\n'


def _texts() -> dict[str, str]:
    """Texts that are added to a valid schema."""
    return {
        # Numbers.
        "digits in a value": _derive(_LONG),
        "hexadecimal digits in a value": _derive("0x" + "f" * 3000),
        "a value above 64 bits": _derive("0x10000000000000000"),
        "a value that begins with 0": _derive("007"),
        "digits in bits": _arch(f"\tbits\t\t{_LONG}"),
        "bits that begin with 0": _arch("\tbits\t\t064"),
        "digits in page": _arch(f"\tbits\t\t64\n\tpage\t\t{_LONG}"),
        "digits in kernel-half": _arch(f"\tbits\t\t64\n\tkernel-half\t0x{'f' * 3900}"),
        "digits in memory-start": _arch(f"\tbits\t\t64\n\tmemory-start\t{_LONG[:3900]}"),
        "digits in a release": f"release 6.{_LONG[:3900]}\t2024-01-01\n",
        "a release above 16 bits": "release 6.65536\t2024-01-01\n",
        "digits in a candidate": f"release 6.11-rc{_LONG[:3900]}\t2024-01-01\n",
        "digits in since": _entry(f"\tuntil\t\t6.{_LONG[:3900]}"),
        "digits in a span": _entry(f'\tquirk wrong\tsince 6.8 until 6.{_LONG[:3900]} "why"'),
        "digits in a commit": _entry(f"\tuntil\t\t6.9 commit {_LONG[:3900]}"),
        "digits in a date": f"release 6.11\t{_LONG[:3900]}-01-01\n",
        "digits in a condition": _entry(f"\tdepends on\tCONFIG_A == {_LONG[:3900]}"),
        "digits in a tool's release": _consumer(f"\trelease\t\t1.{_LONG[:3900]}"),
        "digits in a limit": _consumer(
            f'\tparser\t\tnote-limit {_LONG[:3900]} fatal "x"\n\trelease\t\t1.0'
        ),
        "digits in the version": f"schema {_LONG[:3900]}\n",
        # Nesting and length.
        "3000 complements": _derive("~" * 3000 + "1"),
        "3000 negations and minus signs": _derive("!-" * 1500 + "1"),
        "3000 parentheses": _derive("(" * 3000 + "1" + ")" * 3000),
        "1900 parentheses on a short line": _derive("(" * 1900 + "1" + ")" * 1900),
        "3000 reads": _derive("u8[" * 1200 + "1" + "]" * 1200),
        "3000 choices": _derive("1 ? 2 : " * 900 + "3"),
        "30000 sums": _derive(" + ".join(["1"] * 30_000)),
        "1800 sums on a line": _derive("+".join(["1"] * 1800)),
        "3000 negations": _entry("\tdepends on\t" + "!" * 3000 + "CONFIG_A"),
        "3000 parentheses in a condition": _entry(
            "\tdepends on\t" + "(" * 1900 + "CONFIG_A" + ")" * 1900
        ),
        "30000 terms": _entry("\tdepends on\t" + " || ".join(["CONFIG_A"] * 30_000)),
        "300 terms": _entry("\tdepends on\t" + " || ".join(f"CONFIG_{i}" for i in range(300))),
        "an open parenthesis": _derive("(" * 1900),
        "a key of a megabyte": _entry("", f"NUMBER({'k' * 400_000})"),
        "a name of 3900 letters": _entry(f"\tvia\t\t{'V' * 3900}"),
        "a word of 3900 letters": f"{'entyr' * 780} {{\n}}\n",
        "a unit of 3900 letters": _entry(f"\tvalue\t\tsigned {'u' * 3900}"),
        "a line of half a megabyte": f"# {'x' * 500_000}\n",
        "blanks of half a megabyte": _entry("\tdepends on" + " " * 400_000 + "CONFIG_A"),
        # Numbers of things.
        "100000 entries": "".join(f"A{i} {{\nvalue flag\nsince 6.9\n}}\n" for i in range(100_000)),
        "6000 entries": "".join(f"A{i} {{\nvalue flag\nsince 6.9\n}}\n" for i in range(6_000)),
        "4000 entries without a macro": "".join(
            f"A{i} {{\nvalue flag\nsince 6.9\n}}\n" for i in range(4_000)
        ),
        "3900 entries that replace others": "".join(
            f"A{i} {{\nvalue flag\nsince 6.9\nreplaces B{i}\n}}\n" for i in range(3_900)
        ),
        "1000 architectures": "".join(
            f"arch a{i} {{\nsource x\nbits 64\nsince 6.8\n}}\n" for i in range(1000)
        ),
        "5000 releases": "".join(f"release 7.{i} 2024-01\n" for i in range(5000)),
        "900 derivations": "".join(
            f"derive d{i} {{\nvalue decimal bits\nfrom 1 as a\n}}\n" for i in range(900)
        ),
        "900 macros of one block": _entry("\tvia A since 6.9 until 6.10\n" * 900),
        "5000 macros of one block": _entry("\tvia A\n" * 5000),
        "900 spans of one block": _entry("\tsince 6.8\n\tuntil 6.9\n" * 450),
        "900 backports": _entry("\tbackport 6.8.9\n" * 900),
        "900 recipes": "derive x {\nvalue decimal bits\n" + "from 1 as y\n" * 900 + "}\n",
        "400 ranges of a quirk": _entry(
            "\tquirk wrong " + ",\n".join(["since 6.8.1 until 6.9"] * 360) + ' "why"'
        ),
        "one key in 2000 blocks": "".join(_entry("") for _ in range(2000)),
        "20000 unknown words": "".join(f"relaese {i}\n" for i in range(20_000)),
        "20000 unknown units": _entry("\tvalue signed bitt\n" * 900),
        "unclosed blocks": "A {\n" * 20_000,
        "20000 braces": "}\n" * 20_000,
        "half a megabyte of blank lines": "\n" * 500_000,
        "half a megabyte of quotes": '"' * 3900 + "\n",
        # Files.
        "a file that is not there": 'source "absent.vmci"\n',
        "a file by its whole path": 'source "/etc/passwd"\n',
        "a file above": 'source "../../etc/passwd"\n',
        "the file itself": 'source "schema.vmci"\n',
        "a file without a name": 'source ""\n',
        "2000 files that are not there": "".join(f'source "{i}.vmci"\n' for i in range(2000)),
        # Characters that no product may show.
        "an escape sequence": 'section "\x1b[31mred"\n',
        "a NUL": 'section "a\0b"\n',
        "a carriage return": 'section "a\rb"\n',
        "a tab in a string": 'section "a\tb"\n',
        "a line separator": 'section "a\u2028b"\n',
        "text from right to left": 'section "a\u202eb"\n',
        "an isolate in a comment": "# a\u2066b\n",
        "a zero-width space": 'section "a\u200bb"\n',
        "a byte order mark": "\ufeff",
        "a section without a title": 'section ""\n',
        "a key with quotes": _entry("", 'NUMBER(a"b)'),
        "a key with a comment": _entry("", "NUMBER(*/x/*)"),
        "an address that is a script": _consumer(
            '\trelease\t\t1.0\n\turl\t\t"javascript:alert(1)"'
        ),
        "a derivation called import": _derive("1").replace("derive x", "derive import"),
    }


# Texts that the language allows: they are read, and fast.
_SOUND = {
    "1900 parentheses on a short line",
    "3000 parentheses in a condition",
    "blanks of half a megabyte",
    "900 backports",
    "400 ranges of a quirk",
}

_BYTES = {
    "not UTF-8": b"\xff\xfe",
    "a surrogate": b"\xed\xa0\x80",
    "half a character": "é".encode()[:1],
    "UTF-16": HEAD.encode("utf-16"),
    "an ELF file": b"\x7fELF" + bytes(5000),
    "nothing but NULs": bytes(5000),
}

_VERBS = (
    ("list", "--schema", "{}"),
    ("fmt", "--check", "{}"),
    ("generate", "c", "--check", "--out", "{}/out", "--schema", "{}"),
    ("explain", "NUMBER(PG_lru)", "--schema", "{}"),
    ("impact", "NUMBER(PG_lru)", "--schema", "{}"),
    ("diff", "6.8", "6.9", "--schema", "{}"),
)


def _schemas(folder: Path) -> Iterator[Case]:
    whole = {name: (HEAD + text).encode() for name, text in _texts().items()}
    whole |= {name: HEAD.encode() + data for name, data in _BYTES.items()}
    for rotation, (name, data) in enumerate(whole.items()):
        place = folder / "schemas" / name.replace(" ", "-").replace("'", "") / "schema"
        place.mkdir(parents=True)
        (place / "schema.vmci").write_bytes(data)
        codes = (FINE,) if name in _SOUND else (FINDINGS,)
        yield Case(f"check: {name}", ("check", "--schema", str(place)), None, 40, 1200, codes)
        words = _VERBS[rotation % len(_VERBS)]
        verb = tuple(word.format(place) for word in words)
        # A finding of a lint rule does not prevent the use of a schema.
        yield Case(f"{verb[0]}: {name}", verb, None, 40, 1200, (FINE, FINDINGS, UNREADABLE))
        if verb[0] != "fmt":
            text = (UNREADABLE, FINE)
            yield Case(f"fmt -: {name}", ("fmt", "-"), data, 40, 1200, text)


def _folders(folder: Path) -> Iterator[Case]:
    def made(name: str) -> Path:
        place = folder / "folders" / name / "schema"
        place.mkdir(parents=True)
        (place / "schema.vmci").write_text(HEAD)
        return place

    places: list[tuple[str, Path]] = []

    def keep(name: str) -> Path:
        place = made(name)
        places.append((name, place))
        return place

    os.mkfifo(keep("a FIFO") / "fifo.vmci")
    os.symlink("/dev/zero", keep("a device") / "zero.vmci")
    os.symlink("/dev/tty", keep("a terminal") / "tty.vmci")
    os.symlink("/etc/passwd", keep("a link out of the folder") / "passwd.vmci")
    os.symlink("loop.vmci", keep("a link to itself") / "loop.vmci")
    os.symlink("absent", keep("a link to nothing") / "absent.vmci")
    os.symlink(".", keep("a folder in itself") / "again")
    (keep("a folder called as a file") / "folder.vmci").mkdir()
    (keep("a name with a newline") / "a\nb.vmci").write_text("schema 1\n")
    (keep("a name with an escape") / "a\x1b[31mb.vmci").write_text("schema 1\n")
    (keep("a name that is not UTF-8") / os.fsdecode(b"a\xffb.vmci")).write_text("schema 1\n")
    with (keep("a gigabyte") / "large.vmci").open("wb") as file:
        file.truncate(1 << 30)
    chain = keep("a chain of 1500 files")
    for number in range(1500):
        following = f'source "{number + 1}.vmci"\n' if number < 1499 else ""
        (chain / f"{number}.vmci").write_text(f"schema 1\n{following}")
    (chain / "schema.vmci").write_text(HEAD + 'source "0.vmci"\n')
    circle = keep("a circle of files")
    (circle / "schema.vmci").write_text(HEAD + 'source "a.vmci"\n')
    (circle / "a.vmci").write_text('schema 1\nsource "b.vmci"\n')
    (circle / "b.vmci").write_text('schema 1\nsource "a.vmci"\n')
    many = keep("2500 files")
    for number in range(2500):
        (many / f"{number}.vmci").touch()
    names = keep("101000 names")
    for number in range(101_000):
        os.mknod(names / str(number))
    deep = keep("900 folders")
    for _ in range(900):
        deep = deep / "d"
    deep.mkdir(parents=True)
    in_all = keep("much in all")
    for number in range(10):
        (in_all / f"{number}.vmci").write_text("schema 1\n" + "# x\n" * 100_000)
    for name, place in places:
        options = ("--schema", str(place))
        allowed = (FINE, FINDINGS, UNREADABLE)
        yield Case(f"check: {name}", ("check", *options), None, 30, 900, allowed)
        yield Case(f"list: {name}", ("list", *options), None, 30, 900, allowed)
        yield Case(
            f"generate: {name}", ("generate", "c", "--check", *options), None, 40, 900, allowed
        )
        yield Case(f"fmt: {name}", ("fmt", "--check", str(place)), None, 30, 900, allowed)
    os.mkfifo(folder / "fifo")
    for what in ("fifo", "absent", "schemas/not-UTF-8/schema/schema.vmci"):
        for verb in (("check",), ("list",), ("generate", "c"), ("compat", "--consumer", "crash")):
            yield Case(
                f"{verb[0]} --schema {what}",
                (*verb, "--schema", str(folder / what)),
                None,
                10,
                300,
                (UNREADABLE,),
            )
    for what in ("/dev/null", "/dev/zero", ""):
        yield Case(
            f"check --schema {what}", ("check", "--schema", what), None, 10, 300, (UNREADABLE,)
        )
    yield Case("fmt of a FIFO", ("fmt", str(folder / "fifo")), None, 10, 300, (UNREADABLE,))
    yield Case("fmt of a device", ("fmt", "/dev/zero"), None, 10, 300, (UNREADABLE,))
    yield Case("regenerate of a FIFO", ("regenerate", str(folder / "fifo")), None, 10, 300, (2,))
    yield Case("regenerate of a device", ("regenerate", "/dev/zero"), None, 10, 300, (UNREADABLE,))


_DIFF = "-\tVMCOREINFO_OFFSET(page, lru);\n"
_HEADERS = "From: a\nSubject: [PATCH] x\nMIME-Version: 1.0\n"


def _patches() -> Iterator[tuple[str, bytes, tuple[int, ...]]]:
    """Name, patch, and the allowed exit codes."""
    for charset in (
        "rot13",
        "hex",
        "idna",
        "punycode",
        "undefined",
        "base64",
        "zip",
        "none",
        "a\0b",
    ):
        mail = f'{_HEADERS}Content-Type: text/plain; charset="{charset}"\n\n{_DIFF}'
        yield f"charset {charset!r}", mail.encode(), (FINDINGS,)
    texts = {
        "2000 mails in one another": _HEADERS + "Content-Type: message/rfc822\n\n" * 2000 + _DIFF,
        "5000 parentheses": f"{_HEADERS}Content-Type: text/plain{'(' * 5000}\n\n{_DIFF}",
        "5000 parentheses in an address": f"From: {'(' * 5000}\nSubject: x\n\n{_DIFF}",
        "5000 parameters": f"{_HEADERS}Content-Type: text/plain{'; a=b' * 5000}\n\n{_DIFF}",
        "quotes in a parameter": _HEADERS
        + "Content-Type: text/plain; x="
        + '"' * 50_000
        + f"\n\n{_DIFF}",
        "garbage as base64": f"{_HEADERS}Content-Transfer-Encoding: base64\n\n{'!é=' * 9999}x",
        "100000 parts": f"{_HEADERS}Content-Type: multipart/mixed; boundary=b\n\n"
        + "--b\nContent-Type: text/html\n\nx\n" * 100_000,
        "500 parts in one another": _HEADERS
        + "".join(f"Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n" for i in range(500))
        + f"\n{_DIFF}",
        "a boundary without an end": f"{_HEADERS}Content-Type: multipart/mixed; boundary=\n\n{_DIFF}",
        "a million headers": _HEADERS + "X-Y: z\n" * 1_000_000 + f"\n{_DIFF}",
        "a header of a million lines": _HEADERS + "X-Y: z\n" + " z\n" * 1_000_000 + f"\n{_DIFF}",
        "3000 members that are renamed": "".join(
            f"-\tVMCOREINFO_OFFSET(page, a{i});\n+\tVMCOREINFO_OFFSET(page, b{i});\n"
            for i in range(3000)
        ),
        "2000 forms of a key": "".join(
            f'-vmcoreinfo_append_str("A=%{i}x");\n+vmcoreinfo_append_str("A=%{i}u");\n'
            for i in range(2000)
        ),
        "100000 keys": "".join(f'+vmcoreinfo_append_str("A{i}=%x");\n' for i in range(100_000)),
        "a key of a megabyte": f'+vmcoreinfo_append_str("{"A" * _MIB}=%x");\n',
        "a line of 8 MiB": "+" + "VMCOREINFO_" * (8 * _MIB // 11) + "\n",
        "blanks of 8 MiB": "+VMCOREINFO_OFFSET(page," + " " * (8 * _MIB) + "\n",
        "quoted 4 million times": " >" * (4 * _MIB) + _DIFF,
        "a million file names": "+++ b/arch/x86/a\n" * 1_000_000,
        "escape sequences": '-vmcoreinfo_append_str("\x1b[31mA=\x1b[0m%x");\n',
    }
    for name, text in texts.items():
        yield name, text.encode(), (FINE, FINDINGS, UNREADABLE, NOT_JUDGED, UNRELATED)
    yield "not UTF-8", b"-\tVMCOREINFO_OFFSET(page, \xff\xfe);\n" + _DIFF.encode(), (FINDINGS,)
    yield "more than 16 MiB", bytes(17 * _MIB) + _DIFF.encode(), (UNREADABLE,)
    wide = base64.encodebytes(_DIFF.encode("utf-16"))
    head = (
        f"{_HEADERS}Content-Type: text/plain; charset=utf-16\nContent-Transfer-Encoding: base64\n\n"
    )
    yield "a mail in UTF-16", head.encode() + wide, (FINDINGS,)


def _impacts(folder: Path) -> Iterator[Case]:
    (folder / "patches").mkdir()
    for number, (name, data, codes) in enumerate(_patches()):
        path = folder / "patches" / str(number)
        path.write_bytes(data)
        yield Case(f"impact: {name}", ("impact", "--patch", str(path)), None, 40, 600, codes)
    sound = folder / "patches" / "0"
    yield Case("impact -", ("impact", "--patch", "-"), sound.read_bytes(), 10, 300, (FINDINGS,))
    yield Case("impact - without end", ("impact", "--patch", "-"), bytes(17 * _MIB), 10, 300, (2,))
    os.mkfifo(folder / "patch")
    for path_ in (str(folder / "patch"), "/dev/zero", "/dev/full", str(folder), "absent"):
        yield Case(f"impact --patch {path_}", ("impact", "--patch", path_), None, 10, 300, (2,))


def _keys(folder: Path) -> Iterator[Case]:
    texts = {
        "stars": ("*" * 150 + "x\n").encode(),
        "letters and stars": ("*a" * 60 + "x\n").encode(),
        "questions and stars": ("*?" * 70 + "\n").encode(),
        "a long key": b"K" * 900_000,
        "100000 keys": b"".join(b"K%d\n" % i for i in range(100_000)),
        "4000 unknown keys": b"".join(b"OFFSET(page.l%d)\n" % i for i in range(4000)),
        "not UTF-8": b"\xff\n",
        "NULs": bytes(5000),
        "two megabytes": b"# comment\n" * 200_000,
        "brackets": b"OFFSET([a-z]*)\n",
        "escape sequences": b"\x1b[31mK\n",
        "the end of a heredoc": b"END\n",
    }
    (folder / "keys").mkdir()
    codes = (FINDINGS, UNREADABLE)
    for name, data in texts.items():
        path = folder / "keys" / name.replace(" ", "-")
        path.write_bytes(data)
        command = ("generate", "c", "--check", "--out", str(folder), "--keys")
        yield Case(f"--keys: {name}", (*command, str(path)), None, 20, 300, codes)
        yield Case(f"--keys -: {name}", (*command, "-"), data, 20, 300, codes)
    os.mkfifo(folder / "list")
    for what in (str(folder / "list"), "/dev/zero", str(folder), "absent"):
        yield Case(
            f"--keys {what}",
            ("generate", "c", "--check", "--keys", what),
            None,
            10,
            300,
            (UNREADABLE,),
        )


_WORDS = {
    "nothing": "",
    "5000 digits": f"6.{_LONG}",
    "5000 digits in a candidate": f"6.9-rc{_LONG}",
    "digits of another script": "٦.٩",
    "4000 numbers": ".".join(["6"] * 4000),
    "100000 letters": "a" * 100_000,
    "a surrogate": "\udcff",
    "an escape sequence": "\x1b[31m6.9\x1b[0m",
    "a newline": "6.9\n",
    "a range of nothing": "..",
    "an at sign": "@",
    "a percent sign": "%s%n%(x)s",
    "a brace": "{0}{x}",
}
_OPTIONS = (
    ("list", "--kernel={}"),
    ("list", "--arch={}"),
    ("diff", "6.8", "{}"),
    ("explain", "{}"),
    ("impact", "{}"),
    ("impact", "SYMBOL(prb)", "--add={}"),
    ("impact", "SYMBOL(prb)", "--to={}"),
    ("compat", "--consumer={}", "--kernel=6.9", "--arch=x86_64"),
    ("compat", "--consumer=crash@{}", "--kernel=6.9", "--arch=x86_64"),
    ("compat", "--consumer=crash", "--kernel={}", "--arch=x86_64"),
    ("lifetime", "{}"),
    ("unused", "--kernel={}"),
    ("budget", "--kernel={}", "--arch=x86_64"),
    ("generate", "c", "--check", "--for={}"),
    ("generate", "c", "--check", "--kernel={}"),
    ("generate", "c", "--check", "--arch={}"),
    ("generate", "c", "--check", "--prefix={}"),
    ("generate", "{}", "--check"),
    ("check", "--rule={}"),
    ("regenerate", "{}"),
    ("fmt", "{}"),
    ("completion", "{}"),
    ("{}",),
)


def _options() -> Iterator[Case]:
    for template in _OPTIONS:
        for name, word in _WORDS.items():
            command = tuple(part.format(word) for part in template)
            # The second is a folder, whose files may be formatted.
            if command in {("",), ("fmt", "..")}:
                continue
            codes = (FINDINGS, UNREADABLE)
            yield Case(f"{' '.join(template)}: {name}", command, None, 10, 300, codes)


def cases(folder: Path) -> Iterator[Case]:
    """All cases; their files are in `folder`."""
    yield from _schemas(folder)
    yield from _folders(folder)
    yield from _impacts(folder)
    yield from _keys(folder)
    yield from _options()
