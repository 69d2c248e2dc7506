# SPDX-License-Identifier: MIT
"""What is known of an entry, whether a note has it or not."""

from __future__ import annotations

from typing import NamedTuple, Optional, Tuple


class Quirk(NamedTuple):
    """Releases in which the value of an entry is not what its key says.

    `kind` is `garbage`, `wrong`, `missing` or `duplicate`; `archs` is empty for all. A span is
    two numbers, the last one 0 where it goes on.
    """

    kind: str
    releases: str
    text: str
    archs: Tuple[str, ...]
    spans: Tuple[Tuple[int, int], ...]


class Entry(NamedTuple):
    """One entry: `since` is the first release with it, `until` the first without it.

    `since` is None for a key that no kernel exports. `garbage` is how values begin that some
    kernels print, and mean nothing.
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
