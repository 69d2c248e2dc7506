# SPDX-License-Identifier: MIT
"""What a verb loads: most of the time that a question takes is that of imports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import NOTE
from tests.conftest import ROOT

LIBRARIES = {"lark", "pydantic", "pydantic_core", "jinja2", "shtab", "tqdm"}
READERS = {
    f"vmcoreinfo_codegen.{name}" for name in ("syntax.parse", "model.builder", "kernel.extract")
}
# Each asks the schema that came with the tool, and nothing else.
QUESTIONS = [
    ["explain", "OFFSET(page.lru)"],
    ["explain", "vmalloc_start"],
    ["list", "--kernel", "6.9"],
    ["diff", "6.8", "6.9"],
    ["compat", "--consumer", "makedumpfile@1.7.4", "--kernel", "6.9", "--arch", "ppc64"],
    ["impact", "SYMBOL(vmap_area_list)"],
    ["unused", "--kernel", "7.3"],
    ["lifetime", "makedumpfile"],
    ["budget", "--kernel", "7.3"],
]
RUN = """
import contextlib, io, json, sys
from vmcoreinfo_codegen.cli.main import main
told = {}
for arguments in json.loads(sys.argv[1]):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        try: code = main(arguments)
        except SystemExit as ended: code = ended.code
    told[" ".join(arguments)] = code, len(out.getvalue())
print(json.dumps([told, list(sys.modules)]))
"""


def loaded_by(caches: Path, *asked: list[str]) -> set[str]:
    """The modules of one process that answered all of it; every answer says something."""
    ran = subprocess.run(
        [sys.executable, "-c", RUN, json.dumps(asked)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "XDG_CACHE_HOME": str(caches)},
    )
    told, modules = json.loads(ran.stdout)
    silent = [what for what, (code, length) in told.items() if code not in (0, 1) or not length]
    assert len(told) == len(asked) and not silent, (silent, ran.stderr)
    return set(modules)


@pytest.fixture(scope="module")
def caches(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that has the model of the schema."""
    folder = tmp_path_factory.mktemp("caches")
    assert loaded_by(folder, ["list"]) >= {"lark", "pydantic"} | READERS - {
        "vmcoreinfo_codegen.kernel.extract"
    }
    return folder


def test_what_needs_no_schema_loads_no_library(tmp_path: Path) -> None:
    loaded = loaded_by(tmp_path, ["parse", NOTE], ["parse", NOTE, "--format", "json"], ["--help"])
    assert loaded & (LIBRARIES | READERS | {"dataclasses", "vmcoreinfo_codegen.model"}) == set()
    assert list(tmp_path.iterdir()) == []


def test_a_question_loads_no_library(caches: Path) -> None:
    assert loaded_by(caches, *QUESTIONS) & (LIBRARIES | READERS) == set()


def test_as_json_neither(caches: Path) -> None:
    asked = [[*question, "--format", "json"] for question in QUESTIONS]
    assert loaded_by(caches, *asked) & (LIBRARIES | READERS) == set()


def test_an_answer_loads_no_other_answers(caches: Path) -> None:
    loaded = loaded_by(caches, QUESTIONS[0])
    answers = {name.rpartition(".")[2] for name in loaded if ".query.interface." in name}
    assert answers == {"answer", "kernels"}
