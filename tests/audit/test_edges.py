# SPDX-License-Identifier: MIT
"""Where a rule begins and ends to find something, and that hostile notes are audited in no time."""

from __future__ import annotations

import time

import pytest

import vmcoreinfo
from vmcoreinfo_codegen.audit import all_rules, audit
from vmcoreinfo_codegen.audit.identify import kernel_of
from vmcoreinfo_codegen.audit.rule import MOST_FINDINGS, Finding, Severity
from vmcoreinfo_codegen.audit.subject import Subject
from vmcoreinfo_codegen.model import Schema


def subject_of(schema: Schema, text: str, *archs: str) -> Subject:
    info = vmcoreinfo.parse(text.encode())
    kernel = kernel_of(schema, info)
    found = [schema.architecture(arch) for arch in archs]
    assert all(found)
    return Subject(text.encode(), info, schema, kernel, tuple(a for a in found if a))


def found(schema: Schema, rule: str, text: str, *archs: str) -> list[Finding]:
    (one,) = (r for r in all_rules() if r.name == rule)
    return list(one.run(subject_of(schema, text, *archs)))


TWICE = "OSRELEASE=4.18.0\nSYMBOL(contig_page_data)={}\nSYMBOL(contig_page_data)={}\n"


@pytest.mark.parametrize(
    ("arch", "second", "severity", "message"),
    [
        ("ppc64", "c000000001000000", Severity.INFO, "as this kernel does"),
        ("ppc64", "c000000001000008", Severity.ERROR, "different value"),
        ("x86_64", "c000000001000000", Severity.WARNING, "the key is also on an earlier line"),
    ],
)
def test_a_key_that_is_known_to_stand_twice(
    schema: Schema, arch: str, second: str, severity: Severity, message: str
) -> None:
    """On ppc64 two functions print the same line; two values are wrong there too."""
    text = TWICE.format("c000000001000000", second)
    (finding,) = found(schema, "duplicate-key", text, arch)
    assert finding.severity is severity
    assert message in finding.message


def test_many_values_of_one_key_are_not_all_listed(schema: Schema) -> None:
    text = "OSRELEASE=6.12.0\n" + "".join(f"SIZE(page)={n}\n" for n in range(10, 40))
    first, *_ = found(schema, "duplicate-key", text, "x86_64")
    assert first.message.endswith("with a different value (10, 11, 12, 13, 26 more)")


@pytest.mark.parametrize(
    ("archs", "address", "message"),
    [
        (("i386",), "ffffffff", ""),
        (("i386",), "100000000", "is not a 32-bit address"),
        (("i386",), "40000000", ""),
        (("i386",), "3fffffff", "is below the kernel's half"),
        (("x86_64",), "ff00000000000000", ""),
        (("x86_64",), "feffffffffffffff", "is below the kernel's half"),
        (("i386", "x86_64"), "100000000", ""),
        (("i386", "x86_64"), "3fffffff", "is below the kernel's half"),
        (("s390x",), "0", ""),
        (("s390x", "x86_64"), "0", ""),
        (("ppc",), "100000000", "is not a 32-bit address"),
    ],
)
def test_addresses_at_the_edges(
    schema: Schema, archs: tuple[str, ...], address: str, message: str
) -> None:
    text = f"OSRELEASE=6.12.0\nSYMBOL(_stext)={address}\n"
    findings = [f.message for f in found(schema, "address-range", text, *archs)]
    assert len(findings) == bool(message)
    assert all(message in finding for finding in findings)


@pytest.mark.parametrize(
    ("release", "archs", "messages"),
    [
        ("6.12.0", ("x86_64",), []),
        ("6.12.0", (), ["its keys fit 0 architectures equally ()"]),
        ("6.12.0", ("ppc", "ppc64"), ["its keys fit 2 architectures equally (ppc ppc64)"]),
        ("1.0", ("ppc", "ppc64"), ["'1.0' is not a release in the schema"]),
        ("1.0", ("ppc",), ["'1.0' is not a release in the schema"]),
    ],
)
def test_an_architecture_that_is_not_told(
    schema: Schema, release: str, archs: tuple[str, ...], messages: list[str]
) -> None:
    """It says nothing where the release is not known either: then nothing is checked by it."""
    text = f"OSRELEASE={release}\nPAGESIZE=4096\n"
    findings = [f.message for f in found(schema, "kernel-not-known", text, *archs)]
    assert len(findings) == len(messages)
    assert all(got.startswith(said) for got, said in zip(findings, messages, strict=True))


@pytest.mark.parametrize(
    "line",
    ["SIZE(pagf{})=1", "SIZE(page)={}", "BUILD-ID={:08x}", "SYMBOL(_stext)={}", "CRASHTIME=1", ""],
)
def test_many_lines_take_no_time(schema: Schema, line: str) -> None:
    """Each was minutes: hints for every key, values of every line for each of them."""
    lines = (line.format(number) for number in range(20_000))
    text = "OSRELEASE=6.12.0\nPAGESIZE=4096\n" + "\n".join(lines) + "\n"
    began = time.process_time()
    findings = audit(subject_of(schema, text, "x86_64"))
    assert time.process_time() - began < 4
    by_rule = {f.rule: 0 for f in findings}
    for finding in findings:
        by_rule[finding.rule] += 1
    assert max(by_rule.values()) == MOST_FINDINGS + 1
    assert any("the rest is left out" in f.message for f in findings)
