# SPDX-License-Identifier: MIT
"""The matrix judges kernels and releases that come to the same once; that changes no verdict."""

from __future__ import annotations

import pytest

from vmcoreinfo_codegen.compat.exports import predicted
from vmcoreinfo_codegen.compat.exports_by_release import exports_by_release
from vmcoreinfo_codegen.compat.judge import WHOLE, outcomes, worst
from vmcoreinfo_codegen.compat.matrix import Run, clipped, runs
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.vocabulary import Verdict


def test_exports_by_release_are_the_predictions_of_all_releases(schema: Schema) -> None:
    for arch in schema.architectures:
        over = exports_by_release(schema, arch)
        kernels = [d.release for d in schema.releases if arch.existed_in(d.release)]
        assert sorted(kernels, key=lambda release: release.opening) == list(over.releases)
        assert len(over.starts) < len(kernels)
        for place, release in enumerate(over.releases):
            assert over.at(place) == predicted(schema, release, arch), (arch.name, str(release))


@pytest.mark.parametrize(
    "arch",
    [
        "x86_64",
        "hexagon",
        *(pytest.param(a, marks=pytest.mark.long) for a in ("arm64", "ppc64", "s390x")),
    ],
)
def test_every_run_has_the_verdict_of_each_kernel_in_it(schema: Schema, arch: str) -> None:
    architecture = schema.architecture(arch)
    assert architecture is not None
    over = exports_by_release(schema, architecture)
    exports = [over.at(place) for place in range(len(over.releases))]
    for consumer in schema.consumers:
        releases = [release.release for release in consumer.releases[-1::-5]]
        judged = runs(consumer, releases, {arch: over})
        for release, by_arch in zip(releases, judged, strict=True):
            told = [
                (kernel, run)
                for run in by_arch[arch]
                for kernel in exports
                if run.first.opening <= kernel.release.opening <= run.last.opening
            ]
            assert [kernel for kernel, _ in told] == exports
            for kernel, run in told:
                purposes = outcomes(consumer, release, kernel)
                found = [one for one in purposes if WHOLE.counts(consumer, one.need)]
                verdict = worst(found)
                is_ok = verdict is Verdict.FALLBACK
                assert run.verdict is (Verdict.OK if is_ok else verdict)
                bad = tuple(o.need.purpose for o in found if o.verdict is verdict)
                assert run.purposes == (() if run.verdict is Verdict.OK else bad)


def test_runs_from_a_release_on() -> None:
    first, until, then, last = map(Release.parse, ("4.19", "5.3", "5.4", "6.9"))
    old = Run(Release.parse("4.0"), Release.parse("4.18"), Verdict.FATAL, ("x",))
    found = [old, Run(first, until, Verdict.OK, ()), Run(then, last, Verdict.WRONG, ("x",))]
    since = Release.parse("5.0")
    assert clipped(found, since) == [Run(since, until, Verdict.OK, ()), found[2]]
