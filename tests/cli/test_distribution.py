# SPDX-License-Identifier: MIT
"""`compat --distribution`, and kernels by the names of their vendors."""

from __future__ import annotations

import pytest

from tests.command import Run
from vmcoreinfo_codegen.core.tool import ToolRelease
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.kernel import kernel_named


def test_every_tool_on_every_kernel(run: Run) -> None:
    ran = run("compat", "--distribution", "debian13", "--format", "json")
    found = ran.json("compat")
    assert ran.code == 1 and found["verdict"] == "fatal"
    assert found["distribution"] == "debian13" and found["unreadable"] == []
    assert {(cell["arch"], cell["input"]) for cell in found["cells"]} == {("x86_64", None)}
    seen = {(c["kernel"].partition("+")[0], c["consumer"]): c for c in found["cells"]}
    assert len(seen) == len(found["cells"]) == 12
    assert seen["6.12.117", "crash"]["verdict"] == "ok"
    makedumpfile = seen["7.3.4", "makedumpfile"]
    assert (makedumpfile["verdict"], makedumpfile["build"]) == ("wrong", "debian-1.7.6-1")
    assert makedumpfile["line"]["name"] == "debian"
    table = run("compat", "--distribution", "trixie")
    assert table.out.count("\n") == 1 + 12 + 3 and table.code == 1


def test_one_tool_on_a_kernel_of_the_backports(run: Run) -> None:
    asked = ["compat", "--distribution", "debian13", "--kernel", "7.3.4+deb13-amd64"]
    (cell,) = run(*asked, "--consumer", "libkdumpfile", "--format", "json").json("compat")["cells"]
    alone = run(
        "compat", "--consumer", "libkdumpfile@0.5.4", "--kernel", "7.3.4+deb13-amd64",
        "--arch", "x86_64", "--format", "json",
    ).json("compat")  # fmt: skip
    assert (
        (cell["verdict"], cell["rests_on"])
        == (alone["verdict"], alone["rests_on"])
        == ("ok", "seen")
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--distribution", "debain13"], "unknown distribution 'debain13'; did you mean debian13"),
        (["--distribution", "debian13", "--consumer", "qemu"], "of debian13: crash, drgn,"),
        (["--distribution", "debian13", "--level", "31"], "name it with --consumer"),
        (["--distribution", "debian13", "--kernel", "nothing"], "unknown release 'nothing'"),
        (
            ["--distribution", "debian13", "--consumer", "crash@9.0.2"],
            "--consumer without a release",
        ),
        (["--distribution", "debian13", "--installed"], "one of them"),
        ([], "no tool given; use --consumer NAME@RELEASE or --distribution"),
    ],
)
def test_what_can_not_be_asked(run: Run, options: list[str], said: str) -> None:
    ran = run("compat", *options)
    assert ran.code == 2 and said in ran.err


def test_what_the_schema_says_of_distributions_is_there(schema: Schema) -> None:
    consumers = {consumer.name: consumer for consumer in schema.consumers}
    assert len(schema.distributions) >= 5
    for distribution in schema.distributions:
        assert distribution.kernels and distribution.ships and distribution.doc
        for kernel in distribution.kernels:
            assert schema.is_declared(kernel_named(schema, kernel).release)
        for one in distribution.ships:
            assert consumers[one.consumer].release(one.release) is not None, one
            builds = {build.name: build.release for build in consumers[one.consumer].builds}
            assert not one.build or builds[one.build] == ToolRelease.parse(str(one.release))


@pytest.mark.parametrize("name", ["rhel9.6", "almalinux9.6", "5.14.0-570.12.1.el9_6.x86_64"])
def test_a_vendors_kernel_by_each_of_its_names(run: Run, name: str) -> None:
    ran = run("list", "--kernel", name, "--arch", "ppc64", "--format", "json")
    assert " as rhel9 9.6, build 570" in ran.err
    found = ran.json("list")
    assert {entry["key"] for entry in found["entries"]} >= {
        "NUMBER(RADIX_MMU)", "NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)",
    }  # fmt: skip
    assert found["line"]["name"] == "rhel9" and found["line"]["release"] == "9.6"
    assert (found["line"]["base"], found["line"]["read"]) == ("5.14", True)


def test_a_vendors_kernel_is_no_bound_of_a_range(run: Run) -> None:
    ran = run("generate", "c", "--kernel", "rhel9.6..")
    assert ran.code == 2 and "'rhel9.6' is a vendor's kernel" in ran.err


def test_verdicts_go_by_the_line(run: Run) -> None:
    """Two that were wrong while RHEL was taken for its base."""

    def judged(kernel: str, tool: str) -> tuple[str, dict[str, str]]:
        found = run(
            "compat", "--kernel", kernel, "--arch", "x86_64", "--consumer", tool, "--format", "json"
        ).json("compat")
        return found["verdict"], {
            p["purpose"]: p["worked_out"] or p["verdict"] for p in found["purposes"]
        }

    _, purposes = judged("5.14.0-503.11.1.el9_5.x86_64", "makedumpfile@1.7.2")
    assert purposes["exclude huge pages"] == "degraded"
    verdict, purposes = judged("4.18.0-553.22.1.el8_10.x86_64", "makedumpfile@1.7.6")
    assert "degraded" not in purposes.values() and verdict in ("ok", "unknown")
