# SPDX-License-Identifier: MIT
"""Every breakage that users met is predicted from the data alone, with its keys and commits."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

import vmcoreinfo
from tests.compat.small import by_schema
from tests.conftest import CORPUS
from vmcoreinfo_codegen.compat.answer import answer
from vmcoreinfo_codegen.compat.exports import Exports, noted, predicted
from vmcoreinfo_codegen.compat.lifetime import lifetimes
from vmcoreinfo_codegen.core.release import Release, parse_release_string
from vmcoreinfo_codegen.core.tool import ToolRelease
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.consumer import Consumer
from vmcoreinfo_codegen.model.kernel import mainline
from vmcoreinfo_codegen.query.interface.consumers import Compat


def consumer(schema: Schema, name: str) -> Consumer:
    return next(c for c in schema.consumers if c.name == name)


def exports_of(schema: Schema, kernel: str, arch: str) -> Exports:
    architecture = schema.architecture(arch)
    assert architecture is not None
    return predicted(schema, Release.parse(kernel), architecture)


def answered(schema: Schema, tool: str, exports: Exports) -> Compat:
    name, _, release = tool.partition("@")
    kernel, wanted = mainline(schema, exports.release), ToolRelease.parse(release)
    return answer(kernel, consumer(schema, name), wanted, None, exports)


def judged(schema: Schema, tool: str, kernel: str, arch: str) -> Compat:
    return answered(schema, tool, exports_of(schema, kernel, arch))


# Tool, kernel, architecture; verdict, purpose, the key and commit that did it, what mended it.
BREAKAGES = [
    ("makedumpfile@1.7.4", "6.9", "ppc64", "fatal", "vmalloc translation",
     "SYMBOL(vmap_area_list)", "55c49fee57af", "1.7.5"),
    ("makedumpfile@1.7.9", "7.1", "x86_64", "wrong", "recognise tail pages",
     "OFFSET(page.compound_head)", "d50569612c29", "next"),
    ("makedumpfile@1.7.2", "6.3", "x86_64", "degraded", "exclude huge pages",
     "OFFSET(page.compound_dtor)", "1c5509be58f6", "1.7.3"),
    ("makedumpfile@1.7.5", "6.10", "x86_64", "wrong", "recognise slab pages",
     "NUMBER(PG_slab)", "46df8e73a4a3", "1.7.6"),
    ("makedumpfile@1.7.5", "6.9", "x86_64", "degraded", "exclude huge pages",
     "NUMBER(PG_hugetlb)", "d99e3140a4d3", "1.7.6"),
    ("makedumpfile@1.6.2", "4.13", "x86_64", "fatal", "page tables",
     "SYMBOL(init_level4_pgt)", "65ade2f872b4", "1.6.3"),
    ("vmcore-dmesg@2.0.20", "5.10", "x86_64", "fatal", "dmesg",
     "SYMBOL(log_buf)", "896fbe20b4e2", "2.0.21"),
    ("makedumpfile@1.6.8", "5.10", "arm64", "fatal", "dmesg",
     "SYMBOL(log_buf)", "896fbe20b4e2", "1.6.9"),
]  # fmt: skip


@pytest.mark.parametrize("case", BREAKAGES, ids=lambda case: f"{case[0]} on {case[1]} {case[2]}")
def test_predicted(schema: Schema, case: tuple[str, ...]) -> None:
    tool, kernel, arch, verdict, purpose, key, commit, fixed_in = case
    found = judged(schema, tool, kernel, arch)
    (one,) = (p for p in found.purposes if p.purpose == purpose)
    assert (one.verdict, one.fixed_in) == (verdict, fixed_in)
    assert (key, commit) in {(m.key, m.commit) for m in one.missing}
    assert commit in one.why and one.seen
    # The release that mended it is fine there, and so is this one on the kernel before.
    if fixed_in != "next":
        later = judged(schema, f"{tool.partition('@')[0]}@{fixed_in}", kernel, arch)
        assert {by_schema(p) for p in later.purposes if p.purpose == purpose} == {"ok"}


def noted_in(schema: Schema, name: str, **values: int) -> Exports:
    """What a real note of arm64 has, with some of its numbers changed."""
    text = (CORPUS / f"notes/arm64-{name}.txt").read_text()
    for key, value in values.items():
        line = re.compile(rf"^((?:NUMBER\(|){key}\)?)=.*$", re.MULTILINE)
        text, found = line.subn(rf"\g<1>={value}", text)
        assert found == 1
    architecture = schema.architecture("arm64")
    assert architecture is not None
    release, _ = parse_release_string(name)
    return noted(schema, release, architecture, vmcoreinfo.parse(text.encode()))


def with_pointer_authentication_but_no_mask(schema: Schema) -> Exports:
    exports = exports_of(schema, "5.10", "arm64")
    built = replace(exports, config={**(exports.config or {}), "CONFIG_ARM64_PTR_AUTH": True})
    return built.changed(removed=["NUMBER(KERNELPACMASK)"])


def of(kernel: str) -> Callable[[Schema], Exports]:
    return lambda schema: exports_of(schema, kernel, "arm64")


def note(name: str, **values: int) -> Callable[[Schema], Exports]:
    return lambda schema: noted_in(schema, name, **values)


ACTUAL = "addresses of a 52-bit kernel on a 48-bit CPU"
OF_52_BITS = "addresses of a 52-bit kernel"
CONSTANT = "width of addresses if vabits_actual is a constant"
OPTION = "width of addresses without an option"
LEVELS = "levels of page tables"
WIDE = "6.12.117+deb13-cloud-arm64"
WIDEST = f"{WIDE}-cpumax-lpa2"

# What users met on arm64, where the width of addresses is not told or not what was built for: the
# thread or commit, tool, kernel or note; verdict, purpose, what mended it.
WIDTHS: list[tuple[str, str, Callable[[Schema], Exports], str, str, str]] = [
    ("crash issue 52", "crash@7.2.8", of("5.4"), "fatal", "width of addresses", "7.2.9"),
    ("crash d379b47", "crash@7.2.9", of("5.4"), "degraded", OPTION, "7.3.2"),
    ("crash 1c45cea", "crash@7.2.8", of("5.10"), "fatal", "width of addresses", "7.2.9"),
    ("crash f02c8e8", "crash@8.0.1", note("6.1.0-56-cloud-arm64"), "fatal", CONSTANT, "8.0.2"),
    ("crash issue 149", "crash@8.0.3", with_pointer_authentication_but_no_mask, "degraded",
     "signed return addresses", "8.0.6"),
    ("makedumpfile issue 18", "makedumpfile@1.7.7", note(WIDE), "fatal", LEVELS, "next"),
    ("makedumpfile issue 18", "makedumpfile@1.7.7", note(WIDEST), "fatal", LEVELS, "next"),
    ("makedumpfile 67d0e1d", "makedumpfile@1.6.8", of("5.4"), "fatal", "width of addresses", "1.6.9"),
    ("makedumpfile a0216b6", "makedumpfile@1.6.8", note("5.10.0-30-cloud-arm64", PAGESIZE=65536, VA_BITS=52),
     "fatal", LEVELS, "1.6.9"),
    ("libkdumpfile cc68c50", "libkdumpfile@0.4.1", note(WIDEST), "fatal", OF_52_BITS, "0.5.0"),
    ("seen here", "drgn@0.0.27", note(WIDE), "fatal", ACTUAL, "0.0.28"),
]  # fmt: skip

NOT_OF_THE_NOTE = {
    "crash issue 54": "a running kernel of 5.4: the variable vabits_actual is read by /proc/kcore",
    "crash issue 91": "a running kernel of 5.4: crash asks to be given /proc/kcore",
    "makedumpfile issue 7": "a running kernel of 5.15 by /proc/kcore; its note has all that is asked",
}
# Of these no more is known than how they begin.
BEGINNINGS = {
    "crash issue 134": "8.0.2 and a dump of 4.14 with 39 bits, to which vabits_actual= is no help",
    "crash issue 189": "8.0.5 and a memory image",
}


@pytest.mark.parametrize("case", WIDTHS, ids=lambda case: f"{case[0]}, {case[1]}")
def test_widths_of_addresses(
    schema: Schema, case: tuple[str, str, Callable[[Schema], Exports], str, str, str]
) -> None:
    _, tool, make, verdict, purpose, fixed_in = case
    exports = make(schema)
    (one,) = (p for p in answered(schema, tool, exports).purposes if p.purpose == purpose)
    assert (one.verdict, one.fixed_in) == (verdict, fixed_in)
    assert one.why and one.seen
    later = answered(schema, f"{tool.partition('@')[0]}@{fixed_in}", exports)
    assert {by_schema(p) for p in later.purposes if p.purpose == purpose} == {"ok"}


def test_widths_that_fit_are_no_breakage(schema: Schema) -> None:
    """The same releases on kernels that were built for what the CPU has."""
    narrow, widest = noted_in(schema, "6.1.0-56-cloud-arm64"), noted_in(schema, WIDEST)
    for tool, exports in [
        ("makedumpfile@1.7.7", narrow),
        ("makedumpfile@1.7.7", noted_in(schema, WIDE, PAGESIZE=65536)),
        ("libkdumpfile@0.4.1", narrow),
        # It was seen to walk 48 bits, whatever it is told, which is right on such a CPU.
        ("libkdumpfile@0.4.1", noted_in(schema, WIDE)),
        ("drgn@0.0.27", narrow),
        ("drgn@0.0.27", widest),
        ("crash@8.0.1", widest),
    ]:
        names = (ACTUAL, OF_52_BITS, CONSTANT, LEVELS, "width of addresses")
        about = [p for p in answered(schema, tool, exports).purposes if p.purpose in names]
        assert about and {by_schema(p) for p in about} == {"ok"}, tool


def test_every_thread_about_widths_is_accounted_for(schema: Schema) -> None:
    """Those of the list of what users met, each predicted or told why it can't be."""
    issues = {f"crash issue {number}" for number in (52, 54, 91, 134, 149, 189)}
    commits = {"crash f02c8e8", "crash d379b47", "libkdumpfile cc68c50"}
    makedumpfile = {
        f"makedumpfile {what}" for what in ("issue 7", "issue 18", "67d0e1d", "a0216b6")
    }
    cases = {row for row, *_ in WIDTHS}
    others = NOT_OF_THE_NOTE.keys() | BEGINNINGS.keys()
    assert issues | commits | makedumpfile <= cases | others
    assert not cases & others
    assert judged(schema, "makedumpfile@1.7.0", "5.15", "arm64").verdict == "ok"


