# SPDX-License-Identifier: MIT
"""The page that compares two kernels or two releases of a tool, with a script over the schema's
data.
"""

from __future__ import annotations

from typing import Any

from ..product import Product
from .assets import data
from .facts import Facts
from .first import tool_groups
from .links import key_pages
from .page import page

PLACE = "compare.html"
_WORDS = {"format": "format", "printed": "printed form", "meaning": "meaning"}


def products(facts: Facts) -> list[Product]:
    context = {
        "kernels": _groups(facts),
        "tools": tool_groups(facts),
        "archs": facts.archs,
        "latest": facts.names[-1],
        "before": facts.names[-2],
    }
    scripts = ("assets/answer.js", "assets/compare.js")
    return [
        page(facts.schema, "compare", PLACE, "Compare kernels or tool releases", context, scripts),
        data("compare", "vmcoreinfoCompare", _data(facts)),
    ]


def _groups(facts: Facts) -> list[dict[str, Any]]:
    """All kernels with separate answers, the newest first."""
    grouped: dict[str, list[str]] = {"Mainline": []}
    for column in facts.exported.columns:
        label = "Mainline" if column.line is None else f"{column.line.name} ({column.line.base})"
        grouped.setdefault(label, []).append(column.name)
    return [{"label": label, "names": names[::-1]} for label, names in grouped.items()]


def _data(facts: Facts) -> dict[str, Any]:
    exported, schema = facts.exported, facts.schema
    keys = [entry.key for entry in schema.entries]
    places = range(len(facts.archs))
    sets: dict[tuple[int, ...], int] = {}
    reads = {
        consumer.name: {
            str(one.release): sets.setdefault(
                tuple(
                    sorted(
                        keys.index(key)
                        for key in consumer.keys_of(one.release)
                        if key in schema.by_key
                    )
                ),
                len(sets),
            )
            for one in consumer.releases
        }
        for consumer in schema.consumers
    }
    return {
        "kernels": [column.name for column in exported.columns],
        "points": len(exported.points),
        "archs": facts.archs,
        "there": [
            [place for place in places if exported.built(place, column)]
            for column in exported.columns
        ],
        "keys": keys,
        "pages": [key_pages(schema)[key] for key in keys],
        "instead": [list(entry.replaced_by) for entry in schema.entries],
        "texts": exported.texts,
        "runs": [exported.runs[key] for key in keys],
        "changes": _changes(facts, keys),
        "reads": reads,
        "sets": list(sets),
    }


def _changes(facts: Facts, keys: list[str]) -> list[tuple[int, int, str, str]]:
    """Changes of existing entries in mainline: the kernel, the entry, what changed, and how."""
    names = [str(point) for point in facts.exported.points]
    found = []
    for events in facts.events.values():
        for event in events:
            if event.kind in _WORDS and str(event.release) in names:
                text = event.text if event.kind == "meaning" else f"{event.new}, was {event.old}"
                where = f" on {', '.join(event.archs)}" if event.archs else ""
                place = names.index(str(event.release))
                found.append((place, keys.index(event.key), _WORDS[event.kind] + where, text))
    return sorted(found)
