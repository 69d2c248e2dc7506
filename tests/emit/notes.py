# SPDX-License-Identifier: MIT
"""Texts to feed to the parsers: real ones, nasty ones, and ways to make nasty ones of real ones."""

from __future__ import annotations

import json
from functools import lru_cache

from hypothesis import strategies as st

import vmcoreinfo
from tests.conftest import CORPUS
from vmcoreinfo import ENTRIES, derive

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


def elf_note(
    text: bytes,
    order: str = "little",
    *,
    name: bytes = b"VMCOREINFO\0\0",
    namesz: int = 11,
    descsz: int | None = None,
    type_: int = 0,
) -> bytes:
    numbers = (namesz, len(text) if descsz is None else descsz, type_)
    big = order == "big"
    header = b"".join(number.to_bytes(4, "big" if big else "little") for number in numbers)
    return header + name + text


# ---- nasty values, by format --------------------------------------------------------

NUMBERS = {
    "zero": "0",
    "minus_zero": "-0",
    "plus_one": "+1",
    "minus": "-",
    "minus_minus_one": "--1",
    "minus_space": "- 1",
    "leading_space": " 1",
    "trailing_space": "1 ",
    "trailing_tab": "1\t",
    "carriage_return": "1\r",
    "empty": "",
    "underscore": "1_0",
    "octal": "0o17",
    "binary": "0b1",
    "float": "1.0",
    "exponent": "1e3",
    "exponent_that_is_hex": "1e",
    "bare_0x": "0x",
    "bare_0X": "0X",
    "0X_one": "0X1",
    "0x_twice": "0x0x1",
    "0x_minus": "0x-1",
    "minus_0x": "-0x1",
    "space_after_0x": "0x 1",
    "x_alone": "x1",
    "hundreds_of_zeros": "0" * 900,
    "hundreds_of_zeros_one": "0" * 900 + "1",
    "minus_hundreds_of_zeros_one": "-" + "0" * 900 + "1",
    "hundreds_of_zeros_u64_max": "0" * 700 + "18446744073709551615",
    "hundreds_of_zeros_u64_over": "0" * 700 + "18446744073709551616",
    "hundreds_of_zeros_i64_min": "-" + "0" * 700 + "9223372036854775808",
    "hundreds_of_zeros_i64_under": "-" + "0" * 700 + "9223372036854775809",
    "zeros_then_letter": "0" * 700 + "g",
    "0x_hundreds_of_zeros_ones": "0x" + "0" * 900 + "f" * 16,
    "0x_hundreds_of_zeros_over": "0x" + "0" * 900 + "1" + "0" * 16,
    "thousands_of_digits": "9" * 5000,
    "thousands_of_digits_letter": "9" * 5000 + "z",
    "u64_max": "18446744073709551615",
    "u64_max_and_one": "18446744073709551616",
    "u64_max_and_nine": "18446744073709551619",
    "ten_to_20": "100000000000000000000",
    "i64_max": "9223372036854775807",
    "i64_max_and_one": "9223372036854775808",
    "i64_min": "-9223372036854775808",
    "i64_min_less_one": "-9223372036854775809",
    "minus_u64_max": "-18446744073709551615",
    "hex_15": "f" * 15,
    "hex_16": "f" * 16,
    "hex_16_upper": "F" * 16,
    "hex_17": "1" + "0" * 16,
    "hex_17_led_by_zero": "0" + "f" * 16,
    "0x_hex_16": "0x" + "f" * 16,
    "0x_hex_17": "0x1" + "0" * 16,
    "hex_g": "fffg",
    "letter_first": "g0",
    "letter_between": "1g1",
    "equals": "=",
    "equals_one": "=1",
    "one_equals": "1=1",
    "minus_one": "-1",
    "y": "y",
    "n": "n",
    "Y": "Y",
    "yy": "yy",
    "y_space": "y ",
    "odd_pairs": "abc",
    "pairs_g": "abgd",
    "pairs_upper": "ABCDEF",
    "pairs_0x": "0xab",
    "pairs_256": "ab" * 256,
    "pairs_257": "ab" * 257,
}

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
    "garbage": b"OSRELEASE=init_uts_ns.name.release\nBUILD-ID=1400000003000000474e55003b43fad5\n",
    "garbage_of_the_other_order": b"OSRELEASE=6.1.9\nBUILD-ID=0000001400000003474e5500aabbccdd\n",
    "garbage_cut": b"OSRELEASE=init_uts_ns.name.releas\nBUILD-ID=1400000003000000474e55\n",
    "garbage_behind_good": b"BUILD-ID=ab\nBUILD-ID=1400000003000000474e550011\n",
    "good_behind_garbage": b"BUILD-ID=1400000003000000474e550011\nBUILD-ID=ab\n",
    "other_bases": b"SIZE(page)=0x40\nNUMBER(PG_lru)=0x5\nNUMBER(VMALLOC_START)=17\n",
    "unknown_numbers": b"SYMBOL(x)=ff\nSYMBOL(x=ff\nSYMBOL()=1\nNUMBER(x)=-5\nNUMBER(y)=0x5\nZ=\n",
    "empty": b"",
    "unknown_without_newline": b"unknown=1",
    "unknown_with_short_values": b"".join(
        b"unknown="
        + (b"\x01" + b"1" * 17)[start : start + size]
        + b"\n"
        + b"x="
        + b"1" * 20
        + b"\n"
        for start in (0, 1)
        for size in (1, 2, 3, 4, 8, 16, 17)
    ),
    "unknown_of_62_bytes_without_newline": b"A" * 60 + b"=1",
    "unknown_of_99_bytes_without_newline": b"A" * 10 + b"=" + b"1" * 88,
    "unknown_of_8_bytes_without_newline": b"PAGESIZ2=1",
    "newline": b"\n",
    "newlines": b"\n\n\n",
    "nul": b"\0",
    "nuls": b"\0" * 100,
    "no_last_newline": b"PAGESIZE=4096\nOSRELEASE=6.9",
    "no_last_newline_malformed": b"PAGESIZE=4096\nSIZE(page)=6x",
    "no_last_newline_unknown": b"PAGESIZE=4096\nSIZE(pa",
    "no_last_newline_in_key": b"PAGESIZE=4096\nSIZE(page)",
    "no_last_newline_not_text": b"PAGESIZE=4096\nSIZE(page)=6\xff",
    "no_last_newline_duplicate": b"PAGESIZE=4096\nPAGESIZE=8192",
    "no_last_newline_just_equals": b"PAGESIZE=4096\n=",
    "last_line_is_empty_value": b"PAGESIZE=4096\nOSRELEASE=",
    "nul_between_lines": b"PAGESIZE=4096\n\0OSRELEASE=6.9\n",
    "nul_in_a_line": b"PAGESIZE=4096\nOSREL\0EASE=6.9\n",
    "nul_in_a_value": b"PAGESIZE=40\x0096\nOSRELEASE=6.9\n",
    "nul_first": b"\0PAGESIZE=4096\n",
    "nul_first_and_last": b"\0PAGESIZE=4096\n\0",
    "nul_padding": b"PAGESIZE=4096\n" + b"\0" * 1000,
    "nul_padding_without_newline": b"PAGESIZE=4096" + b"\0" * 1000,
    "nul_padding_then_a_byte": b"PAGESIZE=4096\n" + b"\0" * 1000 + b"x",
    "nul_padding_then_a_newline": b"PAGESIZE=4096\n\0\0\n",
    "one_nul_then_newline_without_newline": b"PAGESIZE=4096\0\n",
    "crlf": b"PAGESIZE=4096\r\nOSRELEASE=6.9\r\n",
    "cr_alone": b"PAGESIZE=4096\rOSRELEASE=6.9\r",
    "equals_first": b"=4096\n",
    "equals_alone": b"=\n",
    "equals_twice": b"==\n",
    "equals_in_value": b"OSRELEASE=a=b=c\n",
    "equals_in_unknown_value": b"NOPE=a=b=c\n",
    "no_equals": b"PAGESIZE\n",
    "no_equals_unknown": b"nothing at all\n",
    "space_around_equals": b"PAGESIZE = 4096\n",
    "space_first": b" PAGESIZE=4096\n",
    "tab_first": b"\tPAGESIZE=4096\n",
    "tab_in_value": b"OSRELEASE=6.9\tx\n",
    "tab_alone": b"\t\n",
    "delete_in_value": b"OSRELEASE=6.9\x7f\n",
    "unit_separator_in_value": b"OSRELEASE=6.9\x1f\n",
    "tilde_and_space_in_value": b"OSRELEASE= ~\n",
    "non_ascii_in_value": "OSRELEASE=6.9-ä\n".encode(),
    "non_ascii_in_key": "OSRELÄSE=6.9\n".encode(),
    "non_ascii_digits": "PAGESIZE=\u0664\u0660\u0669\u0666\n".encode(),
    "latin_1_superscript": b"PAGESIZE=4\xb2\n",
    "next_line_of_latin_1": b"OSRELEASE=6.9\x85PAGESIZE=4096\n",
    "form_feed_and_vertical_tab": b"OSRELEASE=6.9\x0cPAGESIZE=4096\x0b\n",
    "byte_order_mark": b"\xef\xbb\xbfPAGESIZE=4096\n",
    "all_bytes": bytes(range(1, 256)),
    "each_byte_a_line": b"".join(bytes([b]) + b"\n" for b in range(256)),
    "each_byte_a_value": b"".join(b"OSRELEASE=" + bytes([b]) + b"\n" for b in range(1, 256)),
    "each_byte_behind_a_key": b"".join(b"SIZE(page)" + bytes([b]) + b"\n" for b in range(1, 256)),
    "duplicate_good_good": b"PAGESIZE=4096\nPAGESIZE=65536\n",
    "duplicate_same": b"PAGESIZE=4096\nPAGESIZE=4096\n",
    "duplicate_good_bad": b"PAGESIZE=4096\nPAGESIZE=x\n",
    "duplicate_bad_good": b"PAGESIZE=x\nPAGESIZE=4096\n",
    "duplicate_bad_bad": b"PAGESIZE=x\nPAGESIZE=y\n",
    "duplicate_good_overflow": b"SIZE(page)=64\nSIZE(page)=" + b"9" * 30 + b"\n",
    "duplicate_overflow_good": b"SIZE(page)=" + b"9" * 30 + b"\nSIZE(page)=64\n",
    "duplicate_good_not_text": b"PAGESIZE=4096\nPAGESIZE=4096\r\n",
    "duplicate_three": b"PAGESIZE=1\nPAGESIZE=2\nPAGESIZE=3\n",
    "duplicate_good_bad_good": b"PAGESIZE=1\nPAGESIZE=x\nPAGESIZE=3\n",
    "duplicate_flag": b"CONFIG_X86_PAE=y\nCONFIG_X86_PAE=n\nCONFIG_X86_PAE=y\n",
    "duplicate_string_longer_and_shorter": b"OSRELEASE=6.9-long\nOSRELEASE=6.9\n",
    "duplicate_bytes": b"BUILD-ID=abcd\nBUILD-ID=ef\n",
    "duplicate_unknown": b"NOPE=1\nNOPE=2\n",
    "duplicate_unknown_empty_last": b"NOPE=1\nNOPE=\n",
    "duplicate_unknown_not_text_last": b"NOPE=1\nNOPE=\x01\n",
    "unknown_empty_value": b"NOPE=\n",
    "flag_is_n": b"CONFIG_X86_PAE=n\n",
    "flag_without_newline": b"CONFIG_X86_PAE=y",
    "key_longer_than_any": b"SYMBOL(" + b"x" * 300 + b")=1\n",
    "key_one_longer_than_longest": max(ENTRIES, key=len).encode() + b"x=1\n",
    "key_as_long_as_longest": b"x" * max(map(len, ENTRIES)) + b"=1\n",
    "longest_key": max(ENTRIES, key=len).encode() + b"=1\n",
    "shortest_key": min(ENTRIES, key=len).encode() + b"=1\n",
    "key_of_one_letter": b"a=1\n",
    "key_is_prefix": b"OFFSET(page)=1\nOFFSET(page.l=2\nSYMBOL(mem=3\nPAGE=4\n",
    "short_key_like_a_known_one": b"ADMA=1\nXDMA=1\nEDMB=1\n",
    "key_has_known_prefix": b"PAGESIZE2=1\nOSRELEASEX=2\nCONFIG_X86_PAE_=y\n",
    "key_of_other_case": b"pagesize=4096\nsymbol(init_uts_ns)=1\n",
    "key_with_spaces": b"a key =1\n",
    "known_line_behind_bad_ones": b"\xff\n=\nx\nNOPE=1\nPAGESIZE=4096\n",
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
    "xen_text": b"xen_major_version=4\nSIZE(page_info)=32\n",
    "literal_release_of_2.6.25": b"OSRELEASE=init_uts_ns.name.release\nPAGESIZE=4096\n",
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
        for name, value in NUMBERS.items()
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

