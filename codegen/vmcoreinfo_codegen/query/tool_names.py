# SPDX-License-Identifier: MIT
"""Tools and their releases as users write them: `makedumpfile@1.7.4`, `makedumpfile`."""

from __future__ import annotations

from ..core.tool import NEXT, ToolRelease
from ..model import Schema
from ..model.consumer import Consumer
from ..problem import did_you_mean, shortened


class UnknownTool(ValueError):
    """A tool or release that the schema does not know; the message lists known ones."""


def find_consumer(schema: Schema, name: str) -> Consumer:
    """The consumer of that name. Raises UnknownTool."""
    found = next((c for c in schema.consumers if c.name == name), None)
    if found is None:
        known = [consumer.name for consumer in schema.consumers]
        hint = did_you_mean(name, known) or f"one of {' '.join(known)}"
        raise UnknownTool(f"unknown consumer '{shortened(name)}'; {hint}")
    return found


def find_tool(schema: Schema, text: str) -> tuple[Consumer, ToolRelease]:
    """The tool for `name@release`; a name alone means its latest release, `name@next` its
    repository.

    `name@build` is a distribution's build. Raises UnknownTool.
    """
    name, at, word = text.partition("@")
    consumer = find_consumer(schema, name)
    if not at:
        return consumer, consumer.latest
    build = next((build for build in consumer.builds if build.name == word), None)
    if build is not None:
        return consumer.built(build), build.release
    try:
        release = ToolRelease.parse(word)
    except ValueError:
        message = f"{shortened(text)}: '{shortened(word)}' is not a release like 1.7.4"
        raise UnknownTool(message) from None
    if word != NEXT and consumer.release(release) is None:
        known = [str(r.release) for r in consumer.releases]
        if not known[0] or release < min(r.release for r in consumer.releases):
            raise UnknownTool(f"{text}: the schema has {name} since {known[0]}")
    return consumer, release