def test_values_that_are_not_known_are_told(schema: Schema) -> None:
    """Of a kernel's release alone it is not known how it was built."""
    purposes = judged(schema, "makedumpfile@1.7.7", "6.12", "arm64").purposes
    (levels,) = (p for p in purposes if p.purpose == LEVELS)
    assert (levels.verdict, levels.assumed) == ("ok", ["NUMBER(VA_BITS)", "PAGESIZE"])


def test_a_changed_meaning_is_not_taken_for_the_key(schema: Schema) -> None:
    """6.12 gave the page types another meaning: 1.7.6 finds no free page, 1.7.7 does."""
    found = judged(schema, "makedumpfile@1.7.6", "6.12", "x86_64")
    assert (found.verdict, found.rests_on) == ("degraded", "seen")
    bad = {p.purpose: p for p in found.purposes if p.verdict == "degraded"}
    assert bad.keys() == {"exclude free pages", "exclude offline pages"}
    for purpose in bad.values():
        assert purpose.fixed_in == "1.7.7"
        assert "has a different meaning since 6.12, commit 4ffca5a96678" in purpose.why
    assert judged(schema, "makedumpfile@1.7.6", "6.11", "x86_64").verdict == "ok"
    assert judged(schema, "makedumpfile@1.7.7", "6.12", "x86_64").verdict == "ok"


