# SPDX-License-Identifier: MIT
"""Inputs of the parsers: real texts, tricky ones, and mutations of real ones."""

from __future__ import annotations

import json
from functools import lru_cache

from hypothesis import strategies as st

import vmcoreinfo
from tests.conftest import CORPUS
from vmcoreinfo import ENTRIES, derive
from vmcoreinfo_codegen.emit.vectors import texts

NOTES = CORPUS / "notes"

ARCHITECTURES: tuple[str, ...] = tuple(vmcoreinfo.ARCHITECTURES)
MEMORIES = ("none", "map", "noise", "flaky", "echo")


@lru_cache(maxsize=1)
def arch_by_file() -> dict[str, str]:
    lines = (CORPUS / "index.jsonl").read_text().splitlines()
    return {boot["file"]: boot["arch"] for boot in map(json.loads, lines)}


def without(text: bytes, *keys: str) -> bytes:
    """A text without the lines of some keys."""
    starts = tuple(f"{key}=".encode() for key in keys)
    return b"".join(line for line in text.splitlines(True) if not line.startswith(starts))


# One key of each format.
KEY_OF_FORMAT = {
    "decimal": "OFFSET(page.flags)",
    "signed": "NUMBER(PG_lru)",
    "hex": "SYMBOL(init_uts_ns)",
    "0x-hex": "NUMBER(VMALLOC_START)",
    "string": "OSRELEASE",
    "hexbytes": "BUILD-ID",
    "flag": "CONFIG_X86_PAE",
}

LONG = b"A" * 100_000

TEXTS: dict[str, bytes] = {
    **texts.TEXTS,
    "unknown_with_short_values": b"".join(
        b"unknown=" + (b"\x01" + b"1" * 17)[start : start + size] + b"\nx=" + b"1" * 20 + b"\n"
        for start in (0, 1)
        for size in (1, 2, 3, 4, 8, 16, 17)
    ),
    "short_key_like_a_known_one": b"ADMA=1\nXDMA=1\nEDMB=1\n",
    "nul_padding": b"PAGESIZE=4096\n" + b"\0" * 1000,
    "nul_padding_without_newline": b"PAGESIZE=4096" + b"\0" * 1000,
    "nul_padding_then_a_byte": b"PAGESIZE=4096\n" + b"\0" * 1000 + b"x",
    "all_bytes": bytes(range(1, 256)),
    "each_byte_a_line": b"".join(bytes([b]) + b"\n" for b in range(256)),
    "each_byte_a_value": b"".join(b"OSRELEASE=" + bytes([b]) + b"\n" for b in range(1, 256)),
    "each_byte_behind_a_key": b"".join(b"SIZE(page)" + bytes([b]) + b"\n" for b in range(1, 256)),
    "key_one_longer_than_longest": max(ENTRIES, key=len).encode() + b"x=1\n",
    "key_as_long_as_longest": b"x" * max(map(len, ENTRIES)) + b"=1\n",
    "longest_key": max(ENTRIES, key=len).encode() + b"=1\n",
    "shortest_key": min(ENTRIES, key=len).encode() + b"=1\n",
    "long_unknown_line": LONG + b"=1\nPAGESIZE=4096\n",
    "long_line_without_equals": LONG + b"\nPAGESIZE=4096\n",
    "long_unknown_value": b"NOPE=" + LONG + b"\nPAGESIZE=4096\n",
    "long_string": b"OSRELEASE=" + LONG + b"\nPAGESIZE=4096\n",
    "long_decimal": b"SIZE(page)=" + b"1" * 100_000 + b"\nPAGESIZE=4096\n",
    "long_zeros": b"SIZE(page)=" + b"0" * 100_000 + b"64\nPAGESIZE=4096\n",
    "long_hex": b"SYMBOL(prb)=0x" + b"f" * 100_000 + b"\nPAGESIZE=4096\n",
    "long_bytes": b"BUILD-ID=" + b"ab" * 50_000 + b"\nPAGESIZE=4096\n",
    "long_not_text": b"OSRELEASE=" + LONG + b"\x80\nPAGESIZE=4096\n",
    "long_equals": b"=" * 100_000 + b"\nPAGESIZE=4096\n",
    "many_empty_lines": b"\n" * 5_000 + b"PAGESIZE=4096\n",
    "every_key_in_order": "".join(f"{key}=1\n" for key in ENTRIES).encode(),
    "every_key_backwards": "".join(f"{key}=1\n" for key in reversed(list(ENTRIES))).encode(),
    "every_key_with_y": "".join(f"{key}=y\n" for key in ENTRIES).encode(),
    "every_key_twice": "".join(f"{key}=1\n{key}=2\n" for key in ENTRIES).encode(),
    "every_key_less_a_letter": "".join(f"{key[:-1]}=1\n" for key in ENTRIES).encode(),
    "every_key_less_first_letter": "".join(f"{key[1:]}=1\n" for key in ENTRIES).encode(),
    "every_key_and_a_letter": "".join(f"{key}x=1\n" for key in ENTRIES).encode(),
    **{
        f"{format_}_{name}": f"{key}={value}\nPAGESIZE=4096\n".encode()
        for format_, key in KEY_OF_FORMAT.items()
        for name, value in texts.NUMBERS.items()
    },
}

NAMES_TO_FIND = (
    b"",
    b"NOPE",
    b"NOP",
    b"NOPEE",
    b"a",
    b"=",
    b"NOPE=a",
    b"NOPE\n",
    b"\xff",
    b"x",
    b"PAGESIZE",
    b"SIZE(pa",
    b"xen_major_version",
    b"OFFSET(page.l",
)


