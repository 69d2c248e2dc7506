# SPDX-License-Identifier: MIT
"""A consumer on the command line: `makedumpfile@1.7.4`, or the release that is installed here."""

from __future__ import annotations

from ..compat.judge import Scope
from ..core.tool import NEXT, ToolRelease
from ..model import Schema
from ..model.consumer import MOST_LEVEL, Consumer
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
    """`name@release`; a name alone is its latest release, `name@next` what is in no release.

    `name@build` is what a distribution builds.
    """
    name, at, word = text.partition("@")
    consumer = consumer_of(schema, name)
    if not at:
        return consumer, consumer.latest
    build = next((build for build in consumer.builds if build.name == word), None)
    if build is not None:
        return consumer.built(build), build.release
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


def scope_of(consumer: Consumer, command: str | None, level: int | None) -> Scope:
    """What `--command` and `--level` ask about."""
    known = [one.name for one in consumer.commands]
    if command is not None and command not in known:
        hint = did_you_mean(command, known) or f"one of {' '.join(known)}"
        hint = hint if known else "the schema names none of it"
        raise Failure(f"{consumer.name} has no command '{shortened(command)}'; {hint}")
    if level is None:
        return Scope(command)
    filters = [one.name for one in consumer.commands if one.has_level]
    if not filters or command not in (None, *filters):
        what = f"{consumer.name} {command}" if command else consumer.name
        raise Failure(f"{what} takes no dump level")
    if not 0 <= level <= MOST_LEVEL:
        raise Failure(f"--level {level}: dump levels go from 0 to {MOST_LEVEL}")
    return Scope(filters[0], level)


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
    found = ToolRelease.said(ran.stdout + ran.stderr)
    if found is None:
        raise Failure(f"'{' '.join(command)}' says no release: {(ran.stdout + ran.stderr)[:80]!r}")
    return consumer, found
