# SPDX-License-Identifier: MIT
"""Findings as JUnit XML, which build servers show as tests: an input a suite, a rule a test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree


@dataclass(frozen=True)
class Failed:
    """A test that failed; `rule` is its id."""

    rule: str
    severity: str
    message: str


def report(rules: Mapping[str, str], inputs: Iterable[tuple[str, Iterable[Failed]]]) -> str:
    """An XML document; `rules` are ids with their names, `inputs` paths with what failed."""
    root = ElementTree.Element("testsuites", name="vmcoreinfo audit")
    totals = [0, 0]
    for path, found in inputs:
        failed = list(found)
        ids = dict.fromkeys([*rules, *(failure.rule for failure in failed)])
        suite = ElementTree.SubElement(root, "testsuite", name=_text(path))
        for rule in ids:
            case = ElementTree.SubElement(
                suite,
                "testcase",
                name=f"{rule} {rules.get(rule, '')}".strip(),
                classname=_text(path),
            )
            mine = [failure for failure in failed if failure.rule == rule]
            if mine:
                failure = ElementTree.SubElement(
                    case, "failure", type=mine[0].severity, message=_text(mine[0].message)
                )
                failure.text = "\n".join(_text(f.message) for f in mine)
        failures = len({failure.rule for failure in failed})
        suite.set("tests", str(len(ids)))
        suite.set("failures", str(failures))
        totals = [totals[0] + len(ids), totals[1] + failures]
    root.set("tests", str(totals[0]))
    root.set("failures", str(totals[1]))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


def _text(text: str) -> str:
    """What XML can hold: a dump may have put anything into a message."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
