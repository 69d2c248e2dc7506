# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ...core.release import overlap
from ...model import Schema
from ...model.behind import implied_by, is_name
from ...model.entry import Behind
from ...problem import shortened
from ..rule import Finding, Rule


def _check(schema: Schema) -> Iterator[Finding]:
    for entry in schema.entries:
        implied = implied_by(entry.key)
        for export in entry.exports:
            before: dict[str, list[Behind]] = defaultdict(list)
            for behind in export.behind:
                for name in behind.names:
                    if not is_name(name):
                        message = f"'{shortened(name)}' is neither a C identifier nor STRUCT.MEMBER"
                        yield behind.location, message
                    elif name in implied:
                        message = (
                            f"{shortened(name)} is already named by the key {entry.key} itself"
                        )
                        yield behind.location, message, "leave it out"
                yield from _again(entry.key, before, behind)


def _again(key: str, before: dict[str, list[Behind]], behind: Behind) -> Iterator[Finding]:
    for name in behind.names:
        if any(overlap(other.bounds, behind.bounds) for other in before[name]):
            yield behind.location, f"{shortened(name)} is behind {key} twice in one release"
        before[name].append(behind)


RULE = Rule(
    id="VMCI050",
    name="names-behind",
    doc="The names `behind` an entry are C identifiers or `STRUCT.MEMBER`, each once per release; "
    "names in the key itself are not repeated.",
    example="""
NUMBER(PG_lru) {
	doc		"Bit number of the lru page flag."
	value		signed bit
	via		VMCOREINFO_NUMBER
	behind		pageflags page.flags
	behind		PG_lru ### PG_lru is already named by the key NUMBER(PG_lru) itself
	behind		page.flags.f ### 'page.flags.f' is neither a C identifier nor STRUCT.MEMBER
	behind		pageflags since 6.9 ### pageflags is behind NUMBER(PG_lru) twice in one release
	since		6.8
}
""",
    check=_check,
)
