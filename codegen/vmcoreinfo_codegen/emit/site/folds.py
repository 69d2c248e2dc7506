# SPDX-License-Identifier: MIT
"""Shortens lists of names: of architectures that are alike, of successive releases."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from ..description import listed

_FEW = 6


def folded(names: Iterable[str], all_names: Sequence[str]) -> str:
    """`all`, `all but ia64`, or the names in their order."""
    chosen = set(names)
    here = [name for name in all_names if name in chosen]
    missing = [name for name in all_names if name not in chosen]
    if not missing:
        return "all" if len(here) > 1 else "".join(here)
    if len(missing) <= _FEW and len(here) > len(missing):
        return f"all but {listed(missing)}"
    return ", ".join(here)


def row(names: Sequence[str]) -> str:
    """Successive names as a range: `6.9`, or `6.9 to 7.3`."""
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"


def stretch(first: str, last: str) -> str:
    return row([first] if first == last else [first, last])


def rows_of(chosen: Collection[str], all_names: Sequence[str]) -> list[list[str]]:
    """The chosen names in order, split where one between them was not chosen."""
    found: list[list[str]] = [[]]
    for name in all_names:
        if name in chosen:
            found[-1].append(name)
        elif found[-1]:
            found.append([])
    return [one for one in found if one]
