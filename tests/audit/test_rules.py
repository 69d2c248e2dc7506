# SPDX-License-Identifier: MIT
"""Each rule finds what its example shows, and nothing else."""

from __future__ import annotations

import re

import pytest

import vmcoreinfo
from vmcoreinfo_codegen.audit import all_rules
from vmcoreinfo_codegen.audit.identify import kernel_of
from vmcoreinfo_codegen.audit.rule import Rule
from vmcoreinfo_codegen.audit.subject import Subject, Truth
from vmcoreinfo_codegen.core.expression import TypeFact
from vmcoreinfo_codegen.debuginfo.facts import Facts, Sources
from vmcoreinfo_codegen.dump.kdump import Names
from vmcoreinfo_codegen.dump.whole import Fault, Flaw
from vmcoreinfo_codegen.model import Schema


class OneType:
    """A list_head of 64 bits, and nothing else."""

    def load(self, names: object) -> None:
        pass

    def sizes(self, name: str) -> set[int]:
        return {16} if name == "list_head" else set()

    def offsets(self, name: str, path: str) -> set[int]:
        places = {"next": {0}, "prev": {8}}
        return places.get(path, set()) if name == "list_head" else set()

    def lengths(self, name: str, path: str) -> set[int]:
        return set()

    def enumerators(self, names: object) -> dict[str, int]:
        return {}


TRUTH = {
    "": Truth(),
    "--config": Truth(),
    "--vmlinux": Truth(
        release="6.12.1",
        build_id="0123456789abcdef0123456789abcdef01234567",
        vmlinux_name="vmlinux",
    ),
    "--btf": Truth(
        facts=Facts([TypeFact("size", "list_head")], Sources(OneType())), facts_name="btf"
    ),
    "--symbols": Truth(
        symbols={
            "_stext": 0xFFFFFFFF81000000,
            "init_uts_ns": 0xFFFFFFFF82A18000,
            "prb": 0xFFFFFFFF82A20000,
        },
        symbols_name="System.map",
    ),
}


FLAWS = (
    Flaw(Fault.CUT, "the dump ends 4096 bytes before the end that its program headers give"),
    Flaw(
        Fault.ELSEWHERE,
        "its header has the note nowhere, but it is among the ELF notes, at byte 8544; crash and "
        "makedumpfile look only there",
    ),
)


def subject_of(schema: Schema, rule: Rule, text: bytes) -> Subject:
    info = vmcoreinfo.parse(text)
    kernel = kernel_of(schema, info)
    arch = schema.architecture("x86_64")
    assert arch is not None
    config = dict.fromkeys(schema.config_names(), False) if rule.needs == "--config" else None
    flaws = FLAWS if rule.needs == "a dump" else ()
    truth = TRUTH.get(rule.needs, Truth())
    names = Names("x", "6.12.117", "x86_64") if rule.needs == "a dump" else None
    whole = Subject(text, info, schema, kernel, (arch,), config, flaws, truth, names)
    return whole.of_whole_lines()


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.name)
def test_example(schema: Schema, rule: Rule) -> None:
    expected = []
    lines = []
    for number, line in enumerate(rule.example[1:].split("\n"), 1):
        text, _, message = line.partition(" ### ")
        lines.append(text)
        if message:
            expected.append((number, message))
    findings = list(rule.run(subject_of(schema, rule, "\n".join(lines).encode())))
    found = sorted((finding.line or 1, finding.message) for finding in findings)
    shown = [message for _, message in expected]
    assert expected
    assert [(line, m) for line, m in found if m in shown] == expected
    # Of keys that are absent an example lists one.
    others = [message for _, message in found if message not in shown]
    assert others == [] or rule.name == "missing-key"
    for finding in findings:
        assert finding.rule == rule.id
        assert finding.remedy or finding.severity == "info"


def test_rules_are_numbered_named_and_explained() -> None:
    rules = all_rules()
    assert (
        len({rule.id for rule in rules}) == len({rule.name for rule in rules}) == len(rules) >= 20
    )
    for rule in rules:
        assert re.fullmatch(r"VMCA\d{3}", rule.id)
        assert rule.doc.endswith(".") and not rule.remedy.endswith(".")