# A note of each kind: word size, byte order, generation.
BASES = tuple(
    (NOTES / f"{name}.txt").read_bytes()
    for name in (
        "x86_64-5.10.0-30-cloud-amd64",
        "x86_64-6.12.117+deb13-cloud-amd64-kdump",
        "x86_64-7.3.4+deb13-cloud-amd64",
        "arm64-6.12.117+deb13-arm64-16k",
        "armhf-7.3-armmp-lpae",
        "i386-6.1.0-50-686-pae",
        "ppc64el-6.1.0-50-powerpc64le",
        "riscv64-7.2.13+deb14-riscv64",
        "s390x-6.1.0-50-s390x",
    )
)

VALUES = st.sampled_from(sorted(texts.NUMBERS.values(), key=lambda value: (len(value), value)))
PLACES = st.integers(0, 1 << 13)
BYTES = st.binary(min_size=1, max_size=4) | st.sampled_from(
    [b"\0", b"\n", b"=", b"\r\n", b"\n=", b"PAGESIZE=1\n", b"0x", b"-", b"y", b"\x7f", b"\x80"]
)


@st.composite
def mutated_texts(draw: st.DrawFn) -> bytes:
    """A real note with a few mutations."""
    text = draw(st.sampled_from(BASES))
    for mutate in draw(st.lists(st.sampled_from(MUTATIONS), min_size=1, max_size=6)):
        text = mutate(draw, text)
    return text


def _lines(text: bytes) -> list[bytes]:
    return text.splitlines(keepends=True) or [b""]


def _delete_line(draw: st.DrawFn, text: bytes) -> bytes:
    lines = _lines(text)
    del lines[draw(PLACES) % len(lines)]
    return b"".join(lines)


def _duplicate_line(draw: st.DrawFn, text: bytes) -> bytes:
    lines = _lines(text)
    line = lines[draw(PLACES) % len(lines)]
    lines.insert(draw(PLACES) % (len(lines) + 1), line)
    return b"".join(lines)


def _swap_lines(draw: st.DrawFn, text: bytes) -> bytes:
    lines = _lines(text)
    one, other = draw(PLACES) % len(lines), draw(PLACES) % len(lines)
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def _flip_byte(draw: st.DrawFn, text: bytes) -> bytes:
    if not text:
        return text
    place = draw(PLACES) % len(text)
    return text[:place] + bytes([text[place] ^ draw(st.integers(1, 255))]) + text[place + 1 :]


def _cut(draw: st.DrawFn, text: bytes) -> bytes:
    return text[: draw(PLACES) % (len(text) + 1)]


def _insert(draw: st.DrawFn, text: bytes) -> bytes:
    place = draw(PLACES) % (len(text) + 1)
    return text[:place] + draw(BYTES) + text[place:]


def _replace_value(draw: st.DrawFn, text: bytes) -> bytes:
    lines = _lines(text)
    place = draw(PLACES) % len(lines)
    key, _, _ = lines[place].partition(b"=")
    lines[place] = key + b"=" + draw(VALUES).encode() + b"\n"
    return b"".join(lines)


def _add_line(draw: st.DrawFn, text: bytes) -> bytes:
    lines = _lines(text)
    key = draw(st.sampled_from(sorted(ENTRIES)))
    line = f"{key}={draw(VALUES)}\n".encode()
    lines.insert(draw(PLACES) % (len(lines) + 1), line)
    return b"".join(lines)


MUTATIONS = (
    _delete_line,
    _duplicate_line,
    _swap_lines,
    _flip_byte,
    _cut,
    _insert,
    _replace_value,
    _add_line,
)

# Numbers for which recipes work, and numbers that break them.
MOST = (1 << 64) - 1
NUMBERS_OF_RECIPES = (
    st.integers(0, 64)
    | st.integers(0, 63).map(lambda bit: 1 << bit)
    | st.sampled_from([(1 << 63) - 1, MOST, MOST - 3, MOST - 7])
    | st.integers(0, MOST)
)


@lru_cache(maxsize=1)
def recipes() -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Keys and architectures of each recipe; the many recipes without keys count as one."""
    found = {
        (recipe.keys, recipe.archs if recipe.keys else ())
        for name in derive.DERIVATIONS
        for recipe in getattr(derive, f"_{name.upper()}")
    }
    return tuple(sorted(found))


def as_printed(key: str, number: int) -> str:
    format_ = ENTRIES[key].format
    if format_ == "hex":
        return f"{number:x}"
    if format_ == "0x-hex":
        return f"{number:#x}"
    if format_ == "signed":
        return str(number - (1 << 64) if number >> 63 else number)
    return "y" if format_ == "flag" else str(number)


@st.composite
def notes_for_recipes(draw: st.DrawFn) -> tuple[bytes, str | None]:
    """A note with the keys of one or two recipes, any numbers and some release; and an
    architecture.
    """
    chosen = draw(st.lists(st.sampled_from(recipes()), min_size=1, max_size=2))
    keys = {key for keys, _ in chosen for key in keys}
    keys |= draw(st.sets(st.sampled_from(["SIZE(list_head)", "PAGESIZE"])))
    lines = [f"OSRELEASE={draw(st.sampled_from(texts.RELEASES))}"]
    lines += [f"{key}={as_printed(key, draw(NUMBERS_OF_RECIPES))}" for key in sorted(keys)]
    archs: list[str | None] = [arch for _, archs in chosen for arch in archs]
    arch = draw(st.sampled_from(archs or [None, *ARCHITECTURES]))
    return ("\n".join(lines) + "\n").encode(), arch
