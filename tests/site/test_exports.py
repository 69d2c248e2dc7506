# SPDX-License-Identifier: MIT
"""The data that scripts look answers up in says what the schema does."""

from __future__ import annotations

from typing import Any

import pytest

from vmcoreinfo_codegen.compat.answer import answer as judged
from vmcoreinfo_codegen.compat.exports import predicted
from vmcoreinfo_codegen.compat.judge import Scope
from vmcoreinfo_codegen.core.condition import ALWAYS
from vmcoreinfo_codegen.core.tool import ToolRelease
from vmcoreinfo_codegen.emit.site.exports import release_points
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.kernel import kernel_named

from .conftest import Site, data_of

pytestmark = pytest.mark.long


def answer(data: Any, entry: int, arch: int, point: int) -> tuple[str, str] | None:
    """What scripts find: condition and quirk."""
    if arch not in data["there"][point]:
        return None
    for archs, runs in data["runs"][entry]:
        for first, last, condition, quirk in runs:
            if arch in archs and first <= point <= last:
                return data["texts"][condition], data["texts"][quirk]
    return None


def test_the_data_answers_as_the_schema_does(made: Site, schema: Schema) -> None:
    data = data_of(made, "compare")
    keys = data["keys"]
    points = release_points(schema)
    assert data["kernels"][: data["points"]] == [str(point) for point in points]
    assert {"6.6.2", "6.11.3", "5.10.46"} < set(data["kernels"])
    for place, arch in enumerate(schema.architectures):
        for number, release in enumerate(points):
            there = arch.existed_in(release)
            expected = {
                p.key: "" if p.condition == ALWAYS else str(p.condition)
                for p in (schema.predict(release, arch) if there else ())
            }
            found = {
                key: told[0]
                for entry, key in enumerate(keys)
                if (told := answer(data, entry, place, number))
            }
            assert found == expected, f"{release} on {arch.name}"


def test_the_data_answers_for_vendors(made: Site, schema: Schema) -> None:
    data = data_of(made, "compare")
    checked = 0
    for number, name in enumerate(data["kernels"]):
        if number < data["points"]:
            continue
        kernel = kernel_named(schema, name)
        for place in data["there"][number]:
            arch = schema.architectures[place]
            assert kernel.builds(arch)
            expected = {
                p.key: "" if p.condition == ALWAYS else str(p.condition)
                for p in kernel.schema.predict(kernel.release, arch)
            }
            found = {
                key: told[0]
                for entry, key in enumerate(data["keys"])
                if (told := answer(data, entry, place, number))
            }
            assert found == expected, f"{name} on {arch.name}"
            checked += 1
    assert checked > 200


def test_the_data_warns_of_quirks(made: Site) -> None:
    data = data_of(made, "compare")
    entry = data["keys"].index("BUILD-ID")
    arch = data["archs"].index("arm64")
    for release, is_spoilt in (("6.11", False), ("6.11.3", True), ("6.11.10", False)):
        told = answer(data, entry, arch, data["kernels"].index(release))
        assert told and told[1].startswith("garbage: ") == is_spoilt


@pytest.mark.parametrize("kernel", ["7.3", "6.9", "4.14", "rhel9.4", "rhel8.10"])
def test_verdicts_are_those_of_compat(made: Site, schema: Schema, kernel: str) -> None:
    data = data_of(made, "answers")
    there = kernel_named(schema, kernel)
    by_name = {consumer.name: consumer for consumer in schema.consumers}
    checked = 0
    for tool in data["tools"]:
        consumer = by_name[tool["name"]]
        level = 31 if any(one.has_level for one in consumer.commands) else None
        for release in tool["releases"][-4:]:
            for arch in ("x86_64", "ppc64"):
                found = looked_up(data, tool, release, arch, kernel)
                known = schema.architecture(arch)
                assert known is not None
                exports = predicted(there.schema, there.release, known)
                number = ToolRelease.parse(release)
                told = judged(there, consumer, number, None, exports, None, Scope(None, level))
                assert found == (told.verdict, told.worked_out), (tool["name"], release, arch)
                checked += 1
    assert checked > 40


def looked_up(
    data: Any, tool: Any, release: str, arch: str, kernel: str
) -> tuple[str, str | None] | None:
    """What assets/answer.js finds."""
    number = tool["releases"].index(release)
    if kernel in data["kernels"]:
        place = data["kernels"].index(kernel)
        runs = data["lists"][tool["runs"][number][data["archs"].index(arch)]]
    else:
        line = next(line for line in data["lines"] if kernel in line["builds"])
        place = line["builds"].index(kernel)
        runs = data["lists"][tool["lines"][line["name"]][arch][number]]
    for first, last, verdict, worked_out, *_ in runs:
        if first <= place <= last:
            known = data["verdicts"][worked_out] if worked_out >= 0 else None
            return data["verdicts"][verdict], known
    return None
