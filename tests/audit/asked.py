# SPDX-License-Identifier: MIT
"""Asks a rule about a note of a few lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import vmcoreinfo
from vmcoreinfo_codegen.audit import all_rules
from vmcoreinfo_codegen.audit.identify import kernel_of
from vmcoreinfo_codegen.audit.subject import Subject, Truth
from vmcoreinfo_codegen.dump.kdump import Names
from vmcoreinfo_codegen.dump.whole import Flaw
from vmcoreinfo_codegen.model import Schema

RULES = {rule.name: rule for rule in all_rules()}


class Told(NamedTuple):
    """A finding: its line (0: none), key ("": none), severity, and message."""

    line: int
    key: str
    severity: str
    message: str


def subject(
    schema: Schema,
    text: str | bytes,
    archs: str = "x86_64",
    config: Mapping[str, bool | int] | None = None,
    truth: Truth | None = None,
    flaws: tuple[Flaw, ...] = (),
    names: Names | None = None,
) -> Subject:
    """A note whose lines are separated by spaces in `text`, on one of these architectures."""
    if isinstance(text, str):
        text = "".join(f"{line}\n" for line in text.split()).encode()
    info = vmcoreinfo.parse(text)
    kernel = kernel_of(schema, info)
    chosen = tuple(arch for arch in schema.architectures if arch.name in archs.split())
    assert len(chosen) == len(archs.split())
    about = (
        text,
        info,
        kernel.schema if kernel else schema,
        kernel,
        chosen,
        config,
        flaws,
        truth or Truth(),
    )
    return Subject(*about, names).of_whole_lines()


def told(rule: str, about: Subject) -> list[Told]:
    return [
        Told(one.line or 0, one.key or "", one.severity.value, one.message)
        for one in RULES[rule].run(about)
    ]
