# SPDX-License-Identifier: MIT
"""A reader of the tables' Markdown."""

from __future__ import annotations

import re

Row = dict[str, str]


def cells(line: str) -> list[str]:
    inner = line.strip().removeprefix("|").removesuffix("|")
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", inner)]


def tables(text: str) -> list[list[Row]]:
    """Every table as rows by column head; raises if a row has another number of cells."""
    found: list[list[Row]] = []
    heads: list[str] = []
    for line in text.splitlines():
        if not line.startswith("|"):
            heads = []
        elif not heads:
            heads = cells(line)
            found.append([])
        elif not set(line) <= set("|- "):
            row = cells(line)
            assert len(row) == len(heads), line
            found[-1].append(dict(zip(heads, row)))
    return found


def rows(text: str) -> dict[str, Row]:
    """All rows of all tables by key."""
    by_key: dict[str, Row] = {}
    for row in (row for table in tables(text) for row in table if "Key" in row):
        key = row["Key"].strip("`")
        assert key not in by_key, f"{key} twice"
        by_key[key] = row
    return by_key


def section(text: str, title: str) -> str:
    """The text under a heading, up to the next one of the same or a higher level."""
    rank = title.index(" ")
    pattern = rf"^{re.escape(title)}\n(.*?)(?=^#{{1,{rank}}} |\Z)"
    match = re.search(pattern, text, re.DOTALL | re.MULTILINE)
    assert match, f"no section {title}"
    return match[1]


def codes(text: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", text))
