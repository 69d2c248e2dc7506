# SPDX-License-Identifier: MIT
"""The matrix judges kernels and releases that come to the same once; that changes no verdict."""

from __future__ import annotations

import pytest

from vmcoreinfo_codegen.compat.matrix import Alike, Run, alike, kernels, runs
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.consumer import Consumer
from vmcoreinfo_codegen.terms.release import Release

SINCE = Release.parse("2.6.24")


@pytest.mark.parametrize("arch", ["x86_64", "arm64", "ppc64", "s390x"])
def test_kernels_alike_are_judged_once(schema: Schema, arch: str) -> None:
    architecture = schema.architecture(arch)
    assert architecture is not None
    over = kernels(schema, architecture, SINCE)
    one_by_one = [Alike(exports, exports.release) for exports in over]
    for consumer in schema.consumers:
        told_apart = alike(consumer, over)
        assert 0 < len(told_apart) < len(over)
        judged: dict[tuple[bool, ...], list[Run]] = {}
        for release in consumer.releases[-8:]:
            found = runs(consumer, release.release, told_apart)
            assert found == runs(consumer, release.release, one_by_one)
            # Releases that know the same come to the same.
            known = consumer.known_to(release.release)
            assert judged.setdefault(known, found) == found


def test_some_releases_know_the_same(schema: Schema) -> None:
    def distinct(consumer: Consumer) -> int:
        return len({consumer.known_to(release.release) for release in consumer.releases})

    makedumpfile = next(c for c in schema.consumers if c.name == "makedumpfile")
    assert 1 < distinct(makedumpfile) < len(makedumpfile.releases)
