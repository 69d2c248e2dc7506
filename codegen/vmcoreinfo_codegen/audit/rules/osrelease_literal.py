# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ..identify import LITERAL
from ..rule import Found, Rule, Severity
from ..subject import Subject


def _check(subject: Subject) -> Iterator[Found]:
    line = subject.info.line("OSRELEASE")
    if line is not None and line.text == LITERAL:
        message = f"OSRELEASE is the text '{LITERAL}': 2.6.25 and 2.6.26 print the argument of the "
        yield Found("OSRELEASE", message + "macro instead of its value", line.line)


RULE = Rule(
    id="VMCA006",
    name="osrelease-literal",
    doc="OSRELEASE is a release. 2.6.25 and 2.6.26 print a literal instead, which only shows that "
    "it is one of these two.",
    severity=Severity.WARNING,
    remedy="read the release from init_uts_ns in the dump's memory: SYMBOL(init_uts_ns) + "
    "OFFSET(uts_namespace.name)",
    example="""
OSRELEASE=init_uts_ns.name.release ### OSRELEASE is the text 'init_uts_ns.name.release': 2.6.25 and 2.6.26 print the argument of the macro instead of its value
PAGESIZE=4096
""",
    check=_check,
)
