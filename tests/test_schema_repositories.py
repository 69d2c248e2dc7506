# SPDX-License-Identifier: MIT
"""What repositories of schemas get: hooks of pre-commit, and an action.

pre-commit is the real one; it makes the environment of the hooks out of our source distribution.
The action can't run on GitHub here: its file is held to the published schema, and its steps are
run by bash as a runner would.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from tests.installed import environment, skip_without_index, unpacked_sdist

PAGE = "kernel/address-space.vmci"
_LONG = pytest.mark.long
Change = Callable[[Path], None]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def as_it_is(repository: Path) -> None:
    pass


def badly_laid_out(repository: Path) -> None:
    edit(repository / "schema" / PAGE, "\tvalue\t\t", "\tvalue ")


def with_an_error(repository: Path) -> None:
    edit(
        repository / "schema" / PAGE,
        "replaced-by\tNUMBER(VMALLOC_START)",
        "replaced-by\tNUMBER(VMALLOC_STARS)",
    )


def with_a_stale_product(repository: Path) -> None:
    edit(repository / "generated" / "c" / "vmcoreinfo.c", "VMCOREINFO", "vmcoreinfo")


def without_a_product(repository: Path) -> None:
    (repository / "generated" / "c" / "vmcoreinfo.c").unlink()


def git(*arguments: str, cwd: Path) -> str:
    me = ["-c", "user.name=tests", "-c", "user.email=tests@localhost"]
    ran = subprocess.run(["git", *me, *arguments], cwd=cwd, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A throw-away git repository with our schema, and what is generated from it."""
    folder = tmp_path / "repository"
    shutil.copytree(ROOT / "schema", folder / "schema")
    shutil.copytree(
        ROOT / "generated", folder / "generated", ignore=shutil.ignore_patterns("*.pyc")
    )
    git("init", "--quiet", cwd=folder)
    git("add", "--all", cwd=folder)
    return folder


@dataclass(frozen=True)
class Hooks:
    """The project as a git repository of hooks, and pre-commit's folder of environments."""

    repository: Path
    revision: str
    home: Path

    def run(self, repository: Path) -> tuple[dict[str, str], str]:
        """Run all hooks on all files: what became of each, and what was printed."""
        hooks = [{"id": hook["id"]} for hook in manifest()]
        config = {"repos": [{"repo": str(self.repository), "rev": self.revision, "hooks": hooks}]}
        (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
        git("add", "--all", cwd=repository)
        ran = subprocess.run(
            [sys.executable, "-m", "pre_commit", "run", "--all-files", "--color", "never"],
            cwd=repository,
            env={**os.environ, "PRE_COMMIT_HOME": str(self.home)},
            capture_output=True,
            text=True,
        )
        said = ran.stdout + ran.stderr
        skip_without_index(said)
        became = dict(re.findall(r"^(vmcoreinfo [\w -]+?)\.+(\w+)$", ran.stdout, re.MULTILINE))
        assert ran.returncode == (1 if "Failed" in became.values() else 0), said
        return became, ran.stdout


def manifest() -> list[dict[str, Any]]:
    hooks: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    return hooks


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Hooks:
    folder = unpacked_sdist(tmp_path_factory.mktemp("project"), ROOT)
    git("init", "--quiet", cwd=folder)
    git("add", "--all", "--force", cwd=folder)
    git("commit", "--quiet", "--message", "as it is", cwd=folder)
    return Hooks(folder, git("rev-parse", "HEAD", cwd=folder), tmp_path_factory.mktemp("hooks"))


FMT, CHECK, GENERATE = "vmcoreinfo fmt", "vmcoreinfo check", "vmcoreinfo generate --check"


@_LONG
@pytest.mark.parametrize(
    ("change", "failed", "shown"),
    [
        (as_it_is, [], ""),
        (badly_laid_out, [FMT], f"changed schema/{PAGE}"),
        (with_an_error, [CHECK, GENERATE], f"schema/{PAGE}:"),
        (
            with_a_stale_product,
            [GENERATE],
            "generated/c/vmcoreinfo.c:1:1: stale; "
            "run 'vmcoreinfo generate --schema schema --out generated'",
        ),
        (without_a_product, [GENERATE], "generated/c/vmcoreinfo.c:1:1: stale"),
    ],
)
def test_hooks(
    hooks: Hooks, repository: Path, change: Change, failed: list[str], shown: str
) -> None:
    change(repository)
    became, printed = hooks.run(repository)
    assert [name for name, what in became.items() if what == "Failed"] == failed
    assert set(became) == {FMT, CHECK, GENERATE}
    assert shown in printed


@_LONG
def test_the_hook_lays_the_file_out(hooks: Hooks, repository: Path) -> None:
    badly_laid_out(repository)
    assert hooks.run(repository)[0][FMT] == "Failed"
    assert (repository / "schema" / PAGE).read_bytes() == (ROOT / "schema" / PAGE).read_bytes()
    assert set(hooks.run(repository)[0].values()) == {"Passed"}


def test_pre_commit_takes_the_hooks() -> None:
    assert [hook["name"] for hook in manifest()] == [FMT, CHECK, GENERATE]
    validate = [sys.executable, "-m", "pre_commit", "validate-manifest", ".pre-commit-hooks.yaml"]
    subprocess.run(validate, cwd=ROOT, check=True)


def told(page: str, heading: str) -> set[str]:
    """First cells of the table below a heading of a page."""
    section = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE))


