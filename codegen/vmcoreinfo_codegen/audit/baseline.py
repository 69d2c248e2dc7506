# SPDX-License-Identifier: MIT
"""Known findings: those of an earlier audit, as written by `--format json` or `ndjson`.

A finding is known if the baseline has the same rule, key and message (ignoring addresses) for a
note of the same release and architecture. A finding that an input can't be read is known if the
baseline has it for the same input. All others are new, including a known rule with another key or
value.
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
    """A file that is not a baseline; the message has the file, the line and the reason."""


class _Known(NamedTuple):
    of: str | None
    arch: str | None
    rule: str
    key: str | None
    text: str


class Baseline:
    """The findings that are known."""

    def __init__(self, known: frozenset[_Known]) -> None:
        self._known = known

    def new(self, one: Audited) -> Audited:
        """The input without its known findings, and with a count of them."""
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
    """Read a baseline. Raises BaselineError, OSError."""
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
    """Each input and its place, from a JSON document or from one document per line."""
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
