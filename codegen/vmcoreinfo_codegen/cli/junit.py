# SPDX-License-Identifier: MIT
"""JUnit XML, which build servers show as tests."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO, NamedTuple
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr


@dataclass(frozen=True)
class Case:
    """A test with its failures; `severity` is that of the first one."""

    name: str
    failures: Sequence[str] = ()
    severity: str = ""


class Counts(NamedTuple):
    """Numbers of tests and of failed tests."""

    tests: int = 0
    failures: int = 0

    @classmethod
    def of(cls, cases: Sequence[Case]) -> Counts:
        return cls(len(cases), sum(bool(case.failures) for case in cases))

    def plus(self, other: Counts) -> Counts:
        return Counts(self.tests + other.tests, self.failures + other.failures)


def document(name: str, suites: Iterable[tuple[str, Sequence[Case]]]) -> str:
    """An XML document of suites, each with its tests."""
    totals = Counts()
    texts = []
    for title, cases in suites:
        counts = Counts.of(cases)
        totals = totals.plus(counts)
        head, tail = suite(title, counts)
        texts += [head, *(shown(case, title) for case in cases), tail]
    head, tail = root(name, totals)
    return "".join([head, *texts, tail])


class Spool:
    """A report in a temporary file, as its head has counts that are known only at its end."""

    def __init__(self) -> None:
        # No `with`: it is read after the last part, and closed with the process.
        self._text = tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115
        self.counts = Counts()

    def add(self, text: str, counts: Counts) -> None:
        self._text.write(text)
        self.counts = self.counts.plus(counts)

    def write(self, out: IO[str], *around: tuple[str, str]) -> None:
        """Write the report within heads and tails, the outermost first."""
        out.writelines(head for head, _ in around)
        self._text.seek(0)
        shutil.copyfileobj(self._text, out)
        out.writelines(tail for _, tail in reversed(around))


def root(name: str, counts: Counts) -> tuple[str, str]:
    """The text before and after all suites."""
    declaration = "<?xml version='1.0' encoding='utf-8'?>\n"
    return f"{declaration}<testsuites{_named(name, counts)}>\n", "</testsuites>\n"


def suite(title: str, counts: Counts) -> tuple[str, str]:
    """The text before and after the tests of one suite."""
    return f"  <testsuite{_named(title, counts)}>\n", "  </testsuite>\n"


def shown(case: Case, title: str) -> str:
    """One test of a suite, as XML."""
    element = ElementTree.Element("testcase", name=_text(case.name), classname=_text(title))
    if case.failures:
        first = _text(case.failures[0])
        failure = ElementTree.SubElement(element, "failure", type=case.severity, message=first)
        failure.text = "\n".join(map(_text, case.failures))
    ElementTree.indent(element, level=2)
    return f"    {ElementTree.tostring(element, encoding='unicode')}\n"


def _named(name: str, counts: Counts) -> str:
    return f' name={quoteattr(_text(name))} tests="{counts.tests}" failures="{counts.failures}"'


def _text(text: str) -> str:
    """The text without characters that XML can't have: a dump may put anything into a message."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