def test_the_page_tells_every_hook_and_input() -> None:
    page = (ROOT / "docs" / "schema-repositories.md").read_text()
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    assert told(page, "pre-commit hooks") == {hook["id"] for hook in manifest()}
    assert told(page, "The action") == set(action["inputs"])
    examples = [
        yaml.safe_load(found) for found in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    ]
    assert [hook["id"] for hook in examples[0]["repos"][0]["hooks"]] == [
        h["id"] for h in manifest()
    ]
    assert set(examples[2]["jobs"]["schema"]["steps"][1]["with"]) <= set(action["inputs"])


def test_the_action_is_one() -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-actions"]
    ran = subprocess.run([*check, "action.yml"], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@dataclass(frozen=True)
class Runner:
    """Runs steps of the action in a repository, as a runner of GitHub does for bash."""

    repository: Path
    temp: Path

    def run(self, name: str, **inputs: str) -> subprocess.CompletedProcess[str]:
        action = yaml.safe_load((ROOT / "action.yml").read_text())
        (step,) = (step for step in action["runs"]["steps"] if step["name"] == name)
        known = {
            "github.action_path": str(ROOT),
            "runner.temp": str(self.temp),
            **{f"inputs.{key}": given["default"] for key, given in action["inputs"].items()},
            **{f"inputs.{key}": value for key, value in inputs.items()},
        }
        variables = {
            variable: re.sub(r"\$\{\{ (\S+) \}\}", lambda found: known[found[1]], value)
            for variable, value in step["env"].items()
        }
        script = self.temp / "step.sh"
        script.write_text(step["run"])
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.repository,
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
        )


def test_no_input_gets_into_a_script_of_the_action() -> None:
    steps = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]
    assert [step["shell"] for step in steps] == ["bash", "bash"]
    assert [step["name"] for step in steps if "${{" in step["run"]] == []


@pytest.fixture
def runner(repository: Path, tmp_path: Path) -> Runner:
    """A runner on which the first step is done: vmcoreinfo is that of the tests."""
    temp = tmp_path / "temp"
    temp.mkdir()
    (temp / "vmcoreinfo").symlink_to(sys.prefix)
    return Runner(repository, temp)


@pytest.mark.parametrize(
    ("change", "what", "code", "shown"),
    [
        (badly_laid_out, "fmt", 1, "::error::vmcoreinfo fmt ended with exit code 1"),
        pytest.param(with_an_error, "fmt check", 1, "VMALLOC_STARS", marks=_LONG),
        pytest.param(without_a_product, "generate", 1, "stale;", marks=_LONG),
        pytest.param(as_it_is, "fmt check generate", 0, "vmcoreinfo generate", marks=_LONG),
    ],
)
def test_the_action_runs(runner: Runner, change: Change, what: str, code: int, shown: str) -> None:
    change(runner.repository)
    ran = runner.run("Check the schema", run=what, targets="c python")
    assert (ran.returncode, ran.stderr.count("Traceback")) == (code, 0), ran.stdout + ran.stderr
    assert shown in ran.stdout
    assert ran.stdout.count("::error::") == (1 if code else 0)


def test_the_action_refuses_what_it_does_not_know(runner: Runner) -> None:
    ran = runner.run("Check the schema", run="*")
    assert ran.returncode == 2
    assert "unknown: run: *; one of fmt, check, generate" in ran.stderr


@_LONG
def test_the_action_installs_itself(repository: Path, tmp_path: Path) -> None:
    environment(tmp_path / "index", "lark")  # skips where nothing can be installed
    ran = Runner(repository, tmp_path).run("Install vmcoreinfo")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("vmcoreinfo ")
    assert Runner(repository, tmp_path).run("Check the schema", run="fmt").returncode == 0
