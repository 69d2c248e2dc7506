# SPDX-License-Identifier: MIT
"""Kernel sources in a tarball, read sequentially with our own reader.

Python's tarfile reads an extended header of any size into memory, and ends silently at a damaged
header. Only name, type and size of a member are needed from the formats (ustar, GNU, pax). Nothing
is unpacked to a file, so names of members are harmless.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Set
from pathlib import Path
from typing import BinaryIO

from ..files.compressed import CompressedError, Unpacked
from ..files.opening import open_to_read
from ..limits import Limit
from .gathered import Gathered, Gatherer, Tree, TreeError, text_of

Watch = Callable[[BinaryIO, int], BinaryIO]
"""Wraps a file of a given size that is about to be read, to show progress."""

_BLOCK = 512
_MOST_MEMBERS = 2_000_000
_MOST_CONTENT = 16 << 30
# Sources compress to a tenth of their size, zeros to a seven-thousandth.
_LEAST_UNPACKED = 64 << 20
_RATIO = 100
_MOST_HEADER = 64 << 10
_REGULAR = (b"0", b"\0", b"7")
_LONG_NAME, _SPARSE = b"L", b"S"
_EXTENDED = (b"x", b"X")
# Links, devices, folders and FIFOs have no content, whatever size is in their header.
_EMPTY = (b"1", b"2", b"3", b"4", b"5", b"6")
_RECORD = re.compile(rb"([0-9]{1,9}) ")
_OCTAL = re.compile(rb"[0-7]*")


def read_tarball(path: Path, watch: Watch, wanted: Set[str] = frozenset()) -> Tree:
    """Read a tarball, compressed by gzip, bzip2, xz or not. Raises TreeError, OSError."""
    gathered = Gathered(str(path), wanted)
    take_members(path, watch, gathered)
    return gathered.tree()


def take_members(path: Path, watch: Watch, gathered: Gatherer) -> None:
    """Pass the files of a tarball to `gathered`. Raises TreeError, OSError."""
    unit = f"bytes, {_RATIO} for each packed one"
    limit = Limit(f"{path}: unpacked", _LEAST_UNPACKED, unit, TreeError)
    try:
        with open(open_to_read(str(path)), "rb") as file:
            stream = Unpacked(watch(file, path.stat().st_size), str(path), limit, _RATIO)
            for member in _members(stream, str(path)):
                name = _below_top(member.name)
                if name is None or not gathered.see(text_of(name)):
                    continue
                if member.kind == _SPARSE:
                    raise TreeError(
                        f"{path}: {text_of(name)} is stored as a sparse file; create "
                        "the tarball without sparse files"
                    )
                # Links are not files of the tree.
                if member.kind in _REGULAR:
                    gathered.expect(text_of(name), member.left)
                    gathered.take(text_of(name), member)
    except CompressedError as error:
        raise TreeError(f"{error}; the tarball can't be read") from error


class _Member:
    """A member of an archive; its content can be read until the next member is requested."""

    def __init__(self, name: bytes, kind: bytes, size: int, stream: Unpacked) -> None:
        self.name = name
        self.kind = kind
        self.left = size
        self.padding = -size % _BLOCK
        self._stream = stream

    def read(self, size: int) -> bytes:
        """The next bytes of the content, fewer only at its end."""
        data = self._stream.read(min(size, self.left))
        if len(data) < min(size, self.left):
            raise CompressedError(f"{self._stream.name}: damaged: truncated")
        self.left -= len(data)
        return data


def _members(stream: Unpacked, archive: str) -> Iterator[_Member]:
    count = Limit(archive, _MOST_MEMBERS, "members", TreeError)
    content = Limit(archive, _MOST_CONTENT, "bytes in its members", TreeError)
    name: bytes | None = None
    size: bytes | None = None
    sparse = False
    first = True
    while (member := _header(stream, first)) is not None:
        count.spend()
        content.spend(member.left)
        first = False
        if member.kind == _LONG_NAME:
            name = _extension(member, archive).partition(b"\0")[0]
        elif member.kind in _EXTENDED:
            records = _records(_extension(member, archive), archive)
            name = records.get(b"GNU.sparse.name", records.get(b"path", name))
            size = records.get(b"size", size)
            sparse = any(key.startswith(b"GNU.sparse.") for key in records)
        else:
            if name is not None:
                member.name = name
            if size is not None:
                member = _Member(member.name, member.kind, _decimal(size, archive), stream)
            if sparse:
                member.kind = _SPARSE
            yield member
            name = size = None
            sparse = False
        if not stream.skip(member.left + member.padding):
            raise CompressedError(f"{archive}: damaged: truncated")


def _header(stream: Unpacked, first: bool) -> _Member | None:
    """The next header, None at the end of the archive."""
    block = stream.read(_BLOCK)
    if len(block) == _BLOCK and not block.strip(b"\0"):
        return None
    found = _read_header(block, stream) if len(block) == _BLOCK else None
    if found is None and first:
        raise TreeError(f"{stream.name}: neither a folder nor a readable tarball")
    if found is None:
        what = "invalid header" if len(block) == _BLOCK else "truncated"
        raise CompressedError(f"{stream.name}: damaged: {what}")
    return found


def _read_header(block: bytes, stream: Unpacked) -> _Member | None:
    """The member that a header describes, None if it is not a valid header."""
    told, size = _number(block[148:156]), _number(block[124:136])
    rest = block[:148] + block[156:]
    total = sum(rest) + 8 * ord(" ")
    # Some programs summed signed bytes.
    signed = total - 256 * sum(byte > 127 for byte in rest)
    if size is None or told not in (total, signed):
        return None
    name, kind = block[:100].partition(b"\0")[0], block[156:157]
    prefix = block[345:500].partition(b"\0")[0]
    if prefix and block[257:263] == b"ustar\0":
        name = prefix + b"/" + name
    more = kind == _SPARSE and block[482]
    while more:
        block = stream.read(_BLOCK)
        more = len(block) == _BLOCK and block[504]
    return _Member(name, kind, 0 if kind in _EMPTY else size, stream)


def _number(field: bytes) -> int | None:
    """A number in octal digits, or in bytes if it is too large for them."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.partition(b"\0")[0].strip()
    return int(digits or b"0", 8) if _OCTAL.fullmatch(digits) else None


def _extension(member: _Member, archive: str) -> bytes:
    """The content of an extended header, which describes the next member."""
    if member.left > _MOST_HEADER:
        raise TreeError(
            f"{archive}: passed the limit of {_MOST_HEADER} bytes of one extended header"
        )
    return member.read(member.left)


def _records(data: bytes, archive: str) -> dict[bytes, bytes]:
    """The records `LENGTH KEY=VALUE` of a pax extended header."""
    records = {}
    at = 0
    while at < len(data):
        match = _RECORD.match(data, at)
        end = at + int(match[1]) if match else 0
        if match is None or not match.end() < end <= len(data) or data[end - 1 : end] != b"\n":
            raise CompressedError(f"{archive}: damaged: invalid extended header")
        key, _, value = data[match.end() : end - 1].partition(b"=")
        records[key] = value
        at = end
    return records


def _decimal(text: bytes, archive: str) -> int:
    if not re.fullmatch(rb"[0-9]{1,18}", text):
        raise CompressedError(f"{archive}: damaged: a size is not a number")
    return int(text)


def _below_top(name: bytes) -> bytes | None:
    """A member's path below the top folder of a source tarball."""
    parts = name.split(b"/")
    if name.startswith(b"/") or b".." in parts:
        return None
    if parts[0] == b".":
        parts = parts[1:]
    return b"/".join(parts[1:]) if len(parts) > 1 else None
