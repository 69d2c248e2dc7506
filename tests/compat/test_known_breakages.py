# SPDX-License-Identifier: MIT
"""Every breakage that users met is predicted from the data alone, with its keys and commits."""

from __future__ import annotations

import pytest

from vmcoreinfo_codegen.compat.answer import answer
from vmcoreinfo_codegen.compat.exports import predicted
from vmcoreinfo_codegen.compat.lifetime import lifetimes
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.consumer import Consumer
from vmcoreinfo_codegen.query.interface import Compat
from vmcoreinfo_codegen.terms.release import Release
from vmcoreinfo_codegen.terms.tool import ToolRelease


def consumer(schema: Schema, name: str) -> Consumer:
    return next(c for c in schema.consumers if c.name == name)


def judged(schema: Schema, tool: str, kernel: str, arch: str) -> Compat:
    name, _, release = tool.partition("@")
    architecture = schema.architecture(arch)
    assert architecture is not None
    exports = predicted(schema, Release.parse(kernel), architecture)
    wanted = ToolRelease.parse(release)
    return answer(schema, consumer(schema, name), wanted, kernel, None, exports)


# Tool, kernel, architecture; verdict, purpose, the key and commit that did it, what mended it.
BREAKAGES = [
    ("makedumpfile@1.7.4", "6.9", "ppc64", "fatal", "vmalloc translation",
     "SYMBOL(vmap_area_list)", "55c49fee57af", "1.7.5"),
    ("makedumpfile@1.7.9", "7.1", "x86_64", "wrong", "tell tail pages",
     "OFFSET(page.compound_head)", "d50569612c29", "next"),
    ("makedumpfile@1.7.2", "6.3", "x86_64", "degraded", "exclude huge pages",
     "OFFSET(page.compound_dtor)", "1c5509be58f6", "1.7.3"),
    ("makedumpfile@1.7.5", "6.10", "x86_64", "wrong", "tell slab pages",
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
        assert {p.verdict for p in later.purposes if p.purpose == purpose} == {"ok"}


def test_a_changed_meaning_is_not_taken_for_the_key(schema: Schema) -> None:
    """6.12 gave the page types another meaning: 1.7.6 finds no free page, 1.7.7 does."""
    found = judged(schema, "makedumpfile@1.7.6", "6.12", "x86_64")
    assert (found.verdict, found.fixed_in) == ("wrong", "1.7.7")
    wrong = {p.purpose: p for p in found.purposes if p.verdict == "wrong"}
    assert wrong.keys() == {"exclude free pages"}
    assert "means something else since 6.12, commit 4ffca5a96678" in wrong["exclude free pages"].why
    assert judged(schema, "makedumpfile@1.7.6", "6.11", "x86_64").verdict == "ok"
    assert judged(schema, "makedumpfile@1.7.7", "6.12", "x86_64").verdict == "ok"


def test_a_value_in_a_form_that_is_read_wrongly(schema: Schema) -> None:
    """QEMU reads the decimal phys_base in base 16."""
    found = judged(schema, "qemu@2.12", "6.12", "x86_64")
    (one,) = found.purposes
    assert (one.verdict, one.missing) == ("wrong", [])
    assert "NUMBER(phys_base) is printed as signed" in one.why
    assert judged(schema, "qemu@2.12", "6.12", "arm64").verdict == "ok"


@pytest.mark.parametrize("arch", ["x86_64", "arm64", "ppc64", "s390x", "riscv64"])
def test_kernels_that_a_release_declares_are_handled(schema: Schema, arch: str) -> None:
    """From 1.7.6 on, makedumpfile handles what it declares, from 5.10 at least."""
    architecture = schema.architecture(arch)
    assert architecture is not None
    for one in lifetimes(schema, consumer(schema, "makedumpfile"), architecture):
        if ToolRelease.parse(one.release) >= ToolRelease.parse("1.7.6"):
            assert one.last is not None and one.declared_last is not None
            declared = Release.parse(one.declared_last)
            assert Release.parse(one.last).branch >= declared.branch, one.release


def test_beyond_what_is_declared_is_no_verdict(schema: Schema) -> None:
    """makedumpfile 1.7.4 declares 6.6 and works on 6.8: a warning of its own is not a reason."""
    found = judged(schema, "makedumpfile@1.7.4", "6.8", "x86_64")
    assert (found.verdict, found.declared) == ("ok", False)
    assert judged(schema, "makedumpfile@1.7.4", "6.6", "x86_64").declared is True


def test_every_need_can_be_judged(schema: Schema) -> None:
    """On the newest kernel, by the newest release: nothing raises, and reasons are given."""
    for tool in schema.consumers:
        for arch in schema.architectures:
            exports = predicted(schema, schema.latest, arch)
            found = answer(schema, tool, tool.latest, str(schema.latest), None, exports)
            for purpose in found.purposes:
                assert purpose.verdict == "ok" or purpose.seen
                assert purpose.verdict in ("ok", "fallback") or purpose.why, (tool.name, purpose)
