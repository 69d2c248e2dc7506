# SPDX-License-Identifier: MIT
"""Observations of tools, from the files beside the schema."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ...core.release import Release, parse_release_string
from ...problem import LANGUAGE, Location, Problem, SchemaError
from ..consumer import Consumer
from ..observed import NOTHING_SEEN, Runs, Seen, build_name, read_digest
from ..schema import Schema
from ..store.files import OBSERVED, observed_files
from ..store.observed import ObservationError, Observed, ObservedDump, read_observed


def observed(schema: Schema, folder: Path) -> Schema:
    """The schema with the observations of its consumers. Raises SchemaError, OSError."""
    problems: list[Problem] = []
    found: dict[str, Runs] = {}
    by_name = {consumer.name: consumer for consumer in schema.consumers}
    for path in observed_files(folder):
        name = f"{folder.name}/{OBSERVED}/{path.name}"
        consumer = by_name.get(path.stem)
        if consumer is None:
            message = f"no consumer {path.stem} is declared for this file"
            problems.append(Problem(Location(name), LANGUAGE, message))
            continue
        try:
            found[consumer.name] = Runs(_seen(consumer, read_observed(path)))
        except ObservationError as error:
            problems.append(Problem(Location(name), LANGUAGE, str(error)))
    if problems:
        raise SchemaError(problems)
    if not found:
        return schema
    consumers = tuple(
        replace(consumer, seen=found.get(consumer.name, NOTHING_SEEN))
        for consumer in schema.consumers
    )
    return replace(schema, consumers=consumers)


def _seen(consumer: Consumer, observed: Observed) -> Iterator[Seen]:
    """Runs on whole dumps; runs without some entries are read only when needed."""
    dumps = {dump.name: dump for dump in observed.dumps}
    keys = {name: keys_of(dump) for name, dump in dumps.items()}
    for one in observed.observations:
        if one.without:
            continue
        dump = dumps[one.on]
        yield Seen(
            release=one.release,
            build=build_name(one.build),
            arch=dump.arch,
            kernel=dump.kernel,
            branch=branch_of(dump.kernel),
            dump=dump.name,
            format=dump.format,
            has=dump.shows,
            command=one.run,
            level=one.level,
            came=one.came,
            by=one.by,
            read=read_digest(consumer, one.release, keys[one.on]),
        )


def keys_of(dump: ObservedDump) -> frozenset[str]:
    return frozenset(line.partition("=")[0] for line in dump.note.splitlines())


def branch_of(kernel: str) -> Release:
    """The mainline release of a full release string. Raises ValueError."""
    release, _ = parse_release_string(kernel)
    return release.branch
