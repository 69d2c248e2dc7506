# SPDX-License-Identifier: MIT
"""Values of a note that no kernel prints: the result for tools that read them is not known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..record import Value

_MOST = 3


class Implausible(Value):
    """A key whose value is wrong, and why: the finding of a rule of the audit."""

    key: str
    why: str


def reasons(found: Iterable[Implausible], keys: Iterable[str]) -> Iterator[str]:
    """Why the result is not known for a tool that reads these keys."""
    read = set(keys)
    about = [one.why for one in found if one.key in read]
    yield from about[:_MOST]
    if len(about) > _MOST:
        yield f"{len(about) - _MOST} more implausible values; see 'vmcoreinfo audit'"
