# SPDX-License-Identifier: MIT
"""Hostile kernel trees: sources, folders, tarballs, repositories, configurations."""

from __future__ import annotations

import bz2
import functools
import gzip
import io
import lzma
import os
import random
import socket
import struct
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from . import repositories
from .case import Case
from .sources import GOOD, SOURCES

MAKEFILE = b"VERSION = 6\nPATCHLEVEL = 9\nSUBLEVEL = 0\nEXTRAVERSION =\n"
HEADER = rb"""
void vmcoreinfo_append_str(const char *fmt, ...);
#define VMCOREINFO_SYMBOL(name) vmcoreinfo_append_str("SYMBOL(%s)=%lx\n", #name, &name)
#define VMCOREINFO_NUMBER(name) vmcoreinfo_append_str("NUMBER(%s)=%ld\n", #name, (long)name)
"""
ROOT = Path(__file__).resolve().parent.parent.parent
NOTE = str(ROOT / "tests/corpus/notes/x86_64-6.12.117+deb13-amd64.note")
ANY = (0, 1, 2)
REFUSED = (2,)
_CODE = "kernel/vmcore_info.c"


def _extract(
    name: str, *arguments: str | Path, codes: tuple[int, ...] = ANY, seconds: float = 5
) -> Case:
    return Case(name, ("extract", *map(str, arguments)), None, seconds, 700, codes)


def write_tree(top: Path, files: Mapping[str, bytes | str]) -> Path:
    """A kernel tree with two architectures, a header that defines macros, and these files."""
    whole = {
        "Makefile": MAKEFILE,
        "include/linux/vmcore_info.h": HEADER,
        "arch/x86/Kconfig": b"",
        "arch/arm64/Kconfig": b"",
        **files,
    }
    for name, content in whole.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return top


_REFUSED_SOURCES = ("too many calls", "too much")


def _of_sources(folder: Path) -> Iterator[Case]:
    for number, (name, source) in enumerate(SOURCES.items()):
        top = write_tree(folder / str(number), {_CODE: source(), "mm/good.c": GOOD})
        codes = REFUSED if name in _REFUSED_SOURCES else (0, 1)
        yield _extract(f"source: {name}", top, codes=codes, seconds=15)
        diff = ("diff", "--kernel", str(top))
        sync = ("sync", str(top), "--release", "7.4", "--dry-run")
        budget = ("budget", "--kernel", str(top))
        verb = (diff, sync, budget)[number % 3]
        yield Case(f"source: {name}: {verb[0]}", verb, None, 15, 700, ANY)


def _of_makefiles(folder: Path) -> Iterator[Case]:
    texts = {
        "a version of 5,000 digits": b"VERSION = " + b"9" * 5000 + b"\nPATCHLEVEL = 1\n",
        "a patch level of 4,000 digits": b"VERSION = 6\nPATCHLEVEL = " + b"9" * 4000 + b"\n",
        "a candidate of 5,000 digits": MAKEFILE + b"EXTRAVERSION = -rc" + b"1" * 5000 + b"\n",
        "other digits": "VERSION = \u0666\nPATCHLEVEL = \u0661\n".encode(),
        "a negative version": b"VERSION = -6\nPATCHLEVEL = 9\n",
        "an escape": b"VERSION = 6\nPATCHLEVEL = \x1b[2J\n",
        "zeros": MAKEFILE.replace(b"\n", b"\0"),
        "blanks": b"VERSION" + b" " * 500_000 + b"\n",
        "lines": b"VERSION =\n" * 50_000,
        "two megabytes": MAKEFILE + b"#" * 2_000_000,
    }
    for number, (name, text) in enumerate(texts.items()):
        top = write_tree(folder / str(number), {"Makefile": text, _CODE: GOOD})
        yield _extract(f"makefile: {name}", top)
        yield Case(f"makefile: {name}: diff", ("diff", "--kernel", str(top)), None, 5, 700, ANY)

    def instead(name: str, make: Callable[[Path], object]) -> Case:
        top = write_tree(folder / name, {_CODE: GOOD})
        (top / "Makefile").unlink()
        make(top / "Makefile")
        return _extract(f"makefile: {name}", top, codes=REFUSED)

    yield instead("a FIFO", os.mkfifo)
    yield instead("a folder", lambda path: path.mkdir())
    yield instead("a link to itself", lambda path: path.symlink_to("Makefile"))
    yield instead("a link to nothing", lambda path: path.symlink_to("none"))
    yield instead("a link to zeros", lambda path: path.symlink_to("/dev/zero"))
    yield instead("30 GB of nothing", functools.partial(sparse, size=30 << 30))


def sparse(path: Path, size: int, start: bytes = b"") -> None:
    with path.open("wb") as file:
        file.write(start)
        file.truncate(size)


