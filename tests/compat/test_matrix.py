# SPDX-License-Identifier: MIT
"""The matrix judges kernels and releases that come to the same once; that changes no verdict."""

from __future__ import annotations

import pytest

from vmcoreinfo_codegen.compat.judge import outcomes, worst
from vmcoreinfo_codegen.compat.matrix import alike, kernels, runs
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.vocabulary import Verdict
from vmcoreinfo_codegen.terms.release import Release

SINCE = Release.parse("2.6.24")


@pytest.mark.parametrize("arch", ["x86_64", "arm64", "ppc64", "s390x"])
def test_every_run_has_the_verdict_of_each_kernel_in_it(schema: Schema, arch: str) -> None:
    architecture = schema.architecture(arch)
    assert architecture is not None
    over = kernels(schema, architecture, SINCE)
    for consumer in schema.consumers:
        releases = [release.release for release in consumer.releases[-8:]]
        for release, found in zip(releases, runs(consumer, releases, over), strict=True):
            told = []
            for run in found:
                of_run = [
                    e for e in over if run.first.opening <= e.release.opening <= run.last.opening
                ]
                told += [(exports, run) for exports in of_run]
            assert [exports for exports, _ in told] == over
            for exports, run in told:
                judged = outcomes(consumer, release, exports)
                verdict = worst(judged)
                bad = {o.need.purpose for o in judged if o.verdict is verdict and verdict.is_bad}
                assert run.verdict is (Verdict.OK if verdict is Verdict.FALLBACK else verdict)
                assert bad <= set(run.purposes)


def test_kernels_are_told_apart_where_a_key_comes(schema: Schema) -> None:
    x86_64 = schema.architecture("x86_64")
    assert x86_64 is not None
    makedumpfile = next(c for c in schema.consumers if c.name == "makedumpfile")
    over = kernels(schema, x86_64, Release.parse("6.0"))
    found = alike(makedumpfile, over)
    assert 1 < len(found) < len(over)
    # 6.9 dropped vmap_area_list.
    assert Release.parse("6.9") in [a.exports.release for a in found]
