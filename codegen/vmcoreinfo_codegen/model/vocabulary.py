# SPDX-License-Identifier: MIT
"""The closed word lists of the language, each word with its meaning."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Self


class Described(StrEnum):
    """A word of the language and its meaning (`.doc`)."""

    doc: str

    def __new__(cls, value: str, doc: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.doc = doc
        return member

    @classmethod
    def values(cls) -> list[str]:
        return [str(member.value) for member in cls]


class Format(Described):
    """How the kernel prints a value, and thus how it is read."""

    DECIMAL = ("decimal", "digits, no sign: `%lu`")
    SIGNED = ("signed", "digits, a `-` before a negative number: `%ld`, `%lld`, `%d`")
    HEX = ("hex", "hexadecimal digits without a prefix: `%lx`")
    PREFIXED_HEX = ("0x-hex", "hexadecimal digits after `0x`: `0x%lx`, `0x%llx`")
    STRING = ("string", "text to the end of the line: `%s`")
    HEXBYTES = ("hexbytes", "bytes, each as two hexadecimal digits: `%20phN`")
    FLAG = ("flag", "the letter `y`; if the line is absent, no")

    @property
    def is_number(self) -> bool:
        return self not in (Format.STRING, Format.HEXBYTES, Format.FLAG)

    @property
    def is_signed(self) -> bool:
        return self is Format.SIGNED

    def printed(self, value: int, bits: int = 64) -> str:
        """A number of that many bits as the kernel prints it; higher bits are ignored."""
        value &= (1 << bits) - 1
        if self is Format.HEX:
            return f"{value:x}"
        if self is Format.PREFIXED_HEX:
            return f"{value:#x}"
        return str(value - (1 << bits) if self.is_signed and value >> (bits - 1) else value)


def read_as(formats: Collection[Format]) -> Format | None:
    """The format that reads values in any of several formats, None if the text can't distinguish
    them.

    A number with `0x` is hexadecimal, one without is decimal; if a format is hexadecimal without
    `0x`, both are hexadecimal. Unsigned values are read like signed ones, modulo 2^64.
    """
    if len(formats) == 1:
        return next(iter(formats))
    if set(formats) == {Format.HEX, Format.PREFIXED_HEX}:
        return Format.HEX
    if set(formats) <= {Format.DECIMAL, Format.SIGNED, Format.PREFIXED_HEX}:
        return Format.SIGNED if Format.SIGNED in formats else Format.DECIMAL
    return None


class Unit(Described):
    """What a value counts or denotes."""

    ADDRESS = ("address", "a kernel virtual address of the running kernel, KASLR included")
    PHYSICAL_ADDRESS = ("physical-address", "a physical address")
    BYTES = ("bytes", "a size or an offset in bytes")
    COUNT = ("count", "a number of elements")
    BITS = ("bits", "a width in bits, or a base-2 logarithm")
    BIT = ("bit", "the number of a bit in a word of flags, from 0")
    MASK = ("mask", "bits to test in a word")
    INDEX = ("index", "a place in an array or an enumeration")
    SECONDS = ("seconds", "seconds since the Unix epoch")
    PAGE_TYPE = ("page-type", "a value of the map count or page type word of struct page")
    DISPLACEMENT = (
        "displacement",
        "distance in bytes between two address spaces or two places in the kernel image, modulo "
        "2^64",
    )
    REGISTER = ("register", "a CPU register, or a field of one")
    BOOLEAN = ("boolean", "1 or 0, yes or no")
    TEXT = ("text", "text without a unit")


class Bound(Described):
    """How far the size of a type is known."""

    EXACT = ("exactly", "the same in every configuration")
    LEAST = ("at least", "no configuration has less")
    MOST = ("at most", "no configuration has more")


class QuirkKind(Described):
    """What is wrong with an exported value in a range of releases."""

    GARBAGE = ("garbage", "the value has no meaning; ignore it")
    WRONG = ("wrong", "the value is wrong in a known way")
    MISSING = ("missing", "the entry is absent although its condition is true")
    DUPLICATE = ("duplicate", "the line is printed more than once")
    UNENDED = ("unended", "the line has no newline, and some readers miss it")


class Verdict(Described):
    """What happens to a purpose if the entries that it needs are missing, best first."""

    OK = ("ok", "everything needed is present")
    FALLBACK = ("fallback", "another way is used, with the same result")
    DEGRADED = (
        "degraded",
        "something is missing or slower, which the tool reports or which is visible",
    )
    UNKNOWN = ("unknown", "not known: neither worked out for this combination nor observed")
    WRONG = ("wrong", "the result is silently wrong")
    FATAL = ("fatal", "the tool stops, or the purpose fails")

    @property
    def rank(self) -> int:
        """0 is the best."""
        return _RANKS[self]

    @property
    def is_bad(self) -> bool:
        return self in (Verdict.WRONG, Verdict.FATAL)


_RANKS = {verdict: rank for rank, verdict in enumerate(Verdict)}


class Trait(Described):
    """How a tool's parser differs from the rules for notes: the input that it treats
    differently."""

    NOTE_LIMIT = ("note-limit", "a note with more than this many bytes")
    LINE_LIMIT = ("line-limit", "a line with more than this many bytes, not counting its newline")
    LAST_LINE_DROPPED = ("last-line-dropped", "a last line without a newline")
    EQUALS_NEEDED = ("equals-needed", "a line without '='")
    OSRELEASE_FIRST = ("osrelease-first", "a note that does not begin with OSRELEASE")
    PRINTABLE_ONLY = ("printable-only", "a byte that is neither printable ASCII nor white space")
    UNANCHORED = ("unanchored", "a key it looks for, inside a line before the key's own")
    FIRST_DUPLICATE = (
        "first-duplicate",
        "a key it looks for twice, with different values: it takes the first",
    )

    UNPARSABLE = ("unparsable", "a value not in the key's format, of a key it looks for")

    @property
    def has_limit(self) -> bool:
        return self in (Trait.NOTE_LIMIT, Trait.LINE_LIMIT)


class DumpFormat(Described):
    """The container from which a tool reads a note."""

    ELF = ("elf", "an ELF core, as `/proc/vmcore` is")
    KDUMP = ("kdump", "a compressed dump of makedumpfile or QEMU")
    FLATTENED = ("flattened", "a dump as `makedumpfile -F` writes it to a pipe")


class DumpSource(Described):
    """Information in a dump beside its note that a tool can use."""

    HEADERS = ("headers", "program headers with the addresses at which the kernel ran")
    KDUMP_HEADER = ("kdump-header", "the header of a compressed dump")
    ELF_HEADER = ("elf-header", "an ELF header: the dump is not compressed")
    QEMU_REGISTERS = ("qemu-registers", "notes of QEMU with the registers of the CPUs")
    HEADER_AGREES = (
        "header-agrees",
        "headers that name the architecture, and in a compressed dump the system Linux and the "
        "note's release",
    )
    NEAR_IMAGE = (
        "near-image",
        "x86_64 memory with the kernel image at most 16 MiB from its place at phys_base 0",
    )


class Evidence(Described):
    """How far a commit id was checked."""

    CHECKED = ("checked", "looked up in the kernel's history or its mails")
    CITED = ("cited", "cited by a tool for this change; the commit itself was not checked")
    UNVERIFIED = ("unverified", "unverified")