def _listen(path: Path) -> None:
    here = os.open(".", os.O_RDONLY)
    try:
        # The path of a socket has 108 bytes.
        os.chdir(path.parent)
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.fchdir(here)
        os.close(here)


def _of_folders(folder: Path) -> Iterator[Case]:
    def having(name: str, make: Callable[[Path], object], codes: tuple[int, ...] = (0,)) -> Case:
        top = write_tree(folder / name, {_CODE: GOOD})
        make(top)
        return _extract(f"folder: {name}", top, codes=codes)

    yield having("a FIFO", lambda top: os.mkfifo(top / "kernel/a.c"))
    yield having("a socket", lambda top: _listen(top / "kernel/a.c"))
    yield having("a folder as source", lambda top: (top / "kernel/a.c").mkdir())
    yield having("a link to zeros", lambda top: (top / "kernel/a.c").symlink_to("/dev/zero"))
    yield having("a link to itself", lambda top: (top / "kernel/a.c").symlink_to("a.c"))
    yield having("a loop of links", lambda top: (top / "kernel/loop").symlink_to(".."))
    yield having("a link to all", lambda top: (top / "kernel/all").symlink_to("/"))
    yield having("30 GB of nothing", lambda top: sparse(top / "kernel/a.c", 30 << 30), REFUSED)
    yield having(
        "90 MB with a mark", lambda top: sparse(top / "a.c", 90 << 20, GOOD.encode()), REFUSED
    )
    yield having("90 MB without one", lambda top: sparse(top / "kernel/a.c", 90 << 20))
    yield having("a newline", lambda top: (top / "kernel/a\nb.c").write_text(GOOD))
    yield having("an escape", lambda top: (top / "kernel/\x1b[2J.c").write_text(GOOD))
    yield having("a dash", lambda top: (top / "-f.c").write_text(GOOD))
    raw = b"\xff\xfe.c"
    yield having("no UTF-8", lambda top: (top / os.fsdecode(raw)).write_text(GOOD))

    def many(top: Path) -> None:
        for number in range(3000):
            (top / f"kernel/{number}.c").write_text(GOOD)

    yield having("many sources", many, ANY)
    yield having("no folder arch", lambda top: (top / "arch").rename(top / "gone"), REFUSED)
    os.mkfifo(folder / "fifo")
    yield _extract("folder: a FIFO instead", folder / "fifo", codes=REFUSED)
    yield _extract("folder: a device instead", "/dev/null", codes=REFUSED)
    yield _extract("folder: zeros instead", "/dev/zero", codes=REFUSED)


