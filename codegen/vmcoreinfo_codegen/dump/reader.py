# SPDX-License-Identifier: MIT
"""Detects the format of an input from its first bytes, and finds the note."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

from ..limits import Limit
from . import elf, flattened, kdump, live, notes
from .names import LIVE, STDIN
from .problem import DumpError, NoNote
from .source import File, Memory, Pipe, Source

if TYPE_CHECKING:
    from collections.abc import Callable

    from . import posted

_MOST_BESIDE = 16
_MOST_SHOWN = 40
_SEEN_OF_TEXT = 1 << 16
_IN_POSTS = (b" ", b"\r", b"\t", b"\n>")
"""Every post has one of these; a note as the kernel prints it has none."""

COMPRESSED = {
    b"\xfd7zXZ\0": "xz -dc",
    b"\x1f\x8b": "gzip -dc",
    b"\x28\xb5\x2f\xfd": "zstd -dc",
    b"BZh": "bzip2 -dc",
    b"\x04\x22\x4d\x18": "lz4 -dc",
    b"\x89LZO\0\r\n\x1a\n": "lzop -dc",
    b"7z\xbc\xaf\x27\x1c": "7z x -so",
    b"PK\x03\x04": "unzip -p",
}


class Found(NamedTuple):
    """A note and where it is.

    `text` is byte for byte as the kernel made it; `offset` is its offset in the input, in bytes (in
    a flattened dump, the offset in the dump inside). `arch`, `bits` and `order` (`<` or `>`) come
    from the container, None if it doesn't tell. `beside` are other notes of a similar name, such as
    Xen's. `cut` is the number of bytes that an ELF dump should have after the end of the file,
    `highest` the highest virtual address of its segments, 0 if they have none. `names` are the
    names in the header of a kdump, `has_registers` whether there are also QEMU's notes with the
    CPUs' registers. For a posted note, `lines` are the lines of the input (from 1) on which its
    lines are; `remarks` say how it was read.
    """

    name: str
    format: str
    text: bytes
    offset: int | None = None
    arch: str | None = None
    bits: int | None = None
    order: str | None = None
    beside: tuple[str, ...] = ()
    cut: int = 0
    highest: int | None = None
    names: kdump.Names | None = None
    has_registers: bool | None = None
    lines: tuple[int, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def container(self) -> str:
        """The format; for a flattened dump, the format of the dump inside."""
        return self.format.rpartition(" ")[2]

    def line_of(self, line: int) -> int:
        """The line of the input, from 1, that has this line of the text."""
        return self.lines[line - 1] if 0 < line <= len(self.lines) else line


def find_note(path: str, format_: str | None = None) -> Found:
    """The note in a file, on stdin (`-`) or of the running kernel (`live`).

    Raises NoNote if it has none, DumpError if it can't be read, and OSError.
    """
    if path == LIVE:
        return _live()
    if path == STDIN:
        return _of_pipe(Pipe("<stdin>", sys.stdin.buffer), format_)
    with File(path) as file:
        if not file.seeks:
            with file.stream() as stream:
                return _of_pipe(Pipe(path, stream), format_)
        return find_in(file, format_)


def find_in(source: Source, format_: str | None = None) -> Found:
    """The note in an open source."""
    chosen = format_ or tell_format(source)
    if chosen == "flattened":
        return _in_flattened(flattened.Flattened(source.name, flattened.SeekingReader(source)))
    found = _READERS[chosen](source)
    lines = Limit(source.name, notes.MOST_LINES, "lines; no kernel prints as many", DumpError)
    lines.spend(found.text.count(b"\n"))
    return found


def tell_format(source: Source) -> str:
    """One of `FORMATS`, by the first bytes; `text`, which may be `posted`, if nothing else fits."""
    start = source.read(0, 32)
    if start.startswith(elf.MAGIC):
        return "elf"
    if start.startswith(kdump.MAGICS):
        return "kdump"
    if start.startswith(flattened.MAGIC):
        return "flattened"
    if start[notes.HEADER_BYTES :].startswith(notes.NAME + b"\0"):
        return "note"
    return "text"


def unpacker(start: bytes) -> str | None:
    """The command that unpacks a compressed file to its standard output, by its first bytes."""
    return next((tool for magic, tool in COMPRESSED.items() if start.startswith(magic)), None)


def _of_pipe(pipe: Pipe, format_: str | None) -> Found:
    if (format_ or tell_format(pipe)) != "flattened":
        return find_in(pipe, format_)
    inside = flattened.Flattened(pipe.name, flattened.PipeReader(pipe.kept(), pipe.stream))
    # To the end, as a later record may overwrite an earlier one, and the writer must not get a
    # broken pipe.
    inside.read_on()
    return _in_flattened(inside)


def _in_flattened(inside: flattened.Flattened) -> Found:
    try:
        found = find_in(inside)
    except DumpError:
        if not inside.read_on():
            raise
        found = find_in(inside)
    return found._replace(format=f"flattened {found.format}")


def _in_elf(source: Source) -> Found:
    file = elf.open_elf(source)
    if file.type != elf.ET_CORE:
        raise DumpError(
            f"{source.name}: an ELF file, but not a core dump (type {file.type}); give a vmlinux "
            "with --vmlinux, and use the memory dump for the note"
        )
    budget = notes.Budget(source.name)
    beside: dict[str, None] = {}
    found = None
    cut = highest = 0
    # The size of /proc/kcore is that of the address space.
    size = None if live.is_kcore(source.name) else source.size
    for segment in file.segments():
        if segment.type == elf.PT_LOAD:
            highest = max(highest, segment.virtual)
        elif segment.type == elf.PT_NOTE and found is None:
            found = _in_segment(file, segment, beside, budget)
        if size is not None:
            cut = max(cut, segment.offset + segment.file_size - size)
    if found is not None:
        return found._replace(beside=tuple(beside), cut=cut, highest=highest)
    if cut:
        raise NoNote(
            f"{source.name}: truncated: it ends {cut} bytes before the end that its program "
            "headers give, and the rest has no VMCOREINFO note; copy it again, or search its "
            "memory with 'vmcoreinfo find'"
        )
    raise NoNote(
        f"{source.name}: no VMCOREINFO note in its program headers"
        + (f" ({', '.join(beside)} found)" if beside else "")
        + "; search its memory with 'vmcoreinfo find', or create one with 'vmcoreinfo synth'"
    )


def _in_segment(
    file: elf.Elf, segment: elf.Segment, beside: dict[str, None], budget: notes.Budget
) -> Found | None:
    """The note in a segment; other notes of a similar name are added to `beside`."""
    source, found, has_registers = file.source, None, False
    for note in notes.walk(source, segment.offset, segment.file_size, file.order, budget):
        if note.name == notes.NAME and note.type == 0 and found is None:
            text = _text(source, note.offset, note.size)
            found = Found(source.name, "elf", text, note.offset, file.arch, file.bits, file.order)
        elif note.name.startswith(notes.NAME) and len(beside) < _MOST_BESIDE:
            beside[note.name.decode("latin-1")] = None
        has_registers = has_registers or note.name == notes.QEMU
    return found and found._replace(has_registers=has_registers)


def _in_kdump(source: Source) -> Found:
    headers = kdump.open_kdump(source)
    budget = notes.Budget(source.name)
    for header in headers:
        if header.text.size and _fits(source, header.text):
            text = source.read(header.text.offset, header.text.size)
            if _is_text(text):
                return _found_in_kdump(source, header, text, header.text.offset)
        if header.notes.size and _fits(source, header.notes):
            place = header.notes
            for note in notes.walk(source, place.offset, place.size, header.order, budget):
                if note.name == notes.NAME:
                    text = _text(source, note.offset, note.size)
                    return _found_in_kdump(source, header, text, note.offset)
    first = headers[0]
    if first.version < kdump.TEXT_SINCE:
        raise NoNote(
            f"{source.name}: kdump header version {first.version} has no room for a note, as only "
            f"{kdump.TEXT_SINCE} and later have; create one with 'vmcoreinfo synth'"
        )
    if first.text.size:
        raise DumpError(
            f"{source.name}: its header (version {first.version}) gives the note {first.text.size} "
            f"bytes at byte {first.text.offset}, but there is no text; the dump is truncated or "
            "corrupt"
        )
    raise NoNote(
        f"{source.name}: its header (version {first.version}) has no note; the dump was written "
        "without one; create one with 'vmcoreinfo synth'"
    )


def _found_in_kdump(source: Source, header: kdump.Kdump, text: bytes, offset: int) -> Found:
    return Found(
        source.name,
        "kdump",
        text,
        offset,
        header.names.machine or None,
        header.bits,
        header.order,
        names=header.names,
        has_registers=_has_registers(source, header),
    )


def _has_registers(source: Source, header: kdump.Kdump) -> bool | None:
    """Whether a kdump has QEMU's notes, None if its notes can't be read."""
    place = header.notes
    if not place.size:
        return False
    if not _fits(source, place):
        return None
    try:
        found = notes.walk(source, place.offset, place.size, header.order)
        return any(note.name == notes.QEMU for note in found)
    except DumpError:
        return None


def _is_text(data: bytes) -> bool:
    """Whether the data begin with a line KEY=VALUE."""
    line = data.split(b"\n", 1)[0]
    return line.isascii() and line.decode("ascii").isprintable() and line.find(b"=") > 0


def _fits(source: Source, place: kdump.Place) -> bool:
    size = source.size
    end = place.offset + place.size
    return place.size <= notes.MOST_TEXT and end < 1 << 62 and (size is None or end <= size)


def _in_note(source: Source) -> Found:
    head = source.read(0, notes.HEADER_BYTES)
    for order in "<>":
        size = int.from_bytes(head[:4], "little" if order == "<" else "big")
        if size == len(notes.NAME) + 1:
            for note in notes.walk(source, 0, notes.MOST_TEXT, order):
                text = _text(source, note.offset, note.size)
                return Found(source.name, "note", text, note.offset, order=order)
    raise DumpError(f"{source.name}: the header of its ELF note is corrupt")


def _in_text(source: Source) -> Found:
    data = source.read(0, notes.MOST_TEXT + 1)
    unpack = unpacker(data)
    found = None if unpack else _unless_plain(source, data)
    if found is not None:
        return found
    if not unpack:
        _check_no_memory(source, data)
    if unpack or len(data) > notes.MOST_TEXT:
        remedy = (
            f"it is compressed: {unpack} FILE | vmcoreinfo note -"
            if unpack
            else "if it is a memory image, extract notes with 'vmcoreinfo find'"
        )
        raise DumpError(f"{source.name}: neither a known dump format nor text; {remedy}")
    address = _address(data)
    if address is not None:
        raise DumpError(
            f"{source.name}: this is the note's physical address ({address:#x}); use 'vmcoreinfo "
            f"note {LIVE}' to read it"
        )
    return Found(source.name, "text", data, 0)


def _check_no_memory(source: Source, data: bytes) -> None:
    """Raise NoNote if it is memory in a format without a note, DumpError if the format is
    unsupported.
    """
    from . import foreign

    form = foreign.image_form(data)
    if form is not None:
        raise NoNote(
            f"{source.name}: {form}, which has no note beside it; 'vmcoreinfo find' looks for one in the memory "
            "that it holds, 'vmcoreinfo synth' makes one"
        )
    foreign.check_form(source)


def _unless_plain(source: Source, data: bytes) -> Found | None:
    """A posted note, if the input is a text that contains one and is not itself a note."""
    # The common case: nothing but lines of a kernel.
    is_even = data.count(b"=") >= data.count(b"\n")
    if is_even and data[:1].isalpha() and not any(map(data.__contains__, _IN_POSTS)):
        return None
    # Serial lines lose bytes and add NULs; memory has far more of these.
    seen = data[:_SEEN_OF_TEXT]
    if 100 * seen.count(0) > len(seen) and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    from . import posted

    if posted.is_plain(data):
        return None
    if len(data) > notes.MOST_TEXT:
        data = source.read(0, posted.MOST_BYTES)
    found = posted.find_posted(data, source.name)
    if not found or len(found[0].lines) < posted.LEAST_ENTRIES:
        return None
    return _of_posts(source, found)


def _in_posted(source: Source) -> Found:
    from . import posted

    data = source.read(0, posted.MOST_BYTES + 1)
    if len(data) > posted.MOST_BYTES:
        raise DumpError(
            f"{source.name}: more than {posted.MOST_BYTES} bytes; extract the part with the note"
        )
    found = posted.find_posted(data, source.name)
    if found:
        return _of_posts(source, found)
    near = posted.nearest(data)
    place, like = (f":{near[0]}", f" ('{near[1]}' is the nearest)") if near else (":1", "")
    raise DumpError(
        f"{source.name}{place}: no note entry in any of its {data.count(10) + 1} lines{like}; "
        "expected lines like OSRELEASE=6.12.0, with any prefix"
    )


def _of_posts(source: Source, found: list[posted.Posted]) -> Found:
    """The first note, with remarks about it and the others."""
    note = found[0]
    front = note.front.decode("latin-1").strip()
    parts = [f"read as a posted note: {note.where}"]
    if front:
        parts.append(f"without the prefix of each line, such as '{front[:_MOST_SHOWN]}'")
    if note.between:
        parts.append(f"unrelated lines in between: {note.between}")
    remarks = ["; ".join(parts)]
    if len(found) > 1:
        others = "; ".join(other.where for other in found[1 : 1 + _MOST_BESIDE])
        left = len(found) - 1 - _MOST_BESIDE
        other = found[1].lines
        remarks.append(
            f"other notes in it, not read: {others}{f'; and {left} more' if left > 0 else ''}; "
            f"to read one: sed -n '{other[0]},{other[-1]}p' FILE | vmcoreinfo note -"
        )
    return Found(source.name, "posted", note.text, lines=note.lines, remarks=tuple(remarks))


def _address(data: bytes) -> int | None:
    if len(data) > 64 or b"=" in data:
        return None
    try:
        return live.note_address(data.decode("ascii"))[0]
    except ValueError:
        return None


def _text(source: Source, offset: int, size: int) -> bytes:
    if size > notes.MOST_TEXT:
        raise DumpError(
            f"{source.name}: its note claims {size} bytes at byte {offset}; the kernel's has at "
            "most one page; the file is corrupt"
        )
    return source.read(offset, size)


def _live() -> Found:
    problems = []
    for read in (_of_kcore, _of_memory):
        try:
            return read()
        except (DumpError, OSError) as error:
            problems.append(_words(error))
    raise DumpError(
        "the note of the running kernel can't be read: "
        + "; ".join(problems)
        + "; run as root, on a kernel with CONFIG_PROC_KCORE (4.19 and later have the note there)"
    )


def _words(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _of_kcore() -> Found:
    with File(live.KCORE) as file:
        return _in_elf(file)._replace(name=LIVE)


def _of_memory() -> Found:
    raw, address = live.raw_note()
    found = _in_note(Memory(live.MEMORY, raw))
    return found._replace(name=LIVE, offset=address + (found.offset or 0))


_READERS: dict[str, Callable[[Source], Found]] = {
    "elf": _in_elf,
    "kdump": _in_kdump,
    "note": _in_note,
    "text": _in_text,
    "posted": _in_posted,
}
