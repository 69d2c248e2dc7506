# SPDX-License-Identifier: MIT
"""Vendors' kernels in `explain`, `lifetime`, `impact` and `generate`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.command import Run
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.kernel import kernel_named


def lines(run: Run, key: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run("explain", key, "--format", "json").json("explain")["lines"]
    return found


def test_explain_tells_what_a_line_has_otherwise(run: Run) -> None:
    (gone,) = (one for one in lines(run, "SYMBOL(log_buf)") if one["line"] == "rhel8")
    assert (gone["change"], gone["like"], gone["release"]) == ("removed", "5.10", "8.6")
    assert (gone["vendor"], gone["archs"]) == ("rhel", None)
    flat = " ".join(run("explain", "SYMBOL(log_buf)").out.split())
    assert f"vendors not in rhel8 since 8.6 (build {gone['build']}), as in 5.10" in flat
    (arm,) = (one for one in lines(run, "KERNELOFFSET") if one["archs"] == ["arm64"])
    assert (arm["change"], arm["line"], arm["like"]) == ("added", "rhel8", "4.19")
    flat = " ".join(run("explain", "KERNELOFFSET").out.split())
    assert "vendors in rhel8 on arm64 since 8.0" in flat
    assert lines(run, "OFFSET(page.lru)") == []
    assert "vendors" not in run("explain", "OFFSET(page.lru)").out


def test_explain_tells_what_no_release_has_so(run: Run) -> None:
    (own,) = (one for one in lines(run, "SIZE(log)") if one["line"] == "rhel7")
    assert (own["change"], own["like"]) == ("changed", None)
    assert own["condition"] == "CONFIG_PRINTK && CONFIG_CRASH_CORE"
    flat = " ".join(run("explain", "SIZE(log)").out.split())
    assert "different in rhel7 since" in flat
    assert "), if CONFIG_PRINTK && CONFIG_CRASH_CORE" in flat


@pytest.mark.parametrize(
    "key", ["NUMBER(MAX_USER_VA_BITS)", "NUMBER(PG_buddy)", "NUMBER(tcr_el1_t1sz)"]
)
def test_explain_of_what_mainline_never_had(run: Run, key: str) -> None:
    out = run("explain", key).out
    assert "  exported     not by any mainline release\n" in out
    assert "  of kernels   since " in out
    assert "  if " not in out
    answer = run("explain", key, "--format", "json").json("explain")
    assert [export["out_of_tree"] for export in answer["exports"]] == [True]
    other = run("explain", "OFFSET(page.lru)", "--format", "json").json("explain")
    assert [export["out_of_tree"] for export in other["exports"]] == [False]


def test_lifetime_on_a_line(run: Run, schema: Schema) -> None:
    answer = run("lifetime", "vmcore-dmesg", "--line", "rhel8", "--format", "json").json("lifetime")
    (line,) = (line for line in schema.lines if line.name == "rhel8")
    names = [build.release for build in line.builds]
    assert answer["lines"] == ["rhel8"]
    by_release = {one["release"]: one for one in answer["releases"]}
    old, new = by_release["2.0.20"], by_release["2.0.32"]
    # The lockless ring came to 8.6, and to kexec-tools 2.0.21.
    assert old["by_schema"] == names[: names.index("8.6")]
    assert old["verdicts"][-1]["verdict"] == "fatal"
    assert (old["verdicts"][-1]["first"], old["verdicts"][-1]["purposes"]) == ("8.6", ["dmesg"])
    assert new["by_schema"] == names
    for one in answer["releases"]:
        assert set(one["handles"]) <= set(one["by_schema"])
    row = next(
        row
        for row in run("lifetime", "vmcore-dmesg", "--line", "rhel8").out.splitlines()
        if row.startswith("2.0.20 ")
    )
    assert "8.0..8.5" in row
    assert row.endswith(f"8.6..{names[-1]} fatal: dmesg")


def test_lifetime_on_all_lines_of_a_vendor(run: Run, schema: Schema) -> None:
    asked = ("lifetime", "drgn", "--line", "centos", "--format", "json", "--arch")
    wanted = [line.name for line in schema.lines if line.vendor == "rhel" and line.builds]
    assert run(*asked, "amd64").json("lifetime")["lines"] == wanted
    answer = run(*asked, "i386").json("lifetime")
    assert answer["lines"] == ["rhel6"]
    assert {one["line"] for one in answer["releases"]} == {"rhel6"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--line", "rhel99"], "unknown line 'rhel99'; did you mean rhel9"),
        (["--line", "fedora"], "unknown line 'fedora'"),
        (["--line", "uek8"], "the schema has no builds of uek8"),
        (["--line", "rhel8", "--arch", "i386"], "rhel8 has no kernels for i386"),
    ],
)
def test_lifetime_refuses(run: Run, arguments: list[str], message: str) -> None:
    ran = run("lifetime", "crash", *arguments)
    assert ran.code == 2
    assert message in ran.err


def test_impact_on_a_vendors_kernel(run: Run) -> None:
    asked = ("impact", "SYMBOL(prb)", "--format", "json", "--to")
    before, after = (run(*asked, name).json("impact") for name in ("rhel8.5", "rhel8.6"))
    assert before["outcome"] == "nothing"
    assert after["outcome"] == "breaks"
    assert {one["consumer"] for one in after["breaks"]} >= {"makedumpfile", "vmcore-dmesg"}
    assert after["kernel"] == "rhel8.6"
    assert (after["line"]["name"], after["line"]["base"]) == ("rhel8", "4.18")
    built = ["x86_64", "arm64", "ppc64", "s390x"]
    assert after["archs"] == built
    for one in (*after["breaks"], *after["changes"]):
        assert set(one["archs"]) <= set(built)
    assert run(*asked, "6.9").json("impact")["line"] is None
    assert "- SYMBOL(prb)\n" in run("impact", "SYMBOL(prb)", "--to", "rhel8.6").out


def keys_of(folder: Path) -> set[str]:
    names: dict[str, Any] = {}
    text = (folder / "vmcoreinfo_subset.py").read_text()
    exec(compile(text, "vmcoreinfo_subset.py", "exec"), names)
    return set(names["ENTRIES"])


@pytest.mark.parametrize(
    "name",
    [
        "rhel8.6",
        *(pytest.param(n, marks=pytest.mark.long) for n in ("rhel8.5", "rhel6.0", "rhel9.6")),
    ],
)
def test_generate_for_a_vendors_kernel(run: Run, schema: Schema, tmp_path: Path, name: str) -> None:
    assert run("generate", "python", "--kernel", name, "--out", str(tmp_path)).code == 0
    kernel = kernel_named(schema, name)
    exported = {
        prediction.key
        for arch in schema.architectures
        if kernel.builds(arch)
        for prediction in kernel.schema.predict(kernel.release, arch)
    }
    assert len(exported) > 50
    assert keys_of(tmp_path) >= exported
    # Beside these, what conditions leave out on each architecture, and what recipes ask.
    mainline = tmp_path / "mainline"
    mainline.mkdir()
    assert (
        run("generate", "python", "--kernel", str(kernel.release), "--out", str(mainline)).code == 0
    )
    gone = {key for key in kernel.schema.by_key if key not in exported}
    assert not gone & keys_of(tmp_path) - keys_of(mainline)
    if name == "rhel8.6":
        assert "SYMBOL(prb)" in keys_of(tmp_path) - keys_of(mainline)
        assert "SYMBOL(log_buf)" in keys_of(mainline) - keys_of(tmp_path)


def test_a_part_for_a_vendors_kernel_is_made_again(run: Run, tmp_path: Path) -> None:
    uname = "4.18.0-372.9.1.el8.x86_64"
    asked = ("generate", "python", "c", "--for", "vmcore-dmesg", "--arch", "x86_64", "ppc64")
    assert run(*asked, "--kernel", uname, "--out", str(tmp_path)).code == 0
    # The name says no more than counts.
    module = tmp_path / "vmcoreinfo_subset.py"
    assert "--kernel rhel8.6 --arch x86_64 ppc64" in module.read_text()
    assert "SYMBOL(prb)" in keys_of(tmp_path)
    assert run("regenerate", "--check", *map(str, tmp_path.iterdir())).code == 0


def test_nothing_is_generated_for_what_no_vendor_builds(run: Run, tmp_path: Path) -> None:
    asked = ("generate", "python", "--kernel", "rhel9.6", "--arch", "mips", "--out", str(tmp_path))
    ran = run(*asked)
    assert ran.code == 1
    assert "no keys are left for '--kernel rhel9.6 --arch mips'" in ran.err
