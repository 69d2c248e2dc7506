# SPDX-License-Identifier: MIT
"""Where each rule begins and ends to find something, and what it says."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.audit.asked import RULES, Told, subject, told
from vmcoreinfo_codegen.dump.kdump import Names
from vmcoreinfo_codegen.dump.whole import Fault, Flaw
from vmcoreinfo_codegen.model import Schema

# ---- values --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("archs", "line", "words"),
    [
        ("x86_64", "SYMBOL(_stext)=ff00000000000000", ""),
        ("x86_64", "SYMBOL(_stext)=feffffffffffffff", "which starts at ff00000000000000"),
        ("i386", "SYMBOL(_stext)=40000000", ""),
        ("i386", "SYMBOL(_stext)=3fffffff", "which starts at 40000000"),
        ("i386", "SYMBOL(_stext)=ffffffff", ""),
        ("i386", "SYMBOL(_stext)=100000000", "100000000 is not a 32-bit address"),
        # It may be of either: what fits one of them is right.
        ("i386 x86_64", "SYMBOL(_stext)=100000000", ""),
        ("i386 x86_64", "SYMBOL(_stext)=3fffffff", "which starts at 40000000"),
        # s390x keeps no half for the kernel.
        ("s390x", "SYMBOL(_stext)=1000", ""),
        ("s390x x86_64", "SYMBOL(_stext)=1000", ""),
        # A displacement is no address.
        ("x86_64", "KERNELOFFSET=1000", ""),
    ],
)
def test_addresses(schema: Schema, archs: str, line: str, words: str) -> None:
    found = told("address-range", subject(schema, f"OSRELEASE=6.12.0 {line}", archs))
    assert [(one.line, words in one.message) for one in found] == ([(2, True)] if words else [])
    assert all(one.severity == "error" for one in found)


@pytest.mark.parametrize(
    ("archs", "line", "words"),
    [
        ("x86_64", "SIZE(page)=0", "a size of 0"),
        ("x86_64", "SIZE(page)=1", ""),
        ("x86_64", "OFFSET(page.flags)=0", ""),
        ("x86_64", "NUMBER(PG_lru)=0", ""),
        ("x86_64", "NUMBER(PG_lru)=63", ""),
        ("x86_64", "NUMBER(PG_lru)=64", "64 is not a bit of a 64-bit word"),
        ("x86_64", "NUMBER(PG_lru)=-1", "-1 is not a bit of a 64-bit word"),
        ("i386", "NUMBER(PG_lru)=31", ""),
        ("i386", "NUMBER(PG_lru)=32", "32 is not a bit of a 32-bit word"),
        ("i386 x86_64", "NUMBER(PG_lru)=32", ""),
        ("x86_64", "NUMBER(SECTION_SIZE_BITS)=0", "0 is not a width in bits"),
        ("x86_64", "NUMBER(SECTION_SIZE_BITS)=1", ""),
        ("x86_64", "NUMBER(MAX_PHYSMEM_BITS)=64", ""),
        ("x86_64", "NUMBER(MAX_PHYSMEM_BITS)=65", "65 is not a width in bits"),
        ("x86_64", "NUMBER(pgtable_l5_enabled)=0", ""),
        ("x86_64", "NUMBER(pgtable_l5_enabled)=1", ""),
        ("x86_64", "NUMBER(pgtable_l5_enabled)=2", "2 is neither 0 nor 1"),
        ("x86_64", "NUMBER(PG_head_mask)=0", ""),
        ("i386", "CONFIG_X86_PAE=y", ""),
    ],
)
def test_values(schema: Schema, archs: str, line: str, words: str) -> None:
    found = told("value-range", subject(schema, f"OSRELEASE=6.12.0 {line}", archs))
    key = line.partition("=")[0]
    assert found == ([Told(2, key, "error", words)] if words else [])


def test_a_bit_where_no_architecture_is_known(schema: Schema) -> None:
    about = subject(schema, "OSRELEASE=x NUMBER(PG_lru)=63", "")
    assert told("value-range", about) == []


@pytest.mark.parametrize(
    ("archs", "size", "words"),
    [
        ("x86_64", 4096, ""),
        ("x86_64", 8192, "8192 is not a possible page size: 4096"),
        ("x86_64", 0, "0 is not a power of two"),
        ("x86_64", -4096, "-4096 is not a power of two"),
        ("x86_64", 1, "1 is not a possible page size: 4096"),
        ("arm64", 65536, ""),
        ("arm64", 1024, "1024 is not a possible page size: 4096, 16384, 65536"),
        ("x86_64 arm64", 16384, ""),
        ("", 1 << 20, ""),
        ("", 3, "3 is not a power of two"),
    ],
)
def test_sizes_of_pages(schema: Schema, archs: str, size: int, words: str) -> None:
    found = told("page-size", subject(schema, f"OSRELEASE=6.12.0 PAGESIZE={size}", archs))
    assert found == ([Told(2, "PAGESIZE", "error", words)] if words else [])
    assert told("page-size", subject(schema, "OSRELEASE=6.12.0", archs)) == []
    assert told("page-size", subject(schema, "OSRELEASE=6.12.0 PAGESIZE=x", archs)) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("SIZE(page)=64 OFFSET(page.compound_order)=63", ""),
        ("SIZE(page)=64 OFFSET(page.lru)=48", ""),
        (
            "SIZE(page)=64 OFFSET(page.lru)=56",
            "16 bytes at 56 reach outside page, which has 64 bytes",
        ),
        ("SIZE(page)=64 OFFSET(page.lru)=64", "64 is outside page, which has 64 bytes"),
        # An impossible size is a finding of its own.
        ("SIZE(page)=0 OFFSET(page.lru)=8", ""),
        ("OFFSET(page.lru)=4096", ""),
        ("SIZE(list_head)=16 OFFSET(page.lru)=64", ""),
    ],
)
def test_offsets_and_sizes(schema: Schema, text: str, words: str) -> None:
    found = told("offset-beyond-size", subject(schema, f"OSRELEASE=6.12.0 {text}"))
    assert [one.message for one in found] == ([words] if words else [])


@pytest.mark.parametrize(
    ("line", "is_form"),
    [
        ("SIZE(page)=0", True),
        ("SIZE(page)=00", False),
        ("NUMBER(PG_lru)=-5", True),
        ("NUMBER(PG_lru)=-0", False),
        ("SYMBOL(_stext)=FFFFFFFF81000000", False),
        ("SYMBOL(_stext)=ffffffff81000000", True),
        ("NUMBER(VMALLOC_START)=0xffff800008000000", True),
        ("NUMBER(VMALLOC_START)=0XFFFF800008000000", False),
        ("BUILD-ID=00ff", True),
        ("CONFIG_X86_PAE=y", True),
        ("OSRELEASE=6.12", True),
    ],
)
def test_forms(schema: Schema, line: str, is_form: bool) -> None:
    about = subject(schema, line)
    if any(one.id == "malformed" for one in about.info.diagnostics):
        # It can't be read at all, which is another rule's.
        assert not is_form and told("unreadable-line", about)
        return
    found = told("other-form", about)
    assert [one.severity for one in found] == ([] if is_form else ["warning"])


def test_a_long_value_is_shortened(schema: Schema) -> None:
    (found,) = told("other-form", subject(schema, f"SIZE(page)={'0' * 50}64"))
    assert f"'{'0' * 40}' is not" in found.message


# ---- lines ---------------------------------------------------------------------------


def test_a_key_that_stands_twice(schema: Schema) -> None:
    same = subject(schema, "OSRELEASE=6.12.0 SIZE(page)=64 PAGESIZE=1 SIZE(page)=64 SIZE(page)=64")
    message = "the key is also on an earlier line"
    assert told("duplicate-key", same) == [
        Told(line, "SIZE(page)", "warning", message) for line in (4, 5)
    ]
    other = subject(schema, "OSRELEASE=6.12.0 SIZE(page)=64 PAGESIZE=1 SIZE(page)=32")
    both = f"{message}, with a different value (32, 64)"
    assert told("duplicate-key", other) == [Told(4, "SIZE(page)", "error", both)]
    assert told("duplicate-key", subject(schema, "OSRELEASE=6.12.0 SIZE(page)=64")) == []


def test_a_key_that_a_kernel_is_known_to_print_twice(schema: Schema) -> None:
    quirks = [
        (entry.key, export, quirk)
        for entry in schema.entries
        for export in entry.exports
        for quirk in export.quirks
        if quirk.kind == "duplicate"
    ]
    assert quirks
    for key, export, quirk in quirks:
        arch = (export.archs or ("x86_64",))[0]
        release = str(quirk.ranges[0][0])
        line = f"{key}=1"
        about = subject(schema, f"OSRELEASE={release} {line} {line}", arch)
        (found,) = told("duplicate-key", about)
        assert (found.severity, found.key) == ("info", key)
        assert found.message == f"printed more than once, as this kernel does: {quirk.text}"
        other = subject(schema, f"OSRELEASE={release} {line} {key}=2", arch)
        assert [one.severity for one in told("duplicate-key", other)] == ["error"]


def test_a_last_line_that_is_cut(schema: Schema) -> None:
    cut = subject(schema, b"OSRELEASE=6.12.0\nCRASHTIME=17")
    (found,) = told("cut-line", cut)
    assert (found.line, found.key, found.severity) == (2, "CRASHTIME", "warning")
    assert told("cut-line", subject(schema, b"OSRELEASE=6.12.0\nPAGESIZE=4096\n")) == []
    # Up to 3.5 every kernel leaves the newline away behind CRASHTIME.
    early = subject(schema, b"OSRELEASE=3.2.0\nCRASHTIME=1700000000")
    assert told("cut-line", early) == []
    late = subject(schema, b"OSRELEASE=3.6.0\nCRASHTIME=1700000000")
    assert len(told("cut-line", late)) == 1


def test_keys_that_no_kernel_has(schema: Schema) -> None:
    about = subject(schema, "OSRELEASE=6.12.0 SIZE(pages)=64 NUMBER(entirely_of_its_own)=1")
    near, far = told("unknown-key", about)
    assert near.message.endswith("this key; did you mean SIZE(page)?")
    assert far.message.endswith("this key") and (far.line, far.severity) == (3, "warning")


def test_what_is_wrong_with_a_dump(schema: Schema) -> None:
    assert told("cut-dump", subject(schema, "OSRELEASE=6.12.0")) == []
    flaws = tuple(Flaw(fault, f"it is {fault}") for fault in Fault)
    about = subject(schema, "OSRELEASE=6.12.0", flaws=flaws)
    assert told("cut-dump", about) == [
        Told(0, "", "error", "it is cut"),
        Told(0, "", "info", "it is unseen"),
    ]
    assert told("note-elsewhere", about) == [Told(0, "", "error", "it is elsewhere")]


@pytest.mark.parametrize(
    ("release", "archs", "page", "size", "words"),
    [
        ("6.12.0", "x86_64", 4096, 4096, "fills the kernel's whole buffer of 4096 bytes"),
        ("6.12.0", "x86_64", 4096, 4097, "4097 bytes, but the kernel's buffer has 4096 bytes"),
        ("6.12.0", "x86_64", 4096, 4095, ""),
        ("6.12.0", "arm64", 65536, 65535, ""),
        ("6.12.0", "arm64", 65536, 65537, "buffer has 65536 bytes"),
        ("4.12.0", "arm64", 65536, 4097, "buffer has 4096 bytes"),
        # Of several architectures the largest room counts.
        ("x", "x86_64", 4096, 5000, ""),
        ("6.12.0", "", 4096, 5000, ""),
    ],
)
def test_room(schema: Schema, release: str, archs: str, page: int, size: int, words: str) -> None:
    head = f"OSRELEASE={release}\nPAGESIZE={page}\n".encode()
    text = head + b"X" * (size - len(head) - 1) + b"\n"
    found = told("over-room", subject(schema, text, archs))
    assert [words in one.message for one in found] == ([True] if words else [])
    assert all(one.severity == "error" for one in found)


# ---- the kernel ----------------------------------------------------------------------


def test_which_kernel_it_is(schema: Schema) -> None:
    latest = schema.latest
    assert told("kernel-not-known", subject(schema, "OSRELEASE=6.12.0")) == []
    assert told("kernel-not-known", subject(schema, "PAGESIZE=4096")) == [
        Told(
            0, "OSRELEASE", "warning", "no OSRELEASE: checks that depend on the release are skipped"
        )
    ]
    (unheard,) = told("kernel-not-known", subject(schema, "OSRELEASE=2.4.0"))
    assert (unheard.severity, unheard.message) == (
        "warning",
        "'2.4.0' is not a release in the schema; checks that depend on it are skipped",
    )
    (newer,) = told("kernel-not-known", subject(schema, "OSRELEASE=99.1.0"))
    assert (newer.severity, newer.message) == (
        "info",
        f"newer than {latest}, the latest release in the schema; checked as {latest}",
    )
    assert told("kernel-not-known", subject(schema, f"OSRELEASE={latest}")) == []
    assert told("kernel-not-known", subject(schema, f"OSRELEASE={latest}.9")) == []


def test_which_architecture_it_is(schema: Schema) -> None:
    both = subject(schema, "OSRELEASE=6.12.0", "mips mips64")
    (found,) = told("kernel-not-known", both)
    assert (found.severity, found.message) == (
        "info",
        "its keys fit 2 architectures equally (mips64 mips)"
        if schema.architectures.index(both.archs[0]) == 0 or both.archs[0].name == "mips64"
        else "its keys fit 2 architectures equally (mips mips64)",
    )
    # Without a release no architecture can be told, which is no finding of its own.
    assert len(told("kernel-not-known", subject(schema, "PAGESIZE=4096", ""))) == 1


def test_keys_outside_their_life(schema: Schema) -> None:
    def said(text: str, archs: str = "x86_64") -> list[str]:
        return [one.message for one in told("outside-life", subject(schema, text, archs))]

    old, new = "SYMBOL(vmap_area_list)=1", "NUMBER(VMALLOC_START)=0x1"
    assert said(f"OSRELEASE=6.8.0 {old}") == []
    assert said(f"OSRELEASE=6.9.0 {old} {new}") == [
        "removed from mainline in 6.9, replaced by NUMBER(VMALLOC_START); this is 6.9"
    ]
    assert said(f"OSRELEASE=6.8.12 {new}") == [
        "mainline exports it only since 6.9, but this is 6.8.12"
    ]
    # arm64 had it before.
    assert said(f"OSRELEASE=6.8.12 {new}", "arm64") == []
    assert said("OSRELEASE=6.12.0 NUMBER(TCR_EL1_T1SZ)=0x10") == ["exported only on arm64"]
    assert said("OSRELEASE=6.12.0 NUMBER(TCR_EL1_T1SZ)=0x10", "arm64 x86_64") == []
    assert said(f"OSRELEASE=unheard {old} {new}") == []
    # A distribution's 6.8.0-x is any of 6.8.
    assert said("OSRELEASE=6.6.0-12-amd64 NUMBER(RADIX_MMU)=1", "ppc64") == []
    (finding,) = RULES["outside-life"].run(subject(schema, f"OSRELEASE=6.8.0-1-amd64 {new}"))
    assert finding.remedy == "possibly backported by the distribution"
    (finding,) = RULES["outside-life"].run(subject(schema, f"OSRELEASE=6.8.1 {new}"))
    assert finding.remedy == "possibly backported by a stable release or a vendor"
    (finding,) = RULES["outside-life"].run(subject(schema, f"OSRELEASE=6.9.1 {old}"))
    assert finding.remedy == "the vendor kept it, or the text is from another kernel"


def test_keys_that_the_configuration_leaves_out(schema: Schema) -> None:
    off = dict.fromkeys(schema.config_names(), False)
    text = "OSRELEASE=6.12.0 LENGTH(mem_section)=2048 SIZE(page)=64"
    (found,) = told("unconfigured-key", subject(schema, text, config=off))
    assert (found.line, found.key, found.severity) == (2, "LENGTH(mem_section)", "warning")
    on = {**off, "CONFIG_SPARSEMEM": True}
    assert told("unconfigured-key", subject(schema, text, config=on)) == []
    assert told("unconfigured-key", subject(schema, text)) == []


def test_keys_that_are_missing(schema: Schema) -> None:
    def missing(text: str, config: Mapping[str, bool | int] | None = None) -> dict[str, str]:
        # Its last line is there, so it is not cut.
        about = subject(schema, f"{text} CRASHTIME=1", config=config)
        return {one.key: one.message for one in told("missing-key", about)}

    found = missing("OSRELEASE=6.12.0")
    assert found["SIZE(page)"] == "every x86_64 6.12 exports it"
    assert "OSRELEASE" not in found and "LENGTH(mem_section)" not in found
    assert "SYMBOL(vmap_area_list)" not in found
    off = dict.fromkeys(schema.config_names(), False)
    with_it = missing("OSRELEASE=6.12.0", {**off, "CONFIG_SPARSEMEM": True})
    assert with_it["LENGTH(mem_section)"] == "this kernel exports it, as CONFIG_SPARSEMEM is true"
    assert with_it["SIZE(page)"] == "this kernel exports it"
    assert "LENGTH(mem_section)" not in missing("OSRELEASE=6.12.0", off)
    assert missing("OSRELEASE=unheard") == {}


def test_keys_that_are_missing_on_all_that_it_may_be(schema: Schema) -> None:
    """Of a branch, or of several architectures: what each of its kernels exports."""
    branch, stable = (
        {one.key for one in told("missing-key", subject(schema, f"{text} CRASHTIME=1", "ppc64"))}
        for text in ("OSRELEASE=6.6.0-1", "OSRELEASE=6.6.9")
    )
    assert stable - branch and branch - stable == set()
    both = told("missing-key", subject(schema, "OSRELEASE=6.12.0 CRASHTIME=1", "x86_64 arm64"))
    assert {one.message for one in both} == {"every kernel 6.12 exports it"}
    keys = {one.key for one in both}
    assert "SIZE(page)" in keys and "NUMBER(VA_BITS)" not in keys


def test_values_with_another_meaning(schema: Schema) -> None:
    def said(release: str) -> list[str]:
        text = f"OSRELEASE={release} NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-129"
        return [one.message for one in told("changed-meaning", subject(schema, text))]

    assert said("4.17.3") == []
    assert [message[:41] for message in said("4.18.0")] == [
        "has a different meaning than before 4.18:"
    ]
    assert [message[:41] for message in said("6.11.2")] == [
        "has a different meaning than before 6.11:"
    ]
    assert said("unheard") == []


def test_garbage_is_known_by_its_bytes(schema: Schema) -> None:
    """Whatever the release says: distributions take fixes, and faults, at times of their own."""
    garbage = "BUILD-ID=1400000003000000474e55003b43fad503487449"
    good = "BUILD-ID=3b43fad5034874490492495d552c0af6a5fab235"
    for release in ("6.6.54", "6.6.55", "6.6.63", "6.6.0-1-amd64", "6.8.0-1-amd64", "unheard"):
        (one,) = told("quirk", subject(schema, f"OSRELEASE={release} {garbage}"))
        assert (one.severity, one.message[:42]) == (
            "warning",
            "the value has no meaning; ignore it: the n",
        )
        assert told("quirk", subject(schema, f"OSRELEASE={release} {good}")) == []


def test_values_that_a_release_prints_wrong(schema: Schema) -> None:
    def found(release: str) -> list[tuple[str, str]]:
        about = subject(schema, f"OSRELEASE={release} SYMBOL(mem_section)=ffffffff82a18000")
        return [(one.severity, one.message[:43]) for one in told("quirk", about)]

    assert found("4.14.8") == []
    assert found("4.14.9") == [("warning", "the value is wrong in a known way: with CON")]
    assert found("4.14.14") == []
    # The distribution's own count does not tell which of 4.14 it is.
    assert found("4.14.0-1-amd64") == [("info", "4.14.9 to before 4.14.14 of this branch pri")]
    assert found("4.19.0-1-amd64") == []


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (None, []),
        (("Linux", "6.12.0", "x86_64"), []),
        (
            ("Linux", "6.12.0", "aarch64"),
            ["names the machine 'aarch64', but the note is for x86_64"],
        ),
        (("Linux", "6.1.0", "x86_64"), ["6.12.0 here, but '6.1.0' in the dump's header"]),
        (
            ("x", ".0", "64"),
            ["names the system 'x', not Linux", "names the machine '64'", "6.12.0 here, but '.0'"],
        ),
        (("", "", "x86_64"), ["names no kernel, as in dumps written by QEMU"]),
    ],
)
def test_the_header_of_a_dump(
    schema: Schema, names: tuple[str, str, str] | None, expected: list[str]
) -> None:
    about = subject(schema, "OSRELEASE=6.12.0", names=names and Names(*names))
    found = told("other-header", about)
    assert len(found) == len(expected)
    assert all(any(text in one.message for one in found) for text in expected)
    assert {one.severity for one in found} <= {"info" if names and not names[0] else "error"}
