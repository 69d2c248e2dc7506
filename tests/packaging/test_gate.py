# SPDX-License-Identifier: MIT
"""Gates for dumps and tools: the script, its action and its job, and the service for a machine that crashed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from tests.conftest import ROOT

GATE = ROOT / "packaging/gate"
SERVICE = ROOT / "packaging/systemd"
NOTE = ROOT / "tests/corpus/notes/x86_64-6.12.117+deb13-amd64.note"
FINE = ["--consumer", "drgn@0.3.0"]
WRONG = ["--consumer", "makedumpfile@1.7.2"]
UNKNOWN = ["--consumer", "drgn@9.9"]
KERNEL = ["--kernel", "6.9", "--arch", "x86_64"]
LONG = pytest.mark.long


def ran(
    command: list[str], folder: Path, more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    return subprocess.run(
        command,
        cwd=folder,
        env={**environment, **(more or {})},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([str(NOTE)], 0),
        pytest.param([str(NOTE), "--", *FINE], 0, marks=LONG),
        pytest.param([str(NOTE), "--", *FINE, *WRONG], 1, marks=LONG),
        (["--", *WRONG, *KERNEL], 1),
        (["--", *UNKNOWN, *KERNEL], 4),
        pytest.param(["no such note", str(NOTE), "--", *WRONG], 2, marks=LONG),
        ([str(NOTE), "--", "--no-such-option"], 2),
        ([], 2),
    ],
)
def test_the_worst_counts(tmp_path: Path, arguments: list[str], code: int) -> None:
    gated = ran([str(GATE / "gate"), "re ports", *arguments], tmp_path)
    assert gated.returncode == code, gated.stderr


def test_reports(tmp_path: Path) -> None:
    ran([str(GATE / "gate"), "re ports", "none", str(NOTE), "--", *WRONG], tmp_path)
    reports = tmp_path / "re ports"
    assert {path.name for path in reports.iterdir()} == {
        "audit.sarif", "audit.xml", "compat.sarif", "compat.xml",
    }  # fmt: skip
    for verb in ("audit", "compat"):
        assert int(ElementTree.parse(reports / f"{verb}.xml").getroot().get("failures", "0")) >= 1
        (found,) = json.loads((reports / f"{verb}.sarif").read_text())["runs"]
        assert found["results"]


def step_of(
    action: Path, name: str, folder: Path, **inputs: str
) -> subprocess.CompletedProcess[str]:
    """Run a step as a runner of GitHub does: with bash, and what it is given as variables."""
    (step,) = [s for s in yaml.safe_load(action.read_text())["runs"]["steps"] if s["name"] == name]
    values = {
        "${{ github.action_path }}": str(action.parent),
        "${{ runner.temp }}/vmcoreinfo/bin/vmcoreinfo": str(
            Path(sys.executable).with_name("vmcoreinfo")
        ),
        **{f"${{{{ inputs.{key} }}}}": value for key, value in inputs.items()},
    }
    script = folder / "step.sh"
    script.write_text(step["run"])
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
    return ran(command, folder, {key: values[value] for key, value in step["env"].items()})


@pytest.mark.long
@pytest.mark.parametrize(
    ("inputs", "options", "code"),
    [
        ("notes/*.note", " ".join(FINE), 0),
        ("notes/*.note", " ".join(WRONG), 1),
        ("", " ".join([*WRONG, *KERNEL]), 1),
        ("nothing/*", "", 2),
    ],
)
def test_the_action(tmp_path: Path, inputs: str, options: str, code: int) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes/a b.note").write_bytes(NOTE.read_bytes())
    name = "Hold dumps and tools to the schema"
    gated = step_of(
        GATE / "action.yml", name, tmp_path, inputs=inputs, options=options, reports="reports"
    )
    assert gated.returncode == code, gated.stdout + gated.stderr
    if code == 2:
        assert "no file fits 'nothing/*'" in gated.stdout


@pytest.mark.long
@pytest.mark.parametrize(
    ("schema", "file"),
    [("vendor.github-actions", "action.yml"), ("vendor.gitlab-ci", "gitlab.yml")],
)
def test_each_is_what_its_server_takes(schema: str, file: str) -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(GATE / file)]
    checked = ran(check, ROOT)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_both_actions_install_alike() -> None:
    steps = [
        yaml.safe_load(path.read_text())["runs"]["steps"][0]["run"]
        for path in (ROOT / "action.yml", GATE / "action.yml")
    ]
    assert steps[0] == steps[1]


def test_the_job_of_gitlab(tmp_path: Path) -> None:
    """What it runs behind the installation, with the variables that a job has."""
    job = yaml.safe_load((GATE / "gitlab.yml").read_text())[".vmcoreinfo-gate"]
    *_, gate = job["script"]
    (tmp_path / ".vmcoreinfo/venv/bin").mkdir(parents=True)
    (tmp_path / ".vmcoreinfo/packaging").symlink_to(ROOT / "packaging")
    command = Path(sys.executable).with_name("vmcoreinfo")
    (tmp_path / ".vmcoreinfo/venv/bin/vmcoreinfo").symlink_to(command)
    for options, code in ((FINE, 0), (WRONG, 1)):
        given = {**job["variables"], "OPTIONS": " ".join([*options, *KERNEL])}
        assert ran(["bash", "-c", gate], tmp_path, given).returncode == code
    assert (tmp_path / job["variables"]["REPORTS"] / "compat.xml").exists()


@pytest.fixture
def crashes(tmp_path: Path) -> Path:
    """Dumps as kdump-tools and kdump-utils leave them, one that is not done, and a tool that is here."""
    folder = tmp_path / "var crash"
    for crash, name, text in (
        ("202611291200", "dump.202611291200", NOTE.read_bytes()),
        ("127.0.0.1-2026-11-29-12:00:00", "vmcore", b"nothing"),
        ("later", "vmcore-incomplete", NOTE.read_bytes()),
    ):
        (folder / crash).mkdir(parents=True)
        (folder / crash / name).write_bytes(text)
    # The machine has this tool alone.
    there = tmp_path / "bin"
    there.mkdir()
    (there / "drgn").write_text("#!/bin/sh\necho drgn 0.3.0\n")
    (there / "drgn").chmod(0o755)
    (there / "vmcoreinfo").symlink_to(Path(sys.executable).with_name("vmcoreinfo"))
    for name in ("sh", "find", "cat", "mv", "rm", "mktemp", "dirname"):
        (there / name).symlink_to(shutil.which(name) or name)
    return folder


@pytest.mark.long
def test_new_dumps_of_a_machine(crashes: Path) -> None:
    here = {"PATH": str(crashes.parent / "bin")}
    first = ran([str(SERVICE / "vmcoreinfo-dumps"), str(crashes)], crashes.parent, here)
    told = (crashes / "202611291200/vmcoreinfo.txt").read_text()
    assert "no finding" in told and re.search(r"(?m)^drgn 0\.3\.0 on 6\.12\.117.*: ok", told)
    assert told in first.stdout and first.returncode == 1
    assert "no VMCOREINFO" in (crashes / "127.0.0.1-2026-11-29-12:00:00/vmcoreinfo.txt").read_text()
    assert not (crashes / "later/vmcoreinfo.txt").exists()
    again = ran([str(SERVICE / "vmcoreinfo-dumps"), str(crashes)], crashes.parent, here)
    assert (again.returncode, again.stdout) == (0, "")


def test_the_unit_is_one(tmp_path: Path) -> None:
    tool = shutil.which("systemd-analyze")
    # No set-up of the tests brings systemd to a machine that was not booted by it.
    if tool is None:
        pytest.skip("systemd-analyze is not here")
    text = (SERVICE / "vmcoreinfo-dumps.service").read_text()
    unit = tmp_path / "vmcoreinfo-dumps.service"
    script = SERVICE / "vmcoreinfo-dumps"
    (tmp_path / "script").symlink_to(script)
    # A path may have spaces here, which systemd takes in quotes.
    unit.write_text(text.replace("/usr/libexec/vmcoreinfo-dumps", f'"{tmp_path / "script"}"'))
    verified = ran([tool, "verify", "--man=no", str(unit)], tmp_path)
    assert verified.returncode == 0 and not verified.stderr, verified.stderr
