# SPDX-License-Identifier: MIT
"""Malicious dumps, notes, types and symbols, for every verb that reads them."""

from __future__ import annotations

import gzip
import os
import struct
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tests.debuginfo import make as types
from tests.dump import make, whole_kdump
from vmcoreinfo_codegen.dump.notes import build

from . import debuginfo, kdumps
from .case import Case
from .making import (
    ANY,
    ARCH,
    FINDINGS,
    FINE,
    MIB,
    NOTE,
    NUMBERS,
    SECONDS,
    TEXT,
    UNREADABLE,
    case,
    elf_with_sections,
    makedumpfile,
    put,
    synth,
    system_map,
)


def cases(folder: Path) -> Iterator[Case]:
    """Every case; its files are written to `folder` when the case is requested."""
    for make_cases in (
        _headers_that_lie,
        _files_that_are_cut,
        _kdumps_to_copy,
        kdumps.cases,
        _notes_without_end,
        _segments_without_end,
        _flattened,
        _texts,
        _images,
        debuginfo.cases,
        _pipes,
        _names,
    ):
        yield from make_cases(folder)


def _reading(
    name: str, dump: Path, codes: tuple[int, ...] = ANY, seconds: float = SECONDS
) -> Iterator[Case]:
    """Every verb that reads a dump."""
    out = dump.with_name(f"{dump.name}.out")
    symbols = system_map(dump.parent)
    for arguments in (
        ("note", dump),
        ("parse", dump),
        ("find", dump),
        ("find", "--what", "btf", dump),
        ("find", "--what", "config", dump),
        ("audit", dump),
        ("derive", dump, *ARCH),
        ("compat", dump, "--consumer", "crash", *ARCH),
        ("adapt", dump, "--for", "makedumpfile", *ARCH, "-o", out),
        ("attach", NOTE, dump, "-o", out),
        ("attach", dump, core(dump.parent), "-o", out),
        ("synth", "--kernel", "6.12.0", *ARCH, "--symbols", symbols, "--dump", dump),
        (
            *("prove", "--consumer", "makedumpfile", "--binary", makedumpfile(dump.parent)),
            *("--trust-reference", *ARCH, "--without", "OSRELEASE", dump),
        ),
    ):
        what = f"{name} as NOTE" if arguments[:2] == ("attach", dump) else name
        if arguments[1] == "--what":
            what = f"{name}, {arguments[2]}"
        yield case(what, *arguments, codes=codes, seconds=seconds)


# Places of fields in the headers that make.py writes, with their struct formats.
_ELF64 = {
    4: "B", 5: "B", 16: "H", 18: "H", 32: "Q", 40: "Q", 52: "H", 54: "H", 56: "H", 58: "H",
    60: "H", 62: "H", 64: "I", 72: "Q", 80: "Q", 88: "Q", 96: "Q", 104: "Q", 112: "Q",
    120: "I", 128: "Q", 144: "Q", 152: "Q", 176: "I", 180: "I", 184: "I",
}  # fmt: skip
_ELF32 = {16: "H", 18: "H", 28: "I", 32: "I", 42: "H", 44: "H", 46: "H", 48: "H", 50: "H"} | {
    52 + 4 * n: "I" for n in range(16)
}
_KDUMP = {8: "I", 424: "I", 428: "I", 432: "I", 436: "I"} | {4096 + 8 * n: "Q" for n in range(10)}
_KDUMP32 = {8: "I", 412: "I", 416: "I", 420: "I"} | {4096 + 4 * n: "I" for n in range(14)}
_FLATTENED = {0: "Q", 16: "Q", 24: "Q", 4096: "Q", 4104: "Q"}
_NOTE_FIELDS = {0: "I", 4: "I", 8: "I", 12: "Q"}


def core(folder: Path) -> Path:
    """A valid core with some memory."""
    path = folder / "core"
    return path if path.exists() else put(path, with_memory(make.elf(TEXT)))


def with_memory(dump: bytes, memory: bytes = b"memory" * 5000) -> bytes:
    data = bytearray(dump + memory)
    fields = (1, 7, len(dump), 1 << 63, 0x10000, len(memory), len(memory), 0)
    struct.pack_into("<IIQQQQQQ", data, 64 + 56, *fields)
    return bytes(data)


