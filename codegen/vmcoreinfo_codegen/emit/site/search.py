# SPDX-License-Identifier: MIT
"""The index of the search: keys, names of the kernel, options, kernels, tools, purposes,
commits.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...core.key import argument_of
from ...model import Entry
from ...model.kernel import kernel_named
from ..product import Product
from . import names
from .assets import data
from .exports import mainline_only
from .facts import Facts
from .lines import build_id
from .links import arch_page, kernel_page, key_pages, purpose_place, release_page, tool_page
from .page import page

Found = list[Any]
"""Kind, title, page, other words that find it, and a note; for a key also its ranges and
replacements.
"""


def products(facts: Facts) -> list[Product]:
    value = {
        "kernels": facts.names,
        "bases": {
            column.name: str(column.release.branch)
            for column in facts.exported.columns
            if column.line is not None
        },
        "entries": [
            *(_key(facts, entry) for entry in facts.schema.entries),
            *_kernels(facts),
            *_distributions(facts),
            *_tools(facts),
            *_others(facts),
        ],
    }
    context: dict[str, Any] = {}
    return [
        data("search", "vmcoreinfoSearch", value),
        page(facts.schema, "search", "search.html", "Search", context),
    ]


def _key(facts: Facts, entry: Entry) -> Found:
    words = [argument_of(entry.key)]
    return [
        "key",
        entry.key,
        key_pages(facts.schema)[entry.key],
        words,
        entry.summary,
        stretches(facts, entry.key),
        list(entry.replaced_by),
    ]


def stretches(facts: Facts, key: str) -> list[tuple[int, int]]:
    """First and last mainline release of each range in which some architecture exports a key."""
    exported, count = facts.exported, len(facts.exported.points)
    there: set[int] = set()
    for places, runs in exported.runs[key]:
        for place in places:
            born, died = exported.lives[place]
            for first, last, _, _ in mainline_only(runs, count):
                there.update(range(max(first, born), min(last, died) + 1))
    branches = [exported.points[place] for place in sorted(there)]
    numbers = sorted({facts.names.index(str(one)) for one in branches if not one.is_stable})
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def _kernels(facts: Facts) -> Iterator[Found]:
    for declared in facts.schema.releases:
        name = str(declared.release)
        note = f"released {declared.date}" + (", long-term support" if declared.longterm else "")
        yield ["kernel", f"Linux {name}", kernel_page(name), [name], note]
    for line in facts.schema.lines:
        yield ["kernel", line.name, kernel_page(line.name), list(line.known_as), line.doc]
        for place, build in enumerate(line.builds):
            name = line.name_of(build)
            words = [f"{other}{build.release}" for other in line.vendors if build.release]
            address = f"{kernel_page(line.name)}#{build_id(line, place)}"
            note = f"based on {line.base}" + (f", {build.date}" if build.date else "")
            yield ["kernel", name, address, words, note]


def _distributions(facts: Facts) -> Iterator[Found]:
    """Distributions, each linked to the line of its kernels, or to their mainline release."""
    for one in facts.schema.distributions:
        ships = ", ".join(f"{tool.consumer} {tool.release}" for tool in one.ships)
        for name in one.kernels[:1]:
            kernel = kernel_named(facts.schema, name)
            line = kernel.line
            place = kernel_page(line.line.name if line else str(kernel.release.branch))
            yield ["distribution", one.name, place, list(one.aliases), f"{name}, {ships}"]


def _tools(facts: Facts) -> Iterator[Found]:
    for consumer in facts.schema.consumers:
        yield ["tool", consumer.name, tool_page(consumer.name), [], consumer.doc]
        for one in reversed(consumer.releases):
            release = str(one.release)
            title = f"{consumer.name} {release}"
            words = [release, f"{consumer.name}@{release}"]
            yield ["release", title, release_page(consumer.name, release), words, one.date or ""]
        for purpose in dict.fromkeys(need.purpose for need in consumer.needs):
            place = purpose_place(consumer.name, purpose)
            yield ["purpose", purpose, place, [], f"purpose of {consumer.name}"]


def _others(facts: Facts) -> Iterator[Found]:
    for arch in facts.schema.architectures:
        yield ["architecture", arch.name, arch_page(arch.name), list(arch.aliases), arch.doc]
    for derivation in facts.schema.derivations:
        place = f"derivations.html#{derivation.name}"
        yield ["derived value", derivation.name, place, [], derivation.doc]
    for name, entries in facts.by_condition.items():
        yield ["option", name, f"config.html#{name}", [], _of(entries)]
    for commit in names.commits(facts):
        keys = _few(dict.fromkeys(event.key for event in commit.events))
        note = keys or f"moved keys to {_few(dict.fromkeys(commit.paths))}"
        yield ["commit", commit.name, f"commits.html#{commit.name}", [], note]
    for name, several in names.standing(facts).items():
        keys = _few(dict.fromkeys(one.entry.key for one in several))
        note = f"determines {keys}" if keys else "copied into tools"
        yield ["name", name, f"names.html#{name}", [], note]


def _of(entries: list[Entry]) -> str:
    if not entries:
        return "set by the architecture; no key depends on it alone"
    keys = _few(dict.fromkeys(entry.key for entry in entries))
    return f"{keys} {'depends' if len(entries) == 1 else 'depend'} on it"


def _few(keys: dict[str, None]) -> str:
    found = list(keys)
    more = f" and {len(found) - 2} more" if len(found) > 2 else ""
    return ", ".join(found[:2]) + more