# ---- strategies ---------------------------------------------------------------------

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

VALUES = st.sampled_from(sorted(NUMBERS.values(), key=lambda value: (len(value), value)))
PLACES = st.integers(0, 1 << 13)
BYTES = st.binary(min_size=1, max_size=4) | st.sampled_from(
    [b"\0", b"\n", b"=", b"\r\n", b"\n=", b"PAGESIZE=1\n", b"0x", b"-", b"y", b"\x7f", b"\x80"]
)


@st.composite
def mutated_texts(draw: st.DrawFn) -> bytes:
    """A real note with a few things done to it."""
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

# Releases around those that recipes name, and some that are none.
RELEASES = (
    *("2.6.24", "2.6.25.20", "2.6.26", "2.6.27-rc1", "2.6.30", "2.6.31", "2.6.32-754.el6.x86_64"),
    *("2.6.37", "2.6.38.8", "2.6.39.4", "2.6", "2.6.", "2.7.99", "2.5.3", "3.0.101", "3.2", "3.3"),
    *("3.5", "3.6", "3.7", "3.8", "3.9", "3.10.0-1160.el7.x86_64", "3.13.11", "3.14", "3.16"),
    *("3.17-rc1", "4.1", "4.5.7", "4.6", "4.7", "4.11", "4.12", "4.15", "4.16", "4.17.0"),
    *("4.18.0-553.el8_10.x86_64", "4.19", "5.1", "5.2", "5.3", "5.4.0", "5.5", "5.11", "5.12"),
    *("6.2", "6.3", "6.5", "6.6", "6.12.117+deb13-cloud-amd64", "6.13", "7.3", "99.99.99"),
    *("", "6", "6.", ".6", "x6.9", "-6.9", "6.x", "6.9x", "65535.65535", "65536.1", "1.65536"),
    *(
        "3.10.65536",
        "2.6.65536",
        "2.6.65535",
        "2.6.32.5",
        "2.6.32.5.1",
        "4.14.9.1.2",
        "0.0",
        "0.1",
        "00000000000003.0000000010",
    ),
    *("9" * 400 + ".1", "3." + "0" * 400 + "8", "init_uts_ns.name.release", "6 .9", "6. 9", "2..6"),
)

