# SPDX-License-Identifier: MIT
"""Observations, and what the current schema predicts for the same runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import vmcoreinfo

from ..compat.exports import Exports, noted
from ..core.release import parse_release_string
from ..model import Schema
from ..model.consumer import Consumer
from ..model.store.altered import text_without
from ..model.store.observed import Observation, Observed, ObservedDump
from ..model.vocabulary import DumpSource
from .build import built
from .outcome import Run
from .prediction import Prediction, agrees, predict


@dataclass(frozen=True)
class Held:
    """One observation and the prediction for it."""

    observation: Observation
    dump: ObservedDump
    predicted: Prediction

    @property
    def agrees(self) -> bool:
        return agrees(self.predicted.verdict, self.observation.came)


def held(schema: Schema, observed: Observed) -> Iterator[Held]:
    """Each observation in a file, with its prediction."""
    consumers = {consumer.name: consumer for consumer in schema.consumers}
    builds: dict[tuple[str, str, str], Consumer] = {}
    dumps = {dump.name: _Noted(schema, dump) for dump in observed.dumps}
    for one in observed.observations:
        asked = one.tool, str(one.release), one.build
        if asked not in builds:
            builds[asked] = built(consumers[one.tool], one.build, one.release)
        dump = dumps[one.on]
        text, exports = dump.without(one.without)
        run = Run(one.run, one.level)
        predicted = predict(
            builds[asked], one.release, exports, text, dump.dump.format, run, dump.dump.shows
        )
        yield Held(one, dump.dump, predicted)


class _Noted:
    """A recorded dump, and what its kernel exports according to its note."""

    def __init__(self, schema: Schema, dump: ObservedDump) -> None:
        self._schema = schema
        self.dump = dump
        self._found: dict[tuple[str, ...], tuple[bytes, Exports]] = {}

    @cached_property
    def _whole(self) -> Exports:
        release, _ = parse_release_string(self.dump.kernel)
        arch = self._schema.architecture(self.dump.arch)
        assert arch is not None, self.dump.arch
        tells = {source: source in self.dump.tells for source in DumpSource}
        return noted(self._schema, release, arch, vmcoreinfo.parse(self.dump.text), tells)

    def without(self, keys: tuple[str, ...]) -> tuple[bytes, Exports]:
        """The note without some entries, and the exports that remain."""
        if keys not in self._found:
            text = text_without(self.dump.text, keys)
            whole = self._whole
            exports = replace(whole.changed(keys), is_note=True)
            self._found[keys] = text, exports
        return self._found[keys]
