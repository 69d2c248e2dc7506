# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ..rule import Found, Rule, Severity
from ..subject import Subject


def _check(subject: Subject) -> Iterator[Found]:
    if subject.config is None:
        return
    for line, _ in subject.entries():
        predicted = [p[line.key] for p in subject.predictions if line.key in p]
        if predicted and all(p.condition.evaluate(subject.config) is False for p in predicted):
            message = f"exported only if {predicted[0].condition}, which is false here"
            yield Found(line.key, message, line.line)


RULE = Rule(
    id="VMCA012",
    name="unconfigured-key",
    doc="With a .config: no key is present whose condition is false.",
    severity=Severity.WARNING,
    remedy="the .config belongs to another kernel, or the vendor changed the condition",
    example="""
OSRELEASE=6.12.0
LENGTH(mem_section)=2048 ### exported only if CONFIG_SPARSEMEM, which is false here
""",
    check=_check,
    needs="--config",
)