def _forms() -> dict[str, tuple[bytes, dict[int, str], str]]:
    """Valid dumps of every format, the places of their fields, and their byte order."""
    elf = with_memory(make.elf(TEXT))
    return {
        "elf": (elf, _ELF64, "<"),
        "elf32be": (make.elf(TEXT, bits=32, order=">", machine=8), _ELF32, ">"),
        "kdump": (make.kdump(make.TEXT), _KDUMP, "<"),
        "kdump32be": (make.kdump(make.TEXT, bits=32, order=">"), _KDUMP32, ">"),
        "flattened": (make.flattened(elf, 512), _FLATTENED, ">"),
        "raw": (NOTE.read_bytes(), _NOTE_FIELDS, "<"),
    }


def _headers_that_lie(folder: Path) -> Iterator[Case]:
    """Each field of each header with values that may break readers.

    All of them are audited, as audit takes many at once; the verbs that read more than the note get
    the worst ones.
    """
    for form, (sound, fields, order) in _forms().items():
        paths = []
        for place, kind in fields.items():
            for number in NUMBERS:
                if number < 1 << 8 * struct.calcsize(kind):
                    data = bytearray(sound)
                    struct.pack_into(order + kind, data, place, number)
                    paths.append(put(folder / f"{form}-{place}-{number:x}", data))
        for first in range(0, len(paths), 40):
            part = paths[first : first + 40]
            yield case(f"{form} with fields that lie, from {first}", "audit", *part, codes=ANY)
        for path in paths[:: len(paths) // 3]:
            yield from _reading(path.name, path)


def _files_that_are_cut(folder: Path) -> Iterator[Case]:
    for form, (sound, _, _) in _forms().items():
        sizes = [*range(0, min(len(sound), 512), 16), *range(512, min(len(sound), 9000), 503)]
        paths = [put(folder / f"{form}-cut-{size}", sound[:size]) for size in sizes]
        yield case(f"{form} cut anywhere", "audit", *paths, codes=ANY)
        yield case(f"{form} cut", "note", paths[7], codes=ANY)
    cut = put(folder / "core.200", core(folder).read_bytes()[:200])
    yield case("a core cut to 200 bytes", "attach", NOTE, cut, "-o", folder / "out.200")
    yield case("a core cut to 200 bytes", "audit", cut)
    headers = put(folder / "core.100", core(folder).read_bytes()[:100])
    yield case("a core whose headers are cut", "attach", NOTE, headers, "-o", folder / "out.100")
    half = put(folder / "core.half", core(folder).read_bytes()[:9000])
    out = folder / "out.half"
    yield case("a core that is half there", "attach", NOTE, half, "-o", out, codes=(FINE,))


def _kdumps_to_copy(folder: Path) -> Iterator[Case]:
    """Bitmaps with more pages than there are, and notes that are longer than the room for them."""
    sound = whole_kdump.whole(TEXT)
    many = bytearray(sound.data[: sound.bitmaps])
    struct.pack_into("<I", many, 436, 512)
    ones = b"\xff" * (MIB + 4096)
    of_ones = put(folder / "kdump-of-ones", many + bytes(MIB) + ones)
    in_hole = put(folder / "kdump-with-a-hole", many + bytes(MIB) + ones)
    os.truncate(in_hole, 1 << 33)
    long = put(folder / "long-note", _fill(lambda n: b"SIZE(pagf%d)=1\n" % n))
    for dump in (of_ones, in_hole, put(folder / "kdump-whole", sound.data)):
        for note in (NOTE, long):
            yield case(
                f"{dump.name} and {note.name}",
                "attach",
                note,
                dump,
                "-o",
                folder / "out-kdump",
                codes=ANY,
            )
        yield from _reading(dump.name, dump)


def elf_of(segments: Iterable[tuple[int, int, int, int]], content: bytes = b"") -> list[bytes]:
    """An ELF core with these segments (type, offset, physical, size), in pieces, and then
    `content`.
    """
    rows = list(segments)
    many = len(rows) >= 0xFFFF
    end = 64 + 56 * len(rows)
    header = b"\x7fELF\2\1\1" + bytes(9)
    header += struct.pack(
        "<HHIQQQIHHHHHH", 4, 62, 1, 0, 64, end if many else 0, 0,
        64, 56, 0xFFFF if many else len(rows), 64, int(many), 0,
    )  # fmt: skip
    pack = struct.Struct("<IIQQQQQQ").pack
    table = b"".join(pack(kind, 7, at, 0, where, size, size, 0) for kind, at, where, size in rows)
    section = struct.pack("<IIQQQQIIQQ", 0, 0, 0, 0, 0, 0, 0, len(rows), 0, 0)
    return [header, table, section, content]


def _notes_without_end(folder: Path) -> Iterator[Case]:
    """Few bytes to which many headers of notes refer."""
    small = struct.pack("<III", 0, 0, 1) * 80_000
    other = make.other_note("<", b"VMCOREINFO_", 0)
    for name, count, content in (
        ("60,000 segments of the same 80,000 notes", 60_000, small),
        ("60,000 segments of one note without end", 60_000, struct.pack("<III", 5, 0, 1)),
        ("60,000 segments of notes that are like ours", 60_000, other * 30_000),
        ("1,048,576 segments of notes", 1 << 20, make.other_note("<")),
    ):
        place = 64 + 56 * count + 64
        dump = folder / f"notes-{count}-{len(content)}"
        put(dump, *elf_of(((4, place, 0, len(content)) for _ in range(count)), content))
        heavy = 30 if count > 100_000 else 15
        for verb in (("note", dump), ("audit", dump), ("attach", NOTE, dump, "-o", folder / "o")):
            codes = (FINDINGS, UNREADABLE) if verb[0] != "attach" else (FINE, UNREADABLE)
            yield case(name, *verb, codes=codes, seconds=heavy)
    sparse = folder / "notes-sparse"
    yield case(
        "notes of a tebibyte of holes",
        "note",
        put(sparse, *elf_of([(4, 4096, 0, 1 << 40)]), size=1 << 41),
        codes=(FINDINGS,),
    )
    notes = struct.pack("<III", 4, 0, 1) + b"ABC\0"
    many = put(folder / "notes-many", *elf_of([(4, 184, 0, 1 << 40)], notes * 1_100_000))
    yield case("1,100,000 notes", "note", many, seconds=15)
    claim = make.elf(b"x" * (1 << 21))
    yield case("a note of 2 MiB", "parse", put(folder / "note-2M", claim))


def _segments_without_end(folder: Path) -> Iterator[Case]:
    count = 1 << 20
    place = 64 + 56 * count + 64
    note = build(TEXT, "<")
    banner = b"Linux version 6.12.0-x (".ljust(4096, b"\0")
    image = banner * 200
    end = place + len(note)
    rows = [(4, place, 0, len(note))] + [(1, end, 4096 * n, len(image)) for n in range(count - 1)]
    dump = put(folder / "segments-all-alike", *elf_of(rows, note + image))
    symbols = system_map(folder)
    synth = ("synth", "--kernel", "6.12.0", *ARCH, "--symbols", symbols, "--dump")
    yield case(
        "a million segments of the same bytes, btf",
        *("find", "--what", "btf", dump),
        codes=(FINDINGS, UNREADABLE),
        seconds=45,
    )
    for verb, codes in (
        (("note", dump), (FINE,)),
        (("find", dump), (FINE,)),
        (("audit", dump), (FINE, FINDINGS)),
        (("attach", NOTE, dump, "-o", folder / "out-segments"), (FINE, UNREADABLE)),
        ((*synth, dump), (UNREADABLE,)),
    ):
        yield case("a million segments of the same bytes", *verb, codes=codes, seconds=45)
    few = [(1, 64 + 56 * 2000 + 64, n << 40, len(image)) for n in range(2000)]
    overlapping = put(folder / "segments-overlap", *elf_of(few, image))
    yield case("2,000 segments of the same bytes", *synth, overlapping, seconds=15)
    too_many = bytearray(b"".join(elf_of(rows[:70_000])))
    struct.pack_into("<I", too_many, 64 + 56 * 70_000 + 44, 1 << 31)
    path = put(folder / "segments-2G", too_many, size=1 << 38)
    for verb in (("note", path), ("attach", NOTE, path, "-o", folder / "o")):
        yield case("2,147,483,648 segments", *verb)
    huge = put(folder / "memory-1P", *elf_of([(1, 4096, 0, 1 << 50)]), size=1 << 42)
    yield case("memory of a tebibyte of holes", *synth, huge)
    yield case("memory of a tebibyte of holes", "find", huge, codes=(FINDINGS,))
    for what in ("btf", "config"):
        yield case(f"{what} in holes", "find", "--what", what, huge, codes=(FINDINGS,))


def _flattened(folder: Path) -> Iterator[Case]:
    head = make.flattened(b"")[:4096]
    end = struct.pack(">qq", -1, -1)
    sound = with_memory(make.elf(TEXT))
    record = struct.Struct(">qqB").pack
    tiny = b"".join(record(at, 1, byte) for at, byte in enumerate(sound))
    back = b"".join(record(at, 1, byte) for at, byte in reversed(list(enumerate(sound))))
    again = b"".join(record(4096 + n % 7, 1, 1) for n in range(1_200_000))
    ascending = b"".join(record(100_000 + n, 1, 1) for n in range(900_000))
    for name, records, codes in (
        ("records of one byte", tiny, (FINE,)),
        ("records of one byte, back to front", back, (FINE,)),
        ("records of one byte that replace each other", again, (UNREADABLE,)),
        ("records of one byte before what is asked for", ascending + tiny, (FINE,)),
        ("a record far behind", struct.pack(">qq", (1 << 62) - 5, 4) + b"abcd", (UNREADABLE,)),
        ("records of nothing", struct.pack(">qq", 5, 0) * 10, (UNREADABLE,)),
    ):
        path = put(folder / f"flat-{len(records)}", head, records, end)
        yield case(name, "note", path, codes=codes, seconds=15)
        text = path.read_bytes()
        yield case(f"{name}, from stdin", "note", "-", stdin=text, codes=codes, seconds=15)
    twice = make.flattened(make.flattened(make.flattened(sound, 4096), 4096), 4096)
    yield case("flattened in flattened", "note", put(folder / "flat-flat", twice), codes=ANY)
    within = twice
    for _ in range(60):
        within = head + struct.pack(">qq", 0, len(within)) + within + end
    yield case("flattened 60 times", "note", put(folder / "flat-60", within), codes=ANY)


def _fill(line: Callable[[int], bytes], most: int = 60_000) -> bytes:
    """A text of at most 1 MiB that begins with OSRELEASE."""
    text = bytearray(b"OSRELEASE=6.12.0\nPAGESIZE=4096\n")
    for number in range(most):
        text += line(number)
        if len(text) > MIB - 4096:
            break
    return bytes(text)


def _texts(folder: Path) -> Iterator[Case]:
    long_digits = b"9" * 500_000
    texts = {
        "500,000 lines": b"OSRELEASE=6.12.0\n" + b"\n" * 500_000,
        "a key on 60,000 lines": _fill(lambda n: b"SIZE(page)=%d\n" % n),
        "BUILD-ID on 60,000 lines": _fill(lambda n: b"BUILD-ID=%04x\n" % n),
        "OSRELEASE on 60,000 lines": _fill(lambda n: b"OSRELEASE=6.%d\n" % n),
        "60,000 unknown keys": _fill(lambda n: b"SIZE(pagf%d)=1\n" % n),
        "keys that are nearly known": _fill(lambda n: b"OFFSET(page.flagsx%d)=1\n" % n),
        "long keys that are nearly known": _fill(
            lambda n: b"NUMBER(" + b"PAGE_SLAB_MAPCOUNT_VALUE_" * 6 + b"%d)=1\n" % n
        ),
        "a key of 500,000 letters": b"OSRELEASE=6.12.0\n" + b"K" * 500_000 + b"=1\n" + b"a=\n" * 60_000,
        "numbers of 500,000 digits": b"OSRELEASE=6.12.0\nPAGESIZE=" + long_digits + b"\n",
        "a release of 500,000 digits": b"OSRELEASE=" + long_digits + b"\nPAGESIZE=4096\n",
        "a release of 5,000 digits": b"OSRELEASE=6." + b"9" * 5000 + b"\nPAGESIZE=4096\n",
        "lines that are no text": b"OSRELEASE=6.12.0\n" + b"\xff\x1b[2J\n" * 60_000,
        "escape sequences in a key": b"OSRELEASE=6.12.0\nPAGESIZE=\x1b]0;owned\x07\n",
        "a brace of NULs": b"OSRELEASE=6.12.0\n" + bytes(1000) + b"PAGESIZE=4096\n",
        "one line of a MiB": b"OSRELEASE=6.12.0 " + b"x" * (MIB - 100),
        "a post of 60,000 entries": _fill(lambda n: b"> SIZE(pagf%d)=1\n" % n),
        "a post of 60,000 notes": _fill(lambda n: b"> OSRELEASE=6.%d\n" % n),
        "60,000 entries on one line of a post": _fill(lambda n: b" SIZE(pagf%d)=1" % n),
        "a post of 15 MiB without an entry": b"> SIZE(" * (15 * MIB // 7),
        "a post in parts that do not end": b"Content-Transfer-Encoding: base64\n" * 400_000,
        "escape sequences in front of entries": b"".join(
            b"\x1b]0;owned\x07: SIZE(pagf%d)=1\n" % n for n in range(9)
        ),
        "nothing": b"",
    }  # fmt: skip
    for number, (name, text) in enumerate(texts.items()):
        path = put(folder / f"text-{number}", text)
        for verb in (
            ("parse", path),
            ("parse", "--format", "json", path),
            ("parse", "--get", "SIZE(pagg)", path),
            ("audit", "--format", "json", path),
            ("audit", "--format", "sarif", path),
            ("audit", "--least", "info", *ARCH, path),
            ("derive", *ARCH, path),
            ("compat", "--consumer", "makedumpfile", *ARCH, path),
            ("adapt", "--for", "crash", *ARCH, path),
            ("attach", path, core(folder), "-o", folder / "out-text"),
        ):
            words = " ".join(map(str, verb[1:3]))[:20]
            yield case(f"{name} ({words})", *verb, codes=ANY, seconds=12)
    asked = ("parse", "--get", "K" * 100_000, NOTE)
    yield case("a key of 100,000 letters asked for", *asked, codes=(FINDINGS,))
    for option in ("--memory-start", "--kaslr-offset"):
        yield case(
            f"{option} of 5,000 digits", *synth(None, system_map(folder), option, "9" * 5000)
        )


def _images(folder: Path) -> Iterator[Case]:
    """Memory full of data that begin like a note."""
    size = 10 * MIB
    line = b"OSRELEASE=6.1\nPAGESIZE=4096\n"
    header = build(b"x" * 14, "<")[:24]
    pieces: dict[str, tuple[bytes, tuple[int, ...]]] = {
        "a release without end": (b"OSRELEASE=1" + b".1" * 500, (FINDINGS,)),
        "releases without end": (b"OSRELEASE=1.1.1.1.1.1", (FINDINGS,)),
        "digits without end": (b"OSRELEASE=" + b"1" * 3000, (FINDINGS,)),
        "the beginning alone": (b"OSRELEASE=", (FINDINGS,)),
        "first lines": (b"OSRELEASE=6.1\n", ANY),
        "notes behind each other": (line + b"\0", (UNREADABLE,)),
        "headers and short notes": (header + line, ANY),
        "lines of nothing": (b"OSRELEASE=6.1\n" + b"\n" * 60_000 + b"\0", ANY),
    }
    for number, (name, (piece, codes)) in enumerate(pieces.items()):
        path = put(folder / f"image-{number}", piece * (size // len(piece)))
        yield case(f"10 MB of {name}", "find", path, codes=codes, seconds=25)
        yield case(f"10 MB of {name} by number", "find", path, "--number", "99999", codes=codes, seconds=25)  # fmt: skip
    first = (b"OSRELEASE=1" + b".1" * 500) * 2000
    yield case("releases without end from stdin", "find", "-", stdin=first, codes=(FINDINGS,))
    sparse = folder / "image-sparse"
    with sparse.open("wb") as file:
        for number in range(20_000):
            file.seek(number * 131_072)
            file.write(b"OSRELEASE=")
        file.truncate(1 << 43)
    yield case("8 TiB with 20,000 pieces of data", "find", sparse, codes=(FINDINGS,), seconds=15)
    yield from _kernels_own(folder, size)


def _kernels_own(folder: Path, size: int) -> Iterator[Case]:
    """Memory full of data that begin like BTF or a .config."""
    header = struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, 1 << 20, 1 << 20, 1 << 24)
    names = b"\0task_struct\0".ljust(300, b"x")
    packed = b"IKCFG_ST" + gzip.compress(b"#" * (4 << 20), mtime=0)
    contents: dict[str, tuple[str, bytes]] = {
        "names of structs": ("btf", b"\0task_struct\0"),
        "names among strings": ("btf", names),
        "magics": ("btf", b"\x9f\xeb\x01"),
        "headers": ("btf", header),
        "headers and names": ("btf", header + names),
        "headers far in front of names": ("btf", header * 900 + names.ljust(1 << 16, b"x")),
        "beginnings of .config": ("config", b"IKCFG_ST\x1f\x8b\x08"),
        "large .config": ("config", packed),
        "small .config": ("config", b"IKCFG_ST" + gzip.compress(b"CONFIG_X=y\n") + b"IKCFG_ED"),
    }
    for number, (name, (what, piece)) in enumerate(contents.items()):
        path = put(folder / f"own-{number}", piece * (size // len(piece)))
        yield case(f"10 MB of {name}", "find", "--what", what, path, codes=ANY, seconds=25)
    sparse = folder / "own-sparse"
    with sparse.open("wb") as file:
        for number in range(20_000):
            file.seek(number * (40 << 20))
            file.write(header + names)
        file.truncate(1 << 43)
    yield case("8 TiB with 20,000 names", "find", "--what", "btf", sparse, codes=ANY, seconds=15)


def _pipes(folder: Path) -> Iterator[Case]:
    """Named pipes without a writer."""
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    out = folder / "out-pipe"
    for verb in (
        ("note", pipe),
        ("find", pipe),
        ("attach", NOTE, pipe, "-o", out),
        ("audit", "--vmlinux", pipe, NOTE),
        ("audit", "--btf", pipe, NOTE),
        ("audit", "--symbols", pipe, NOTE),
        ("audit", "--config", pipe, NOTE),
        synth(None, system_map(folder), "--dump", pipe),
    ):
        option = next((str(word) for word in verb if str(word).startswith("--")), "")
        yield case(f"a pipe without a writer {option}".strip(), *verb)


def _names(folder: Path) -> Iterator[Case]:
    """File names that are not UTF-8."""
    name = Path(os.fsdecode(bytes(folder) + b"/no-\xff-utf\x1b[1m8"))
    name.mkdir()
    dump = put(name / "core", core(folder).read_bytes())
    text = put(name / "text", TEXT)
    btf = put(name / "btf", types.everything())
    symbols = put(name / "map", system_map(folder).read_bytes())
    config = put(name / "config", b"CONFIG_SMP=y\n")
    stripped = put(name / "vmlinux", elf_with_sections([], b"", b"\0"))
    for path in (dump, text):
        yield from _reading(f"a name that is no UTF-8: {path.name}", path)
    for verb in (
        ("audit", "--btf", btf, "--symbols", symbols, "--config", config, text),
        ("audit", "--format", "json", text),
        ("audit", "--format", "sarif", text),
        ("audit", "--format", "junit", text),
        ("audit", "--vmlinux", stripped, text),
        ("note", "--where", "--format", "json", dump),
        ("find", "--format", "json", dump),
        ("derive", "--format", "json", dump),
        synth(btf, symbols, "--format", "json"),
        ("audit", "--symbols", name / "absent", text),
    ):
        what = " ".join(
            str(word) for word in verb[1:] if os.fsencode(name) not in os.fsencode(word)
        )
        yield case(f"a name that is no UTF-8: {what}", *verb, codes=ANY)