# Numbers that recipes work with, and such as break them.
MOST = (1 << 64) - 1
NUMBERS_OF_RECIPES = (
    st.integers(0, 64)
    | st.integers(0, 63).map(lambda bit: 1 << bit)
    | st.sampled_from([(1 << 63) - 1, MOST, MOST - 3, MOST - 7])
    | st.integers(0, MOST)
)


@lru_cache(maxsize=1)
def recipes() -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Keys and architectures of each recipe; those without keys, of which there are many, as one."""
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
    """The keys of one recipe or two, with any numbers and some release; an architecture."""
    chosen = draw(st.lists(st.sampled_from(recipes()), min_size=1, max_size=2))
    keys = {key for keys, _ in chosen for key in keys}
    keys |= draw(st.sets(st.sampled_from(["SIZE(list_head)", "PAGESIZE"])))
    lines = [f"OSRELEASE={draw(st.sampled_from(RELEASES))}"]
    lines += [f"{key}={as_printed(key, draw(NUMBERS_OF_RECIPES))}" for key in sorted(keys)]
    archs: list[str | None] = [arch for _, archs in chosen for arch in archs]
    arch = draw(st.sampled_from(archs or [None, *ARCHITECTURES]))
    return ("\n".join(lines) + "\n").encode(), arch
