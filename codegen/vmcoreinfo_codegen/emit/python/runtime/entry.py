# SPDX-License-Identifier: MIT
"""Information about entries, whether a note has them or not."""

from __future__ import annotations

from typing import NamedTuple, Optional, Tuple


class Quirk(NamedTuple):
    """Releases in which the value of an entry is wrong or missing.

    `kind` is `garbage`, `wrong`, `missing` or `duplicate`; `archs` is empty for all. A span is two
    numbers, the second one 0 if it has no end.
    """

    kind: str
    releases: str
    text: str
    archs: Tuple[str, ...]
    spans: Tuple[Tuple[int, int], ...]


class Entry(NamedTuple):
    """One entry: `since` is the first release with it, `until` the first without it.

    `since` is None for a key that no kernel exports. `garbage` is how garbage values begin that
    some kernels print.
    """

    key: str
    kind: str
    format: str
    unit: Optional[str]
    since: Optional[str]
    until: Optional[str]
    replaced_by: Tuple[str, ...]
    quirks: Tuple[Quirk, ...]
    garbage: Tuple[str, ...]
