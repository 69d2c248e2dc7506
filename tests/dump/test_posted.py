# SPDX-License-Identifier: MIT
"""Notes in mails, issues and logs: the text that the kernel made comes out, whatever is in front of it."""

from __future__ import annotations

import base64
import contextlib
import quopri
import sys
import time
from collections.abc import Callable

import pytest

from tests.conftest import real_notes
from tests.dump.make import elf, flattened, kdump
from vmcoreinfo_codegen.dump.notes import MOST_LINES, build
from vmcoreinfo_codegen.dump.posted import MOST_BYTES, is_plain
from vmcoreinfo_codegen.dump.problem import DumpError
from vmcoreinfo_codegen.dump.reader import Found, find_in
from vmcoreinfo_codegen.dump.source import Memory

TEXT = (
    b"OSRELEASE=6.12.0-rc3+\nBUILD-ID=d3d01c80278f8927486b7f01d0ab6be77784dceb\nPAGESIZE=4096\n"
    b"SYMBOL(init_uts_ns)=ffffffff82a18000\nOFFSET(uts_namespace.name)=0\nLENGTH(mem_section)=2048\n"
    b"SIZE(page)=64\nNUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-129\nNUMBER(kimage_voffset)=0xffff7fff7d600000\n"
    b"SYMBOL(a_key_of_next_year)=ffffffff82a18000\nKERNELOFFSET=0\nCRASHTIME=1574266958\n"
)
OTHER = TEXT.replace(b"6.12.0-rc3+", b"5.10.0").replace(b"2048", b"64")

NOTES = [(note.file, note.text) for note in real_notes()]

MAIL = (
    b"From: A Person <person@example.org>\r\nTo: list@example.org\r\nSubject: SIZE(page)=1 is wrong?\r\n"
    b"Message-Id: <a=b@example.org>\r\n%s\r\n\r\nHello,\r\n\r\n"
    b"the tool says SIZE(page)=63 and OFFSET(page.flags)=3 here. The note:\r\n\r\n%s\r\n"
    b"I think that NUMBER(PG_lru)=5 is missing.\r\n\r\nRegards\r\n-- \r\nA Person\r\n"
)


def found_in(data: bytes, format_: str | None = None) -> Found:
    return find_in(Memory("post", data), format_)


def each(before: bytes, text: bytes = TEXT, behind: bytes = b"") -> bytes:
    return b"".join(before + line + behind + b"\n" for line in text.splitlines())


def timed(process: bytes) -> Callable[[bytes], bytes]:
    """As a console shows it, the time another in each line."""

    def made(text: bytes) -> bytes:
        lines = enumerate(text.splitlines())
        return b"".join(
            b"[%5d.%06d] %s  %s\n" % (7 + n, 12345 * n, process, line) for n, line in lines
        )

    return made


def printed_by_makedumpfile(text: bytes) -> bytes:
    lines = [b"  " + line for line in text.splitlines()]
    lines.insert(3, b"page_size    : 4096")
    head = b"LOAD[ 0]   132e00000   135360000 ffffc00080000000\nLinux kdump\nVMCOREINFO   :\n"
    return (
        head + b"\n".join(lines) + b"\n\nphys_base    : 0 (vmcoreinfo)\n\nmax_mapnr    : 4080000\n"
    )


