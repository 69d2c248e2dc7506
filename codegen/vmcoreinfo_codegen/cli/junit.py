# SPDX-License-Identifier: MIT
"""JUnit XML, which build servers show as tests: of findings an input is a suite, a rule a test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree


@dataclass(frozen=True)
class Failed:
    """A test that failed; `rule` is its id."""

    rule: str
    severity: str
    message: str


@dataclass(frozen=True)
class Case:
    """A test, and what failed in it; `severity` is that of the first."""

    name: str
    failures: Sequence[str] = ()
    severity: str = ""


def report(rules: Mapping[str, str], inputs: Iterable[tuple[str, Iterable[Failed]]]) -> str:
    """An XML document; `rules` are ids with their names, `inputs` paths with what failed."""
    return document(
        "vmcoreinfo audit", ((path, _cases_of(rules, list(found))) for path, found in inputs)
    )


def document(name: str, suites: Iterable[tuple[str, Iterable[Case]]]) -> str:
    """An XML document of suites, each with its tests."""
    root = ElementTree.Element("testsuites", name=name)
    totals = [0, 0]
    for title, cases in suites:
        suite = ElementTree.SubElement(root, "testsuite", name=_text(title))
        counts = [0, 0]
        for case in cases:
            counts = [counts[0] + 1, counts[1] + bool(case.failures)]
            shown = ElementTree.SubElement(
                suite, "testcase", name=_text(case.name), classname=_text(title)
            )
            if case.failures:
                first = _text(case.failures[0])
                failure = ElementTree.SubElement(
                    shown, "failure", type=case.severity, message=first
                )
                failure.text = "\n".join(map(_text, case.failures))
        suite.set("tests", str(counts[0]))
        suite.set("failures", str(counts[1]))
        totals = [totals[0] + counts[0], totals[1] + counts[1]]
    root.set("tests", str(totals[0]))
    root.set("failures", str(totals[1]))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


def _cases_of(rules: Mapping[str, str], failed: Sequence[Failed]) -> Iterator[Case]:
    for rule in dict.fromkeys([*rules, *(failure.rule for failure in failed)]):
        mine = [failure for failure in failed if failure.rule == rule]
        severity = mine[0].severity if mine else ""
        name = f"{rule} {rules.get(rule, '')}".strip()
        yield Case(name, [failure.message for failure in mine], severity)


def _text(text: str) -> str:
    """What XML can hold: a dump may have put anything into a message."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
