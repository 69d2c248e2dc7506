# SPDX-License-Identifier: MIT
"""What pyproject.toml declares is true: the lowest releases do, and so does the newest Python."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.installed import PARSER, environment, python_at_hand, skip_without_index

pytestmark = pytest.mark.long
NOTE = ROOT / "tests/corpus/notes/x86_64-6.12.117+deb13-amd64.note"
TREE = {
    "Makefile": "VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 1\nEXTRAVERSION =\n",
    "arch/x86/Kconfig": "config X86\n",
    "include/linux/vmcore_info.h": "#define VMCOREINFO_OFFSET(name, field) \\\n"
    '\tvmcoreinfo_append_str("OFFSET(%s.%s)=%lu\\n", #name, #field, \\\n'
    "\t\t(unsigned long)offsetof(struct name, field))\n",
    "kernel/vmcore_info.c": "#include <linux/vmcore_info.h>\n"
    "static int __init save(void)\n{\n\tVMCOREINFO_OFFSET(page, lru);\n\treturn 0;\n}\n",
}


@pytest.fixture(scope="module")
def uv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return environment(tmp_path_factory.mktemp("uv"), "uv") / "bin/uv"


def installed(uv: Path, folder: Path, python: str, *options: str) -> dict[str, str]:
    """The versions in a new environment at `folder`, after the project was installed there."""

    def run(*command: str | Path) -> str:
        ran = subprocess.run([uv, *command], capture_output=True, text=True)
        if ran.returncode:
            skip_without_index(ran.stderr)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    run("venv", "--quiet", "--python", python, folder)
    run(
        "pip",
        "install",
        "--quiet",
        "--python",
        folder,
        *options,
        str(PARSER),
        f"{ROOT}[arrow,dump]",
    )
    frozen = run("pip", "freeze", "--python", folder).splitlines()
    return dict(line.split("==") for line in frozen if "==" in line)


def main_job(prefix: Path, folder: Path) -> None:
    """All kinds of verbs; none may warn."""
    for name, text in TREE.items():
        path = folder / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def said(*arguments: str | Path) -> str:
        ran = subprocess.run(
            [prefix / "bin/vmcoreinfo", *arguments],
            cwd=folder,
            env={**os.environ, "XDG_CACHE_HOME": str(folder / "caches")},
            capture_output=True,
            text=True,
        )
        assert ran.returncode == 0, (arguments, ran.stdout + ran.stderr)
        assert "arning" not in ran.stderr, (arguments, ran.stderr)
        return ran.stdout

    said("generate", "--check", "--out", ROOT / "generated", "--schema", ROOT / "schema")
    assert said("parse", NOTE, "--get", "PAGESIZE") == "4096\n"
    assert "until 6.9" in said("explain", "SYMBOL(vmap_area_list)")
    said("audit", NOTE)
    said("audit", NOTE, "--format", "parquet", "-o", folder / "audit.parquet")
    said("check")
    said("fmt", "--check", ROOT / "schema")
    said("compat", NOTE, "--consumer", "makedumpfile")
    assert "OFFSET(page.lru)" in said("extract", "tree", "--format", "json")
    (kept,) = (folder / "caches/vmcoreinfo").glob("schema-*")
    before = kept.stat().st_mtime_ns
    said("list")
    assert kept.stat().st_mtime_ns == before, "the kept model is taken"


def test_the_lowest_declared_releases_do(uv: Path, tmp_path: Path) -> None:
    versions = installed(uv, tmp_path / "lowest", sys.executable, "--resolution", "lowest-direct")
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    parser, *dependencies = declared["dependencies"]
    assert parser.startswith("vmcoreinfo==")
    for requirement in dependencies + declared["optional-dependencies"]["dump"]:
        name, _, lowest = requirement.partition(">=")
        parts = versions[name].split(".")
        assert parts[: lowest.count(".") + 1] == lowest.split("."), (name, versions[name])
    main_job(tmp_path / "lowest", tmp_path)


def test_the_newest_python_at_hand_does(uv: Path, tmp_path: Path) -> None:
    python = next(found for minor in range(29, 10, -1) if (found := python_at_hand(minor)))
    print(f"\n{python}")
    installed(uv, tmp_path / "newest", python)
    main_job(tmp_path / "newest", tmp_path)