def tar_of(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(f"linux/{name}")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def header(name: bytes, size: int, kind: bytes) -> bytes:
    """A ustar header; sizes too large for octal digits are in bytes."""
    field = b"%011o\0" % size if 0 <= size < 1 << 33 else struct.pack(">Bxxxq", 0x80, size)
    block = bytearray(512)
    block[:100] = name.ljust(100, b"\0")
    block[100:108], block[124:136] = b"0000644\0", field
    block[148:156], block[156:157], block[257:265] = b" " * 8, kind, b"ustar\x0000"
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def _whole() -> dict[str, bytes]:
    return {"Makefile": MAKEFILE, "arch/x86/Kconfig": b"", "a.h": HEADER, _CODE: GOOD.encode()}


def _packed_zeros(size: int, start: bytes = b"") -> bytes:
    """Zeros compressed with xz, piece by piece."""
    packer = lzma.LZMACompressor(preset=0)
    pieces = [packer.compress(start)]
    for _ in range(size >> 20):
        pieces.append(packer.compress(bytes(1 << 20)))
    return b"".join([*pieces, packer.flush()])


def _of_tarballs(folder: Path) -> Iterator[Case]:
    def made(name: str, data: bytes, codes: tuple[int, ...] = REFUSED, seconds: float = 5) -> Case:
        path = folder / f"{name}.tar"
        path.write_bytes(data)
        return _extract(f"tarball: {name}", path, codes=codes, seconds=seconds)

    whole = tar_of(_whole())
    body = whole[: whole.rindex(GOOD.encode()) + 512 - (whole.rindex(GOOD.encode()) % 512)]
    huge = 3 << 30
    for kind, name in (
        (b"x", "pax"),
        (b"g", "global pax"),
        (b"L", "long name"),
        (b"K", "long link"),
    ):
        head = header(b"././@LongLink", huge, kind)
        yield made(f"{name} of 3 GiB", body + head)
        packed = lzma.compress(body + head + bytes(200 << 20), preset=0)
        yield made(f"{name} of 3 GiB, packed", packed)
    yield made("a member of 2^60 bytes", body + header(b"linux/a.c", 1 << 60, b"0"))
    yield made("a text of 2^60 bytes", body + header(b"linux/a.rst", 1 << 60, b"0"))
    yield made("a member of -512 bytes", body + header(b"linux/a.c", -512, b"0"))
    yield made("a member with holes", body + header(b"linux/a.c", 0, b"S") + bytes(1024))
    yield made("a link with a size", body + header(b"linux/a.c", huge, b"2") + bytes(1024), ANY)
    yield made("names for names", body + (header(b"l", 512, b"L") + b"a" * 512) * 50_000)
    record = b"30 mtime=1.%s\n" % (b"1" * 17)
    pax = {
        "no length": b"path=linux/a.c\n",
        "no newline": b"19 path=linux/a.c==",
        "length 0": b"0 path=linux/a.c\n",
        "a length of 5,000 digits": b"9" * 5000 + b" path=a\n",
        "a size that is none": b"13 size=x1y2\n",
        "a negative size": b"12 size=-99\n",
        "a size of 5,000 digits": b"5011 size=" + b"9" * 5000 + b"\n",
        "holes": b"28 GNU.sparse.name=linux/a.c\n"[:28] + b"\n",
        "digits": b"1" * 60_000,
    }
    for name, data in pax.items():
        block = header(b"pax", len(data), b"x") + data + bytes(-len(data) % 512)
        yield made(f"pax: {name}", body + block + header(b"linux/a.c", 0, b"0") + bytes(1024), ANY)
    many = header(b"pax", len(record), b"x") + record.ljust(512, b"\0") + header(b"a/b", 0, b"0")
    yield made("many pax headers", body + many * 20_000 + bytes(1024), ANY, 10)
    yield made("many members", body + header(b"linux/x", 0, b"0") * 100_000 + bytes(1024), ANY, 10)
    source = GOOD.encode().ljust(60 << 20, b" ")
    bomb = lzma.LZMACompressor(preset=0)
    pieces = [bomb.compress(body)]
    for number in range(40):
        pieces.append(bomb.compress(header(b"linux/%d.c" % number, len(source), b"0")))
        pieces += [
            bomb.compress(source[: 1 << 20]),
            *(bomb.compress(b" " * (1 << 20)) for _ in range(59)),
        ]
    yield made("40 members of 60 MiB", b"".join([*pieces, bomb.flush()]))
    yield made("zeros by xz", _packed_zeros(512 << 20, body + header(b"linux/x", 1 << 40, b"0")))
    zeros = header(b"linux/x", 1 << 40, b"0") + bytes(300 << 20)
    yield made("zeros by gzip", gzip.compress(body + zeros, 1))
    yield made("zeros by bzip2", bz2.compress(body + zeros[: 100 << 20], 1))
    yield made("xz with a dictionary of 4 GiB", _with_dictionary(whole))
    yield made("gzip of gzip", gzip.compress(gzip.compress(whole)))
    yield made("many streams", gzip.compress(b"") * 100_000 + gzip.compress(whole), (0,))
    yield made("many streams of xz", lzma.compress(b"") * 30_000 + lzma.compress(whole), (0,))
    yield made("a newline", tar_of(_whole() | {"kernel/a\nb.c": GOOD.encode()}), (0,))
    yield made("an escape", tar_of(_whole() | {"kernel/\x1b[2J.c": GOOD.encode()}), (0,))
    yield made("cut at a member", body)
    sparse(folder / "sparse.tar", 30 << 30, body + header(b"linux/x", 29 << 30, b"0"))
    yield _extract("tarball: 30 GB of nothing", folder / "sparse.tar", codes=REFUSED)
    chance = random.Random(11)
    for number in range(30):
        for name, data in (
            ("plain", whole),
            ("gz", gzip.compress(whole)),
            ("xz", lzma.compress(whole)),
        ):
            bad = bytearray(data)
            for _ in range(1 + number // 5):
                bad[chance.randrange(len(bad))] = chance.randrange(256)
            if number % 3 == 0:
                bad = bad[: chance.randrange(len(bad))]
            yield made(f"{name}, damaged {number}", bytes(bad), ANY)


def _with_dictionary(data: bytes) -> bytes:
    """Data in xz whose header asks for 4 GiB of memory."""
    packed = bytearray(lzma.compress(data))
    place = packed.index(b"\x21\x01", 12)
    packed[place + 2] = 40
    end = 12 + (packed[12] + 1) * 4
    packed[end - 4 : end] = struct.pack("<I", zlib.crc32(packed[12 : end - 4]))
    return bytes(packed)


def _of_repositories(folder: Path) -> Iterator[Case]:
    def asked(name: str, top: Path, seconds: float = 5) -> Iterator[Case]:
        yield _extract(f"repository: {name}", top, "--rev", repositories.TAG, seconds=seconds)
        verbs = [
            ("history", str(top)),
            ("diff", "--kernel", str(top), "--rev", repositories.TAG),
            ("sync", str(top), "--rev", "HEAD", "--release", "7.4", "--dry-run", "--commit"),
        ]
        verb = verbs[len(name) % 3]
        yield Case(f"repository: {name}: {verb[0]}", verb, None, seconds, 700, ANY)

    for name, plant in repositories.PLANTS.items():
        top = repositories.commit(write_tree(folder / name, {_CODE: GOOD}))
        plant(top, folder / "mark")
        yield from asked(name, top)
    for name, spoil in repositories.ODD.items():
        top = repositories.commit(write_tree(folder / name, {_CODE: GOOD}))
        spoil(top)
        yield from asked(name, top)
    for name in ("kernel/a\nb.c", "kernel/\x1b[2J.c", "kernel/\n.c", "-f.c", "a\n" * 50 + ".c"):
        top = repositories.commit(write_tree(folder / str(len(name)), {_CODE: GOOD, name: GOOD}))
        yield from asked(f"the name {name!r}", top)
    for revision in ("", "-", "--all", "HEAD:kernel", "HEAD^{tree}", "@{u}", "\x1b[2J", "a" * 9999):
        yield _extract(f"repository: the revision {revision[:20]!r}", top, f"--rev={revision}")


def _of_configs(folder: Path) -> Iterator[Case]:
    on = b"CONFIG_SMP=y\nCONFIG_X86_64=y\n"
    number = b"CONFIG_PGTABLE_LEVELS="
    texts = {
        "5,000 digits": (on + number + b"9" * 5000 + b"\n", REFUSED),
        "5,000 hexadecimal digits": (on + number + b"0x" + b"f" * 5000 + b"\n", REFUSED),
        "65 bits": (on + number + b"18446744073709551616\n", REFUSED),
        "64 bits": (on + number + b"18446744073709551615\n", (0, 1)),
        "nothing": (b"", REFUSED),
        "zeros": (bytes(1 << 20), REFUSED),
        "a long line": (on + b"CONFIG_A=" + b"x" * 10_000_000 + b"\n", (0, 1)),
        "a long name": (on + b"CONFIG_" + b"A" * 10_000_000 + b"=y\n", (0, 1)),
        "many names": (b"".join(b"CONFIG_A%d=y\n" % n for n in range(500_000)), (0, 1)),
        "an escape": (on + b"CONFIG_\x1b[2J=y\n", (0, 1)),
        "gzip of zeros": (gzip.compress(bytes(200 << 20), 1), REFUSED),
        "bzip2 of zeros": (bz2.compress(bytes(50 << 20), 1), REFUSED),
        "xz of zeros": (_packed_zeros(512 << 20), REFUSED),
        "xz with a dictionary of 4 GiB": (_with_dictionary(on), REFUSED),
        "gzip, cut": (gzip.compress(on * 1000)[:60], REFUSED),
        "xz, cut": (lzma.compress(on * 1000)[:60], REFUSED),
        "a magic alone": (b"\x1f\x8b", REFUSED),
        "many streams": (gzip.compress(b"") * 100_000 + gzip.compress(on), (0, 1)),
    }
    paths = []
    for name, (data, codes) in texts.items():
        path = folder / name
        path.write_bytes(data)
        paths.append((name, path, codes))
    (folder / "a folder").mkdir()
    os.mkfifo(folder / "a FIFO")
    sparse(folder / "30 GB of nothing", 30 << 30)
    for name in ("a folder", "a FIFO", "30 GB of nothing"):
        paths.append((name, folder / name, REFUSED))
    paths.append(("a device", Path("/dev/zero"), REFUSED))
    chance = random.Random(7)
    for place in range(12):
        packed = bytearray((gzip if place % 2 else lzma).compress(on * 100))
        packed[chance.randrange(len(packed))] ^= 1 << chance.randrange(8)
        path = folder / f"damaged {place}"
        path.write_bytes(packed)
        paths.append((path.name, path, ANY))
    for place, (name, path, codes) in enumerate(paths):
        consumer = ("--consumer", "makedumpfile@1.7.4", "--arch", "x86_64", "--kernel", "6.12")
        verbs = [
            ("audit", NOTE, "--config", str(path)),
            ("compat", *consumer, "--config", str(path)),
            ("synth", "--arch", "x86_64", "--kernel", "6.12", "--config", str(path)),
        ]
        budget = ("budget", "--config", str(path))
        yield Case(f"config: {name}: budget", budget, None, 5, 700, codes)
        verb = verbs[place % 3]
        yield Case(f"config: {name}: {verb[0]}", verb, None, 5, 700, ANY)


KINDS: dict[str, Callable[[Path], Iterator[Case]]] = {
    "source": _of_sources,
    "makefile": _of_makefiles,
    "folder": _of_folders,
    "tarball": _of_tarballs,
    "repository": _of_repositories,
    "config": _of_configs,
}
