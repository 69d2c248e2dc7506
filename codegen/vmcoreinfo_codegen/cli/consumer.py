# SPDX-License-Identifier: MIT
"""A consumer on the command line: `makedumpfile@1.7.4`, or the installed release."""

from __future__ import annotations

from ..compat.judge import Scope
from ..core.tool import ToolRelease
from ..model import Schema
from ..model.consumer import MOST_LEVEL, Consumer
from ..problem import did_you_mean, shortened
from ..query.tool_names import UnknownTool, find_consumer, find_tool
from .failure import Failure


def consumer_of(schema: Schema, name: str) -> Consumer:
    try:
        return find_consumer(schema, name)
    except UnknownTool as error:
        raise Failure(str(error)) from error


def consumer_release(schema: Schema, text: str) -> tuple[Consumer, ToolRelease]:
    """The tool for `name@release`, `name@build` or `name@next`; a name alone is its latest
    release.
    """
    try:
        return find_tool(schema, text)
    except UnknownTool as error:
        raise Failure(str(error)) from error


def scope_of(consumer: Consumer, command: str | None, level: int | None) -> Scope:
    """The scope that `--command` and `--level` select."""
    known = [one.name for one in consumer.commands]
    if command is not None and command not in known:
        hint = did_you_mean(command, known) or f"one of {' '.join(known)}"
        hint = hint if known else "the schema has none"
        raise Failure(f"{consumer.name} has no command '{shortened(command)}'; {hint}")
    if level is None:
        return Scope(command)
    filters = [one.name for one in consumer.commands if one.has_level]
    if not filters or command not in (None, *filters):
        what = f"{consumer.name} {command}" if command else consumer.name
        raise Failure(f"{what} has no dump level")
    if not 0 <= level <= MOST_LEVEL:
        raise Failure(f"--level {level}: dump levels are 0 to {MOST_LEVEL}")
    return Scope(filters[0], level)


def installed(schema: Schema, name: str) -> tuple[Consumer, ToolRelease]:
    """The release that the tool on this machine prints."""
    import subprocess

    consumer = consumer_of(schema, name.partition("@")[0])
    command = [consumer.name, consumer.version_option]
    if not consumer.version_option:
        raise Failure(f"{consumer.name} can't print its release; give it, e.g. {consumer.name}@1.0")
    try:
        ran = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=30, check=False
        )
    except FileNotFoundError:
        raise Failure(
            f"{command[0]} is not installed; give a release, e.g. {consumer.name}@1.0"
        ) from None
    except subprocess.TimeoutExpired:
        raise Failure(f"'{' '.join(command)}' timed out") from None
    found = ToolRelease.said(ran.stdout + ran.stderr)
    if found is None:
        raise Failure(
            f"'{' '.join(command)}' printed no version: {(ran.stdout + ran.stderr)[:80]!r}"
        )
    return consumer, found