FORMS: dict[str, Callable[[bytes], bytes]] = {
    "help -D of crash": lambda text: (
        b"   offset_vmcoreinfo: 7072 (0x1ba0)\n     size_vmcoreinfo: 2959 (0xb8f)\n"
        + each(b" " * 22, text)
        + b"      offset_note: 4200 (0x1068)\n"
    ),
    "eu-readelf": lambda text: (
        b"  CORE    336  PRSTATUS\n    info.si_signo: 0, pid: 0\n  VMCOREINFO  1366  <unknown>: 0\n"
        + each(b"    ", text)
    ),
    "makedumpfile -D": printed_by_makedumpfile,
    "quoted": lambda text: each(b"> ", text),
    "quoted twice": lambda text: each(b"> >> ", text),
    "console": timed(b"kdump.sh[224]:"),
    "console without a process": timed(b""),
    "journal": lambda text: each(b"Nov 29 15:33:40 host kdump[812]: ", text),
    "a serial line": lambda text: (
        b"\0[    0.0] Linux version 6.12\r\n" + each(b"[   12.7]   ", text, b"\r")
    ),
    "colours": lambda text: (
        b"# grep\n" + each(b"\x1b[0;32m[   12.7] \x1b[01;31m\x1b[K", text, b"\x1b[m")
    ),
    "log level": lambda text: each(b"<6>", text),
    "C comment": lambda text: each(b"// ", text),
    "Rust comment": lambda text: each(b"///   ", text),
    "block comment": lambda text: b"/*\n" + each(b" * ", text) + b" */\n",
    "CRLF": lambda text: text.replace(b"\n", b"\r\n"),
    "blanks behind": lambda text: each(b"", text, b"   "),
    "strings of C": lambda text: each(b'\t"', text, b'\\n"') + b";\n",
    "a string of Rust": lambda text: b'    let data = b"' + text + b'";\n',
    "JSON": lambda text: b'{"body": "It says:\\r\\n' + text.replace(b"\n", b"\\n") + b'"}',
    "one line": lambda text: b"description data: " + text.replace(b"\n", b" ") + b"\n",
    "a page": lambda text: b"<p>It says:</p><pre>" + each(b"", text, b"<br>") + b"</pre>\n",
    "a quote in a page": lambda text: each(b"&gt; ", text),
    "PowerShell": lambda text: (b"PS> crash\n" + each(b"  ", text)).decode().encode("utf-16"),
    "words in front": lambda text: b"On 6.12 I see\n\n" + text,
    "a comment in front": lambda text: b"# of the machine that crashed\n" + text,
    "a mail with LF": lambda text: (MAIL % (b"X: y", text)).replace(b"\r", b""),
    "a mail": lambda text: MAIL % (b"X: y", text.replace(b"\n", b"\r\n")),
    "a quoted mail": lambda text: each(b"> ", MAIL % (b"X: y", each(b"  ", text))),
    "quoted-printable": lambda text: (
        MAIL
        % (b"Content-Transfer-Encoding: quoted-printable", b"=20\n" + quopri.encodestring(text))
    ),
    "base64": lambda text: (
        b"From: me\nContent-Type: multipart/mixed; boundary=xyz\n\n--xyz\nContent-Type: text/plain\n"
        b"Content-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(b"The note:\n\n" + each(b"> ", text))
        + b"--xyz--\n"
    ),
    "a poster's arrow": lambda text: each(b"  ", text).replace(b"rc3+\n", b"rc3+    <----- here\n"),
}


@pytest.mark.parametrize("form", FORMS)
def test_forms(form: str) -> None:
    data = FORMS[form](TEXT)
    found = found_in(data)
    assert (found.format, found.text, found.offset) == ("posted", TEXT, None)
    assert found_in(data, "posted").text == TEXT
    assert "read as a posted note: 6.12.0-rc3+ (12 entries, lines " in found.remarks[0]


@pytest.mark.parametrize("form", FORMS)
def test_real_notes_in_every_form(form: str) -> None:
    """Byte for byte; a note of the kernel has no line that can't be told."""
    for name, text in NOTES:
        assert found_in(FORMS[form](text)).text == text, name


def test_lines_are_those_of_the_post() -> None:
    data = FORMS["a mail"](TEXT)
    found = found_in(data)
    posted = data.splitlines()
    assert [posted[line - 1] for line in found.lines] == TEXT.splitlines()
    assert found.line_of(2) == found.lines[1]
    found = found_in(FORMS["JSON"](TEXT))
    assert set(found.lines) == {1}


def test_what_is_not_in_front_of_others_is_none_of_the_note() -> None:
    lines = each(b"> ").splitlines(keepends=True)
    lines.insert(7, b"No, here it is SIZE(page)=56:\nSIZE(page)=56\n")
    found = found_in(b"".join(lines))
    assert found.text == TEXT
    assert "unrelated lines in between: 2" in found.remarks[0]


def test_prose_far_behind_is_none_of_it() -> None:
    data = each(b"") + b"\n\n" + b"Words.\n" * 50 + b"SIZE(page)=12\nSIZE(zone)=13\nSIZE(x)=14\n"
    assert found_in(data).text == TEXT


def test_a_note_without_its_head() -> None:
    """As the middle of a log; the remark says that it has no OSRELEASE."""
    middle = b"".join(TEXT.splitlines(keepends=True)[3:9])
    found = found_in(FORMS["console"](middle))
    assert found.text == middle
    assert "no OSRELEASE (6 entries, lines 1 to 6)" in found.remarks[0]


def test_a_value_at_the_very_end_may_be_cut() -> None:
    found = found_in(each(b"> ")[:-4])
    assert found.text == TEXT[:-4]


def test_two_notes_are_told_apart() -> None:
    data = b"Good:\n" + each(b"> ") + b"\nBad:\n" + each(b"> ", OTHER)
    found = found_in(data)
    assert found.text == TEXT
    assert found.remarks[1] == (
        "other notes in it, not read: 5.10.0 (12 entries, lines 16 to 27); "
        "to read one: sed -n '16,27p' FILE | vmcoreinfo note -"
    )
    lines = data.splitlines(keepends=True)
    assert found_in(b"".join(lines[15:27])).text == OTHER


def test_a_note_and_its_excerpts_are_one() -> None:
    """The same in a quote and below, and lines of it that somebody talks about."""
    head = b"".join(TEXT.splitlines(keepends=True)[:4])
    data = each(b"> ") + b"You see\n" + each(b"   ", head) + b"\nand again\n" + each(b"    ")
    found = found_in(data)
    assert (found.text, len(found.remarks)) == (TEXT, 1)


