# SPDX-License-Identifier: MIT
"""Known findings: those of an earlier audit, as written by `--format json` or `ndjson`.

A finding is known where the same was found in a note of the same release and architecture, at the
same key, in the same words but for addresses; of an input that can't be read, in the same input.
All else is new, a known rule at another key or with another value too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from .run import UNREADABLE, Audited

_ADDRESSES = re.compile(r"(?<![\w.])(?:0x)?[0-9a-f]{8,}(?![\w.])")


class BaselineError(ValueError):
    """Says the file, the line and what is wrong with it."""


class _Known(NamedTuple):
    of: str | None
    arch: str | None
    rule: str
    key: str | None
    text: str


class Baseline:
    """What is known."""

    def __init__(self, known: frozenset[_Known]) -> None:
        self._known = known

    def new(self, one: Audited) -> Audited:
        """The same input without findings that are known, and with a count of those."""
        found = tuple(f for f in one.findings if _known(one, f) not in self._known)
        if len(found) == len(one.findings):
            return one
        return replace(one, findings=found, known=len(one.findings) - len(found))


def _known(one: Audited, finding: Any) -> _Known:
    of = one.path if finding.rule == UNREADABLE else one.release
    return _of(of, one.arch, finding.rule, finding.key, finding.message)


def _of(of: str | None, arch: str | None, rule: str, key: str | None, message: str) -> _Known:
    return _Known(of, arch, rule, key, _ADDRESSES.sub("ADDRESS", message))


def read_baseline(path: Path) -> Baseline:
    """Raises BaselineError, OSError."""
    known: set[_Known] = set()
    for place, one in _inputs(path):
        try:
            for finding in one["findings"]:
                rule, message = str(finding["rule"]), str(finding["message"])
                of = one["path"] if rule == UNREADABLE else one["release"]
                known.add(_of(of, one["arch"], rule, finding["key"], message))
        except (KeyError, TypeError) as error:
            raise BaselineError(f"{place}: {_EXPECTED}") from error
    return Baseline(frozenset(known))


_EXPECTED = (
    "not an audit result; a baseline is the output of 'vmcoreinfo audit --format json' or ndjson"
)


def _inputs(path: Path) -> Iterator[tuple[str, Any]]:
    """Each input with its place; of a document of JSON, or of one per line."""
    with path.open("rb") as file:
        first = file.readline()
        file.seek(0)
        if first.strip() == b"{":
            document = _read(file.read(), str(path))
            inputs = document.get("inputs") if isinstance(document, dict) else None
            if not isinstance(inputs, list):
                raise BaselineError(f"{path}: {_EXPECTED}")
            for one in inputs:
                yield str(path), one
            return
        for number, line in enumerate(file, 1):
            if line.strip():
                yield f"{path}:{number}", _read(line, f"{path}:{number}")


def _read(text: bytes, place: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BaselineError(f"{place}: not JSON: {error}; {_EXPECTED}") from error
