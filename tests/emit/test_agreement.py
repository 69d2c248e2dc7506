# SPDX-License-Identifier: MIT
"""Proves that the C and the Python product say the same of any bytes.

The same is: each value as each accessor gives it, each diagnostic with all its fields,
each derivation with its status, value and recipe, and each read of memory on the way.
C runs under AddressSanitizer and UndefinedBehaviorSanitizer, on buffers that end where
the text ends.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import vmcoreinfo
from tests.each import check_each
from tests.emit import notes
from tests.emit.driver import (
    MASK,
    Driver,
    derivations_of_header,
    finding,
    memory,
    parsing,
    python_answer,
    reading,
    target,
)
from vmcoreinfo import derive
from vmcoreinfo_codegen.emit.vectors import texts
from vmcoreinfo_codegen.model import Schema

REAL = sorted(notes.NOTES.iterdir())


def agree(driver: Driver, request: list[str]) -> list[str]:
    """What both say, but for lines and quirks, on which they agree too."""
    expected = python_answer([*request, "lines"])
    said = driver.ask([*request, "lines"])
    assert said == expected
    return [line for line in said if not line.startswith(("line ", "quirk "))]


def targets_of(arch: str) -> list[str]:
    return [
        target(arch, big_endian=big_endian, memory=kind)
        for big_endian in (False, True)
        for kind in notes.MEMORIES
    ]


EVERY_ARCHITECTURE = [target(arch, memory="noise") for arch in (None, *notes.ARCHITECTURES)]


# ---- what is known ------------------------------------------------------------------


def test_both_know_the_same_of_each_entry(driver: Driver) -> None:
    said = driver.ask(["metadata"])
    assert [line for line in said if line.startswith("contradiction")] == []
    expected = [
        f"entry {e.key} {e.kind} {e.format} {e.unit or '-'} {e.since} {e.until or '-'}"
        + "".join(f" {key}" for key in e.replaced_by)
        for e in vmcoreinfo.ENTRIES.values()
    ]
    assert [line for line in said if line.startswith("entry ")] == expected
    assert f"release {vmcoreinfo.FIRST_RELEASE} {vmcoreinfo.LATEST_RELEASE}" == said[0]


def test_both_know_the_same_machines(schema: Schema, driver: Driver) -> None:
    said = [line.split()[1:] for line in driver.ask(["metadata"]) if line.startswith("machine ")]
    names = [None, *(arch.name for arch in schema.architectures_by_number)]
    found = {(int(machine), int(bits)): names[int(arch)] for machine, bits, arch in said}
    assert found == vmcoreinfo.ELF_MACHINES
    assert found[62, 64] == "x86_64" and set(found.values()) == {
        a.name for a in schema.architectures
    }


def test_both_have_the_same_derivations(driver: Driver) -> None:
    said = driver.ask(["metadata"])
    names = [line.split()[1] for line in said if line.startswith("derivation ")]
    assert names == derivations_of_header() == list(derive.DERIVATIONS)


def test_what_is_no_architecture_is_as_good_as_none(driver: Driver) -> None:
    text = parsing(b"OSRELEASE=3.9.0\nPAGESIZE=4096\nNUMBER(VA_BITS)=48\n")
    nameless = driver.ask([text, target(None)])
    names = {name[:-1] for name in notes.ARCHITECTURES} | {f"{n}x" for n in notes.ARCHITECTURES}
    names -= {"", *notes.ARCHITECTURES}
    assert len(names) > 80
    for name in sorted(names):
        assert driver.ask([text, target(name)]) == nameless, name
    assert driver.ask([text, target("aarch64")]) == driver.ask([text, target("arm64")]) != nameless


# ---- real notes ---------------------------------------------------------------------


def test_the_corpus_is_whole() -> None:
    assert len(REAL) >= 200
    assert {path.suffix for path in REAL} == {".note", ".txt"}


def test_agree_on_real_notes(driver: Driver) -> None:
    def check(path: Path) -> None:
        data = path.read_bytes()
        arch = notes.arch_by_file()[path.with_suffix(".note").name]
        ask = reading if path.suffix == ".note" else parsing
        targets = (*targets_of(arch), "targetless", *EVERY_ARCHITECTURE)
        said = agree(driver, [ask(data), finding(b"NOPE"), *targets])
        assert len([line for line in said if line.startswith("value ")]) > 60
        assert "errors 0" in said
        assert [line for line in said if line.startswith("diagnostic ")] == []

    check_each(REAL, lambda path: path.name, check)


def test_optimised_c_agrees_on_real_notes(optimised_driver: Driver) -> None:
    for path in REAL:
        arch = notes.arch_by_file()[path.with_suffix(".note").name]
        agree(optimised_driver, [reading(path.read_bytes()), *targets_of(arch)])


# ---- nasty texts --------------------------------------------------------------------


def test_agree_on_nasty_texts(driver: Driver) -> None:
    asked = [*(finding(key) for key in notes.NAMES_TO_FIND), *targets_of("x86_64")]

    def check(name: str) -> None:
        agree(driver, [parsing(notes.TEXTS[name]), *asked])

    check_each(notes.TEXTS, str, check)


def test_optimised_c_agrees_on_nasty_texts(optimised_driver: Driver) -> None:
    found = [finding(key) for key in notes.NAMES_TO_FIND]
    for text in notes.TEXTS.values():
        agree(optimised_driver, [parsing(text), *found])


@pytest.mark.parametrize("name", ["long_unknown_line", "long_unknown_value", "long_equals"])
def test_agree_on_finding_a_long_name(driver: Driver, name: str) -> None:
    found = [finding(notes.LONG[less:]) for less in (0, 1)] + [finding(notes.LONG + b"A")]
    said = agree(driver, [parsing(notes.TEXTS[name]), *found])
    assert sum(" is " in line for line in said[-3:]) == (name == "long_unknown_line")


def test_agree_on_a_real_note_cut_at_each_byte(driver: Driver) -> None:
    text = notes.BASES[0]
    for end in range(len(text) - 300, len(text) + 1):
        agree(driver, [parsing(text[:end])])


def test_no_text_at_all_is_an_empty_text(driver: Driver) -> None:
    """A caller that found no note passes NULL and 0, which no arithmetic may be done with."""
    said = driver.ask(["null", finding(b"NOPE"), target("x86_64")])
    assert said == python_answer([parsing(b""), finding(b"NOPE"), target("x86_64")])
    assert "errors 0" in said


# ---- what the two should agree on ---------------------------------------------------

EXPECTED = {
    "no_last_newline": [
        "diagnostic truncated warning 2 14 4f5352454c45415345 "
        "the last line has no newline; it may be truncated",
        "errors 0",
        "value OSRELEASE ok - 362e39 -",
        "value PAGESIZE ok 4096 34303936 -",
    ],
    "nul_between_lines": [
        "diagnostic not-text error 2 14 - the text after a NUL byte is ignored",
        "errors 1",
        "value PAGESIZE ok 4096 34303936 -",
    ],
    "nul_padding": ["errors 0", "value PAGESIZE ok 4096 34303936 -"],
    "duplicate_good_good": [
        "diagnostic duplicate warning 2 14 5041474553495a45 "
        "duplicate key; the last usable line counts",
        "errors 0",
        "value PAGESIZE ok 65536 3635353336 -",
    ],
    "duplicate_good_bad": [
        "diagnostic malformed error 2 23 5041474553495a45 the value is not a signed decimal number",
        "errors 1",
        "value PAGESIZE ok 4096 34303936 -",
    ],
    "duplicate_bad_good": [
        "diagnostic malformed error 1 9 5041474553495a45 the value is not a signed decimal number",
        "diagnostic duplicate warning 2 11 5041474553495a45 "
        "duplicate key; the last usable line counts",
        "errors 1",
        "value PAGESIZE ok 4096 34303936 -",
    ],
    "crlf": [
        "diagnostic not-text error 1 13 - a byte is not printable ASCII; the line is ignored",
        "diagnostic not-text error 2 28 - a byte is not printable ASCII; the line is ignored",
        "errors 2",
    ],
    "equals_first": [
        "diagnostic malformed error 1 0 - no key before the '=', expected KEY=VALUE",
        "errors 1",
    ],
    "no_equals": [
        "diagnostic malformed error 1 0 - no '=' in the line, expected KEY=VALUE",
        "errors 1",
    ],
    "flag_is_n": [
        "diagnostic malformed error 1 15 434f4e4649475f5838365f504145 the value is not 'y'",
        "errors 1",
        "value CONFIG_X86_PAE malformed - 6e -",
    ],
    "unknown_empty_value": [
        "diagnostic unknown info 1 0 4e4f5045 not exported by any kernel known to this parser",
        "errors 0",
    ],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_both_say_what_is_expected(driver: Driver, name: str) -> None:
    assert agree(driver, [parsing(notes.TEXTS[name])]) == EXPECTED[name]


# Format, value as printed, and the number, or the diagnostic.
NUMBERS: list[tuple[str, str, int | str]] = [
    ("decimal", "0", 0),
    ("decimal", "0" * 500 + "7", 7),
    ("decimal", "18446744073709551615", 18446744073709551615),
    ("decimal", "18446744073709551616", "overflow"),
    ("decimal", "9" * 400, "overflow"),
    ("decimal", "-1", "malformed"),
    ("decimal", "+1", "malformed"),
    ("decimal", "0x40", 64),
    ("decimal", "0x", "malformed"),
    ("decimal", "0x1" + "0" * 16, "overflow"),
    ("decimal", "", "malformed"),
    ("signed", "9223372036854775807", 9223372036854775807),
    ("signed", "9223372036854775808", "overflow"),
    ("signed", "-9223372036854775808", -9223372036854775808),
    ("signed", "-9223372036854775809", "overflow"),
    ("signed", "-" + "0" * 500 + "3", -3),
    ("signed", "-0", 0),
    ("signed", "-", "malformed"),
    ("signed", "--1", "malformed"),
    ("signed", "1 ", "malformed"),
    ("signed", "0x1000", 4096),
    ("signed", "0xffffffffffffffff", -1),
    ("signed", "-0x1", "malformed"),
    ("hex", "10", 16),
    ("hex", "0x10", 16),
    ("hex", "fF", 255),
    ("hex", "ffffffffffffffff", 18446744073709551615),
    ("hex", "10000000000000000", "overflow"),
    ("hex", "0" * 500 + "ffffffffffffffff", 18446744073709551615),
    ("hex", "0x" + "0" * 500 + "1" + "0" * 16, "overflow"),
    ("hex", "0x", "malformed"),
    ("hex", "0X1", "malformed"),
    ("hex", "-1", "malformed"),
    ("0x-hex", "0xffffb28700000000", 18446658891623170048),
    ("0x-hex", "1000", 1000),
    ("0x-hex", "18446744073709551615", 18446744073709551615),
    ("0x-hex", "18446744073709551616", "overflow"),
    ("0x-hex", "ff", "malformed"),
    ("0x-hex", "-1", "malformed"),
    ("0x-hex", "0x10000000000000000", "overflow"),
    ("0x-hex", "0x0x1", "malformed"),
    ("0x-hex", "g" * 400, "malformed"),
]


@pytest.mark.parametrize(("format_", "printed", "expected"), NUMBERS, ids=lambda v: str(v)[:24])
def test_number_rules(driver: Driver, format_: str, printed: str, expected: int | str) -> None:
    key = notes.KEY_OF_FORMAT[format_]
    assert vmcoreinfo.ENTRIES[key].format == format_
    said = agree(driver, [parsing(f"{key}={printed}\n".encode())])
    at = len(key) + 1
    if isinstance(expected, str):
        status = {"overflow": "out-of-range"}.get(expected, expected)
        assert [line.split()[1:5] for line in said[:-2]] == [[expected, "error", "1", str(at)]]
        assert said[-2:] == [
            "errors 1",
            f"value {key} {status} - {printed.encode().hex() or '-'} -",
        ]
        return
    other = printed.startswith("0x") != (format_ == "0x-hex")
    warned = [["other-base", "warning", "1", str(at)]] if other else []
    assert [line.split()[1:5] for line in said[:-2]] == warned
    bits = expected & MASK
    assert said[-2:] == ["errors 0", f"value {key} ok {bits} {printed.encode().hex()} -"]


# ---- note headers -------------------------------------------------------------------

TEXT = b"OSRELEASE=6.9\nPAGESIZE=4096\n"
XEN = texts.elf_note(TEXT, name=b"VMCOREINFO_XEN\0\0", namesz=15)

# A note, and what its text is: an offset and a length.
HEADERS: dict[str, tuple[bytes, int, int]] = {
    "little": (texts.elf_note(TEXT), 24, 28),
    "big": (texts.elf_note(TEXT, "big"), 24, 28),
    "zero_tail": (texts.elf_note(TEXT) + b"\0" * 24, 24, 28),
    "tail_is_not_read": (texts.elf_note(TEXT) + b"SIZE(page)=64\n", 24, 28),
    "descsz_one_too_large": (texts.elf_note(TEXT, descsz=29), 24, 28),
    "descsz_of_4_gib": (texts.elf_note(TEXT, descsz=0xFFFFFFFF), 24, 28),
    "descsz_of_4_gib_big": (texts.elf_note(TEXT, "big", descsz=0xFFFFFFFF), 24, 28),
    "descsz_one_too_small": (texts.elf_note(TEXT, descsz=27), 24, 27),
    "descsz_zero": (texts.elf_note(TEXT, descsz=0), 24, 0),
    "no_text": (texts.elf_note(b""), 24, 0),
    "no_text_though_descsz": (texts.elf_note(b"", descsz=100), 24, 0),
    "one_byte_of_text": (texts.elf_note(b"x"), 24, 1),
    "padding_is_not_zero": (texts.elf_note(TEXT, name=b"VMCOREINFO\0x"), 24, 28),
    # What is not a note is a text.
    "text_alone": (TEXT, 0, 28),
    "empty": (b"", 0, 0),
    "header_without_last_byte": (texts.elf_note(b"")[:23], 0, 23),
    "header_without_name": (texts.elf_note(b"")[:12], 0, 12),
    "other_type": (texts.elf_note(TEXT, type_=1), 0, 52),
    "other_name": (texts.elf_note(TEXT, name=b"QEMU\0\0\0\0\0\0\0\0"), 0, 52),
    "other_case_of_name": (texts.elf_note(TEXT, name=b"vmcoreinfo\0\0"), 0, 52),
    "longer_name": (texts.elf_note(TEXT, name=b"VMCOREINFOX\0"), 0, 52),
    "name_of_xen": (XEN, 0, len(XEN)),
    "namesz_10": (texts.elf_note(TEXT, namesz=10), 0, 52),
    "namesz_12": (texts.elf_note(TEXT, namesz=12), 0, 52),
    "namesz_0": (texts.elf_note(TEXT, namesz=0), 0, 52),
    "byte_orders_mixed": (
        texts.elf_note(TEXT)[:8] + (1).to_bytes(4, "big") + texts.elf_note(TEXT)[12:],
        0,
        52,
    ),
    "fill": (b"\xff" * 64, 0, 64),
}


@pytest.mark.parametrize("name", HEADERS)
def test_agree_on_note_header(driver: Driver, name: str) -> None:
    note, offset, length = HEADERS[name]
    said = agree(driver, [reading(note), target("x86_64", memory="noise")])
    assert said[0] == f"note {offset} {length}"
    assert vmcoreinfo.parse(note).text == note[offset : offset + length].split(b"\0")[0]


def test_agree_on_a_note_cut_at_each_byte(driver: Driver) -> None:
    for order in ("little", "big"):
        note = texts.elf_note(TEXT, order)
        for end in range(len(note) + 1):
            said = agree(driver, [reading(note[:end])])
            assert said[0] == (f"note 24 {end - 24}" if end >= 24 else f"note 0 {end}")


# ---- made-up ones -------------------------------------------------------------------

ARCH_OR_NONE = st.sampled_from([None, *notes.ARCHITECTURES])
MEMORY = st.sampled_from(notes.MEMORIES)


@pytest.mark.mutations
@given(notes.mutated_texts(), ARCH_OR_NONE, st.booleans(), MEMORY)
def test_agree_on_mutated_notes(
    driver: Driver, text: bytes, arch: str | None, big_endian: bool, kind: str
) -> None:
    keys = [line.partition(b"=")[0] for line in text.split(b"\n")]
    unknown = [key for key in keys if key and key.decode("latin-1") not in vmcoreinfo.ENTRIES]
    found = [finding(key) for key in unknown[:8]]
    where = target(arch, big_endian=big_endian, memory=kind)
    agree(driver, [parsing(text), *found, finding(b"NOPE"), where, "targetless"])


@pytest.mark.mutations
@given(st.binary(max_size=400) | st.text(alphabet="PAGESIZE=\n\0(.)0x-1y", max_size=80))
def test_agree_on_any_bytes(driver: Driver, data: bytes | str) -> None:
    raw = data.encode("ascii") if isinstance(data, str) else data
    agree(driver, [parsing(raw), reading(raw), finding(raw[:20]), finding(raw[-20:])])


@pytest.mark.mutations
@given(
    st.sampled_from(notes.BASES),
    st.sampled_from(["little", "big"]),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 255)), max_size=3),
    st.integers(0, 60),
)
def test_agree_on_mutated_note_headers(
    driver: Driver, text: bytes, order: str, changes: list[tuple[int, int]], cut: int
) -> None:
    note = bytearray(texts.elf_note(text[:200], order))
    for place, byte in changes:
        note[place] = byte
    agree(driver, [reading(bytes(note[: len(note) - cut]))])


@pytest.mark.mutations
@given(notes.notes_for_recipes(), st.booleans(), MEMORY)
@example((b"OSRELEASE=65536.1\n", "x86_64"), False, "none")
def test_agree_on_recipes(
    driver: Driver, note: tuple[bytes, str | None], big_endian: bool, kind: str
) -> None:
    text, arch = note
    agree(driver, [parsing(text), target(arch, big_endian=big_endian, memory=kind)])


@pytest.mark.parametrize("release", texts.RELEASES, ids=lambda release: release[:24])
def test_agree_on_the_release(driver: Driver, release: str) -> None:
    agree(driver, [parsing(f"OSRELEASE={release}\nPAGESIZE=4096\n".encode()), *EVERY_ARCHITECTURE])


# ---- memory -------------------------------------------------------------------------

WALK = (
    b"SYMBOL(vmap_area_list)=ffffffffffffffff\nOFFSET(list_head.next)=18446744073709551615\n"
    b"OFFSET(vmap_area.list)=40\nOFFSET(vmap_area.va_start)=18446744073709551615\n"
)


@pytest.mark.parametrize("pointer", [4, 8])
@pytest.mark.parametrize("big_endian", [False, True])
def test_addresses_wrap_at_64_bits(driver: Driver, pointer: int, big_endian: bool) -> None:
    text = WALK + f"SIZE(list_head)={2 * pointer}\n".encode()
    chunks = {(1 << 64) - 48: bytes(range(48)), 0: bytes(range(100))}
    said = agree(
        driver,
        [
            parsing(text),
            *memory(chunks),
            *(target("x86_64", big_endian=big_endian, memory=kind) for kind in notes.MEMORIES),
        ],
    )
    # list and next are the two last addresses: the read would go past the end of all of them.
    assert f"read fffffffffffffffe {pointer} failed" in said
    assert f"read fffffffffffffffe {pointer} ok" in said


@pytest.mark.parametrize("size", [0, 3, 4, 7, 8])
def test_memory_that_is_too_short_is_a_failure(driver: Driver, size: int) -> None:
    text = b"SYMBOL(vmlist)=1000\nOFFSET(vm_struct.addr)=0\nSIZE(list_head)=8\n"
    chunks = {0x1000: (0x2000).to_bytes(8, "little")[:size], 0x2000: b"\x0d\x0c\x0b\x0a"[:size]}
    said = agree(driver, [parsing(text), *memory(chunks), target("i386", memory="map")])
    expected = f"ok {0x0A0B0C0D} vmlist" if size >= 4 else "read-failed"
    assert f"derive vmalloc_start {expected}" in said