def test_a_mere_beginning_does_not_come_before_a_whole_note() -> None:
    head = b"OSRELEASE=5.10.0\nPAGESIZE=65536\n"
    found = found_in(each(b"  ", head) + b"does not work, but\n" + each(b"  "))
    assert found.text == TEXT
    assert "5.10.0 (2 entries, lines 1 to 2)" in found.remarks[1]


PLAIN = [
    TEXT,
    TEXT[:-4],
    b"",
    b"x",
    b"no note at all\n",
    b"\xff\xfe \xff\xfe\xff\n" * 3 + TEXT,
    TEXT.replace(b"=0\n", b"=0 \n"),
    TEXT.replace(b"PAGESIZE=4096", b"PAGESIZE"),
    TEXT + b"\0" * 3000,
    b"OSRELEASE=6.1.0\n",
    b"See SIZE(page)=64 and SIZE(zone)=1664.\n",
]


@pytest.mark.parametrize("data", PLAIN)
def test_a_plain_text_stays_as_it_is(data: bytes) -> None:
    found = found_in(data)
    assert (found.format, found.text, found.remarks, found.lines) == ("text", data, (), ())


def test_real_notes_stay_as_they_are() -> None:
    for _, text in NOTES:
        assert is_plain(text)
        assert found_in(text) == Found("post", "text", text, 0)


SHORT = TEXT[:60]


@pytest.mark.parametrize(
    "dump", [elf, kdump, lambda text: flattened(kdump(text)), lambda text: build(text, "<")]
)
def test_no_post_hides_the_note_of_a_dump(dump: Callable[[bytes], bytes]) -> None:
    """Not even one with a post for a note, nor with one in its memory."""
    post = b"> see x=1\n" + each(b"> ", SHORT)
    assert found_in(dump(post)).text == post
    assert found_in(dump(SHORT) + post).text == SHORT


def test_a_log_of_some_megabytes() -> None:
    """As of a serial console; the note is in the last of them."""
    noise = b"[    7.123456] systemd[1]: Started something=else, the SIZE(x) of it\n"
    log = noise * (5_000_000 // len(noise)) + FORMS["console"](TEXT) + noise * 50
    found = found_in(log)
    assert (found.format, found.text) == ("posted", TEXT)
    lines = log.splitlines()
    assert lines[found.lines[0] - 1].endswith(b"OSRELEASE=6.12.0-rc3+")


def test_memory_is_no_post() -> None:
    memory = bytes(5000) + each(b"> ") + bytes(5000)
    assert found_in(memory).format == "text"
    assert found_in(b"> words\0\0" * 1000 + each(b"> ")).format == "text"
    with pytest.raises(DumpError, match="vmcoreinfo find"):
        found_in(memory + bytes(1 << 20))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "post:1: no note entry in any of its 1 lines; expected lines like OSRELEASE="),
        (
            b"a\nb\n OSRELEASE: 6.1\n",
            r"post:3: no note entry .* \('OSRELEASE: 6.1' is the nearest\)",
        ),
        (
            b"a" * (MOST_BYTES + 1),
            "post: more than 16777215 bytes; extract the part with the note",
        ),
    ],
)
def test_nothing_of_it_is_a_note(data: bytes, message: str) -> None:
    with pytest.raises(DumpError, match=message):
        found_in(data, "posted")


@pytest.mark.parametrize("pad", [b"", b" ", b"\n", b"x\n"])
def test_more_entries_than_any_post_has(pad: bytes) -> None:
    with pytest.raises(DumpError, match=f"passed the limit of {MOST_LINES} entries of notes"):
        found_in((b"> SIZE(a)=1 " + pad) * (MOST_LINES + 1), "posted")


@pytest.mark.parametrize(
    "piece",
    [
        b"SIZE(",
        b"SIZE(aaaaaaaa",
        b"ABCD(",
        b"> ",
        b"> >",
        b"\\n",
        b"SIZE(a)=1 <<<<<<<",
        b"Content-Transfer-Encoding: base64\n",
        b"Content-Transfer-Encoding: base64\n\nAAAA\n--x\n",
        b"Content-Transfer-Encoding: quoted-printable\n\n=\n",
    ],
)
def test_time_grows_with_the_size_alone(piece: bytes) -> None:
    def seconds(size: int) -> float:
        data = b"> a\n" + piece * (size // len(piece))
        start = time.process_time()
        with contextlib.suppress(DumpError):
            found_in(data, "posted")
        return time.process_time() - start

    seconds(1 << 16)
    small, large = min(seconds(1 << 17) for _ in range(3)), seconds(1 << 19)
    assert large < 20 * small + 0.25


def test_a_plain_note_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What reads posts is not even loaded, as `parse` starts fast; of a million notes nearly all are plain."""
    monkeypatch.delitem(sys.modules, "vmcoreinfo_codegen.dump.posted")
    for _, text in NOTES:
        found_in(text)
    assert "vmcoreinfo_codegen.dump.posted" not in sys.modules