def test_a_value_in_a_form_that_is_read_wrongly(schema: Schema) -> None:
    """QEMU reads the decimal phys_base in base 16."""
    found = judged(schema, "qemu@2.12", "6.12", "x86_64")
    (one,) = found.purposes
    assert (one.verdict, one.missing) == ("wrong", [])
    assert "NUMBER(phys_base) is printed as signed" in one.why
    assert judged(schema, "qemu@2.12", "6.12", "arm64").verdict == "ok"


# Not of riscv64, whose huge pages in page tables no release can walk yet, nor of ppc64, as seen with pages of 4 KiB.
@pytest.mark.parametrize("arch", ["x86_64", "arm64", "s390x"])
def test_kernels_that_a_release_declares_are_handled(schema: Schema, arch: str) -> None:
    """From 1.7.6 on, makedumpfile handles what it declares, from 5.10 at least."""
    architecture = schema.architecture(arch)
    assert architecture is not None
    for one in lifetimes(schema, consumer(schema, "makedumpfile"), architecture).releases:
        if ToolRelease.parse(one.release) >= ToolRelease.parse("1.7.6"):
            assert one.last is not None and one.declared_last is not None
            declared = Release.parse(one.declared_last)
            assert Release.parse(one.last).branch >= declared.branch, one.release


def test_beyond_what_is_declared_nobody_knows(schema: Schema) -> None:
    """makedumpfile 1.7.4 declares 6.6: that it works on 6.8 is worked out, and no more."""
    found = judged(schema, "makedumpfile@1.7.4", "6.8", "ppc")
    assert (found.verdict, found.worked_out, found.declared) == ("unknown", "ok", False)
    assert judged(schema, "makedumpfile@1.7.4", "6.6", "ppc").declared is True


def test_every_need_can_be_judged(schema: Schema) -> None:
    """On the newest kernel, by the newest release: nothing raises, and reasons are given."""
    for tool in schema.consumers:
        for arch in schema.architectures:
            exports = predicted(schema, schema.latest, arch)
            found = answer(mainline(schema, schema.latest), tool, tool.latest, None, exports)
            for purpose in found.purposes:
                verdict = by_schema(purpose)
                assert verdict == "ok" or purpose.seen
                assert verdict in ("ok", "fallback") or purpose.why, (tool.name, purpose)
