# SPDX-License-Identifier: MIT
"""Which commits of mainline a line says to have is what its sources show, build by build."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import CORPUS
from vmcoreinfo_codegen.core.build import BuildNumber
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.consumer import KernelRange
from vmcoreinfo_codegen.model.kernel import Kernel, kernel_named
from vmcoreinfo_codegen.model.line import Line

FACTS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (CORPUS / "facts" / "vendor-commits.jsonl").read_text().splitlines()
]
READ = {fact["line"] for fact in FACTS}


def lines(schema: Schema) -> dict[str, Line]:
    return {line.name: line for line in schema.lines}


def kernel(schema: Schema, line: Line, build: str) -> Kernel:
    return kernel_named(schema, str(line.names[0]).replace("BUILD", build))


def bounds(schema: Schema, line: Line) -> Iterator[KernelRange]:
    """Bounds of needs on what the vendor builds that name a commit."""
    for need in (need for consumer in schema.consumers for need in consumer.needs):
        if any(map(need.concerns, line.archs or ())):
            for kernels in (need.kernels, *(one.kernels for one in need.alternatives)):
                if kernels is not None and kernels.commit is not None:
                    yield kernels


@pytest.mark.parametrize(
    ("line", "build"), sorted({(fact["line"], fact["build"]) for fact in FACTS})
)
def test_a_build_has_what_its_sources_show(schema: Schema, line: str, build: str) -> None:
    own = kernel(schema, lines(schema)[line], build)
    told = dict(own.schema.commits)
    shown = {
        fact["commit"]: fact["has"]
        for fact in FACTS
        if (fact["line"], fact["build"]) == (line, build)
    }
    assert {commit: told.get(commit) for commit in shown} == shown


def test_what_a_line_says_was_seen_in_its_sources(schema: Schema) -> None:
    seen = {
        (name, own.first, fact["commit"], fact["has"])
        for fact in FACTS
        if (name := fact["line"])
        and (own := lines(schema)[name].at(BuildNumber.parse(fact["build"]))) is not None
        and own.release == fact["release"]
    }
    said = {
        (line.name, build.first, commit, has)
        for line in schema.lines
        for build in line.builds
        for has, commits in ((True, build.has), (False, build.lacks))
        for commit in commits
    }
    assert said
    assert not said - seen


@pytest.mark.parametrize("name", sorted(READ))
def test_a_line_tells_of_every_commit_that_it_may_have(schema: Schema, name: str) -> None:
    """Those by which a tool goes, from after its base up to the day of a build."""
    line = lines(schema)[name]
    read = {fact["release"] for fact in FACTS if fact["line"] == name}
    for build in (build for build in line.builds if build.release in read):
        own = kernel(schema, line, str(build.first))
        until = own.schema.backported_until
        assert until is not None and line.base is not None
        told = dict(own.schema.commits)
        for kernels in bounds(schema, line):
            bound = kernels.since or kernels.until
            if bound is not None and line.base.moment < bound.moment <= until.moment:
                assert kernels.commit in told, (str(build.first), kernels.commit)


def test_a_line_tells_of_commits_by_which_tools_go(schema: Schema) -> None:
    for name in READ:
        line = lines(schema)[name]
        told = {commit for build in line.builds for commit in (*build.has, *build.lacks)}
        assert not told - {kernels.commit for kernels in bounds(schema, line)}
