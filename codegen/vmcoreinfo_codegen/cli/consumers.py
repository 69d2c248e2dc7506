# SPDX-License-Identifier: MIT
"""Several tools on the command line: by name, of a distribution, or installed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..compat.overview import Tool, tools_of
from ..model import Schema
from ..model.distribution import Distribution
from .consumer import consumer_release, installed
from .failure import Failure
from .schema import distribution_of

EVERY = "all"
"""The word for every tool."""


def tools_named(
    schema: Schema, names: Sequence[str], distribution: str | None, is_installed: bool
) -> Iterator[Tool]:
    """The tools that `--consumer`, `--distribution` and `--installed` select, in their order."""
    if distribution is not None:
        if is_installed:
            raise Failure(
                "--distribution and --installed both select releases; give only one of them"
            )
        yield from _shipped(schema, distribution_of(schema, distribution), names)
    elif is_installed:
        yield from _installed(schema, names)
    elif not names:
        raise Failure("no tool given; use --consumer NAME@RELEASE or --distribution")
    else:
        for name in names:
            yield from _named(schema, name)


def _named(schema: Schema, name: str) -> Iterator[Tool]:
    if name == EVERY:
        for consumer in schema.consumers:
            yield Tool(consumer, consumer.latest, is_named=False)
        return
    consumer, release = consumer_release(schema, name)
    yield Tool(consumer, release, consumer.build)


def _shipped(schema: Schema, distribution: Distribution, names: Sequence[str]) -> Iterator[Tool]:
    """Every tool of a distribution, or the named ones."""
    if any("@" in one for one in names):
        raise Failure("--distribution selects the releases; give --consumer without a release")
    shipped = list(tools_of(schema, distribution))
    known = {tool.consumer.name for tool in shipped}
    for one in names:
        if one != EVERY and one not in known:
            raise Failure(
                f"the schema knows these tools of {distribution.name}: {', '.join(sorted(known))}; "
                "give one of them with --consumer"
            )
    wanted = [
        tool for tool in shipped if not names or EVERY in names or tool.consumer.name in names
    ]
    if not wanted:
        raise Failure(f"the schema has no tools of {distribution.name}")
    yield from wanted


def _installed(schema: Schema, names: Sequence[str]) -> Iterator[Tool]:
    """The named tools, or all that are installed."""
    import shutil

    every = not names or EVERY in names
    found = 0
    for name in [one.name for one in schema.consumers if one.version_option] if every else names:
        if every and shutil.which(name) is None:
            continue
        found += 1
        yield Tool(*installed(schema, name), is_named=not every)
    if not found:
        raise Failure("no known tool is installed; give one, e.g. --consumer makedumpfile@1.7.9")
