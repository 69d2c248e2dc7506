# SPDX-License-Identifier: MIT
"""A consumer on the command line: `makedumpfile@1.7.4`, or the release that is installed here."""

from __future__ import annotations

import re

from ..core.tool import NEXT, ToolRelease
from ..model import Schema
from ..model.consumer import Consumer
from ..problem import did_you_mean, shortened
from .failure import Failure


def consumer_of(schema: Schema, name: str) -> Consumer:
    found = next((c for c in schema.consumers if c.name == name), None)
    if found is None:
        known = [consumer.name for consumer in schema.consumers]
        hint = did_you_mean(name, known) or f"one of {' '.join(known)}"
        raise Failure(f"unknown consumer '{shortened(name)}'; {hint}")
    return found


def consumer_release(schema: Schema, text: str) -> tuple[Consumer, ToolRelease]:
    """`name@release`; a name alone is its latest release, `name@next` what is in no release."""
    name, at, word = text.partition("@")
    consumer = consumer_of(schema, name)
    if not at:
        return consumer, consumer.latest
    try:
        release = ToolRelease.parse(word)
    except ValueError:
        message = f"{shortened(text)}: '{shortened(word)}' is not a release like 1.7.4"
        raise Failure(message) from None
    if word != NEXT and consumer.release(release) is None:
        known = [str(r.release) for r in consumer.releases]
        if not known[0] or release < min(r.release for r in consumer.releases):
            raise Failure(f"{text}: the schema knows {name} from {known[0]} on")
    return consumer, release


def installed(schema: Schema, name: str) -> tuple[Consumer, ToolRelease]:
    """The release of the tool that is on this machine, as it says itself."""
    import subprocess

    consumer = consumer_of(schema, name.partition("@")[0])
    command = [consumer.name, consumer.version_option]
    if not consumer.version_option:
        raise Failure(
            f"{consumer.name} can't be asked for its release; name it: {consumer.name}@1.0"
        )
    try:
        ran = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=30, check=False
        )
    except FileNotFoundError:
        raise Failure(
            f"{command[0]} is not installed here; name a release: {consumer.name}@1.0"
        ) from None
    except subprocess.TimeoutExpired:
        raise Failure(f"'{' '.join(command)}' does not come back") from None
    match = re.search(r"\b[0-9]{1,9}(?:\.[0-9]{1,9})+", ran.stdout + ran.stderr)
    if match is None:
        raise Failure(f"'{' '.join(command)}' says no release: {(ran.stdout + ran.stderr)[:80]!r}")
    return consumer, ToolRelease.parse(match[0])
