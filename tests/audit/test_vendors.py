# SPDX-License-Identifier: MIT
"""Notes of vendors' kernels: nothing is wrong with a sound one, nor with what a backport explains."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import vmcoreinfo
from tests.each import check_each
from vmcoreinfo_codegen.audit import all_rules
from vmcoreinfo_codegen.audit.identify import kernel_of
from vmcoreinfo_codegen.audit.rule import Finding, Severity
from vmcoreinfo_codegen.audit.subject import Subject
from vmcoreinfo_codegen.model import Architecture, Schema
from vmcoreinfo_codegen.model.kernel import Kernel, kernel_named
from vmcoreinfo_codegen.model.vocabulary import Format

# What a rule says of the keys that are there, of none of their values.
OF_KEYS = ("missing-key", "outside-life", "unknown-key", "kernel-not-known", "duplicate-key")
VALUES = {
    Format.DECIMAL: "8",
    Format.SIGNED: "1",
    Format.HEX: "ffffffff81000000",
    Format.PREFIXED_HEX: "0x10",
    Format.STRING: "x",
    Format.HEXBYTES: "00" * 20,
    Format.FLAG: "y",
}


def named(schema: Schema) -> Iterator[tuple[str, str]]:
    """A build of each release of each line with builds, and each architecture of it."""
    for line in schema.lines:
        for build in line.builds:
            archs = line.archs or ("x86_64", "arm64", "s390x")
            text = str(line.names[0]).replace("BUILD", str(build.last)).replace("NUMBER", "8")
            for arch in archs:
                yield text.replace("STABLE", "100"), arch


def note(kernel: Kernel, arch: Architecture, name: str) -> bytes:
    """What a kernel prints that was built with all that it may have."""
    lines = {one.key: VALUES[one.format] for one in kernel.schema.predict(kernel.release, arch)}
    lines |= {"OSRELEASE": name, "PAGESIZE": "4096"}
    return "".join(f"{key}={value}\n" for key, value in lines.items()).encode()


def found(schema: Schema, text: bytes, arch: Architecture) -> list[Finding]:
    info = vmcoreinfo.parse(text)
    kernel = kernel_of(schema, info)
    own = kernel.schema if kernel is not None else schema
    subject = Subject(text, info, own, kernel, (arch,))
    rules = [rule for rule in all_rules() if rule.name in OF_KEYS]
    assert len(rules) == len(OF_KEYS)
    return [finding for rule in rules for finding in rule.run(subject)]


def test_a_sound_note_of_a_line(schema: Schema) -> None:
    def check(case: tuple[str, str]) -> None:
        name, arch = case
        kernel, architecture = kernel_named(schema, name), schema.architecture(arch)
        assert kernel.line is not None and architecture is not None
        text = note(kernel, architecture, name)
        assert text.count(b"\n") > 30
        assert [str(finding) for finding in found(schema, text, architecture)] == []

    check_each(sorted(set(named(schema))), " on ".join, check)


@pytest.mark.parametrize("told", ["5.14.0-700.el99.x86_64", "5.14.0-9-someone"])
def test_what_a_backport_explains_is_a_remark(schema: Schema, told: str) -> None:
    """A note of RHEL 9.6 under a name that nobody knows: what its vendor took and took out is no error."""
    arch = schema.architecture("x86_64")
    assert arch is not None
    text = note(kernel_named(schema, "rhel9.6"), arch, told)
    findings = found(schema, text, arch)
    assert {"OFFSET(folio._folio_dtor)", "OFFSET(page.compound_dtor)"} & {f.key for f in findings}
    assert {finding.severity for finding in findings} == {Severity.INFO}


def test_what_no_backport_explains_is_an_error_all_the_same(schema: Schema) -> None:
    arch = schema.architecture("x86_64")
    assert arch is not None
    text = note(kernel_named(schema, "rhel9.6"), arch, "5.14.0-9-someone")
    cut = text.replace(b"SIZE(list_head)=8\n", b"")
    assert cut != text
    wrong = [f.key for f in found(schema, cut, arch) if f.severity is Severity.ERROR]
    assert wrong == ["SIZE(list_head)"]
    # Of a build that was read all is known.
    known = note(kernel_named(schema, "rhel9.6"), arch, "5.14.0-570.12.1.el9_6.x86_64")
    cut = known.replace(b"OFFSET(page.flags)=8\n", b"").replace(b"SIZE(prb_desc)=8\n", b"")
    wrong = [f.key for f in found(schema, cut, arch) if f.severity is Severity.ERROR]
    # What goes by the same condition and the same commit as others that are there was not taken away.
    assert wrong == ["OFFSET(page.flags)", "SIZE(prb_desc)"]
