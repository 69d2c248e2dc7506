# SPDX-License-Identifier: MIT
"""The two distributions: the parser `vmcoreinfo`, and `vmcoreinfo-codegen`, the command, beside it.

The parser's wheel is installed for each Python at hand, by itself, and held to the golden vectors.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
import zipfile
from pathlib import Path

import pytest

import vmcoreinfo_codegen
from tests.conftest import CORPUS, ROOT
from tests.installed import PARSER, python_at_hand, said, unpacked_sdist, wheel

VERSION = vmcoreinfo_codegen.__version__
NOTE = CORPUS / "notes/x86_64-6.12.117+deb13-amd64.note"
VECTORS = ROOT / "generated/vectors/vectors.json"
# From the oldest that the parser is for, to the newest that Python's developers have released.
MINORS = range(8, 16)
_LONG = pytest.mark.long


def project(folder: Path) -> dict[str, object]:
    found: dict[str, object] = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    return found


def test_the_two_are_of_one_release() -> None:
    parser, command = project(PARSER), project(ROOT)
    assert (parser["name"], command["name"]) == ("vmcoreinfo", "vmcoreinfo-codegen")
    assert parser["version"] == VERSION and command["dynamic"] == ["version"]
    assert parser["dependencies"] == []
    needed = command["dependencies"]
    assert isinstance(needed, list)
    assert [n for n in needed if n.startswith("vmcoreinfo")] == [f"vmcoreinfo=={VERSION}"]


def test_pip_can_install_the_parser_alone_from_its_folder() -> None:
    """What pre-commit's hooks add to `pip install .`, for the parser may be in no index."""
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text()
    folders = re.findall(r"additional_dependencies: \[(.*)\]", hooks)
    assert len(folders) == hooks.count("- id: ") == 3
    assert {(ROOT / folder).resolve() for folder in folders} == {PARSER}


@pytest.fixture(scope="module")
def parser_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return wheel(tmp_path_factory.mktemp("parser"), PARSER)


def venv(python: str, folder: Path, *wheels: Path) -> Path:
    """The Python of a new virtual environment with these wheels alone, without an index."""
    subprocess.run([python, "-I", "-m", "venv", folder], check=True)
    inside = folder / "bin" / "python"
    pip = [str(inside), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run([*pip, "--no-index", "--no-deps", *wheels], check=True)
    return inside


@_LONG
@pytest.mark.parametrize("minor", MINORS, ids=lambda minor: f"3.{minor}")
def test_the_parser_on_each_python(minor: int, parser_wheel: Path, tmp_path: Path) -> None:
    found = python_at_hand(minor)
    if found is None:
        pytest.skip(f"python3.{minor} is not here")
    python = venv(found, tmp_path / "venv", parser_wheel)
    program = ROOT / "tests/emit/check_vectors.py"
    told = json.loads(said(python, "-I", "-W", "error", program, VECTORS, cwd=tmp_path))
    package = Path(told.pop("package"))
    assert package.is_relative_to(tmp_path / "venv" / "lib" / f"python3.{minor}")
    assert (package.parent / "py.typed").is_file()
    assert told["derived"] > 500 and told["wrong"] == 0
    document = json.loads(VECTORS.read_text())
    assert told["vectors"] == len(document["vectors"])
    assert told["version"] == VERSION
    # README's program, of a real note.
    (example,) = re.findall(r"```python\n(.*?)```", (PARSER / "README.md").read_text(), re.DOTALL)
    with NOTE.open("rb") as note:
        shown = subprocess.run(
            [python, "-I", "-W", "error", "-c", example],
            stdin=note, capture_output=True, cwd=tmp_path, check=True, text=True,
        )  # fmt: skip
    assert shown.stdout == (
        "6.12.117+deb13-amd64 4096 0xffffffffae21f4c0\nvmalloc starts at 0xffffca8100000000\n"
    )


@_LONG
def test_both_without_an_index(parser_wheel: Path, tmp_path: Path) -> None:
    """Both wheels beside what the command needs of others, which is that of the tests."""
    command_wheel = wheel(tmp_path / "wheel", ROOT)
    assert parser_wheel.name == f"vmcoreinfo-{VERSION}-py3-none-any.whl"
    assert command_wheel.name == f"vmcoreinfo_codegen-{VERSION}-py3-none-any.whl"
    files = [set(zipfile.ZipFile(path).namelist()) for path in (parser_wheel, command_wheel)]
    assert files[0].isdisjoint(files[1])
    python = venv(sys.executable, tmp_path / "venv", parser_wheel, command_wheel)
    # No .pth files are read there, so those that point into this checkout are not.
    others = sysconfig.get_path("purelib")
    code = (
        "import vmcoreinfo.derive, vmcoreinfo_codegen as c; print(vmcoreinfo.__file__, c.__file__)"
    )
    for path in said(python, "-c", code, cwd=tmp_path, PYTHONPATH=others).split():
        assert Path(path).is_relative_to(tmp_path / "venv")
    command = tmp_path / "venv/bin/vmcoreinfo"
    assert said(command, "--version", cwd=tmp_path, PYTHONPATH=others) == f"vmcoreinfo {VERSION}\n"
    assert (
        said(command, "parse", NOTE, "--get", "PAGESIZE", cwd=tmp_path, PYTHONPATH=others)
        == "4096\n"
    )


@_LONG
@pytest.mark.parametrize("folder", [PARSER, ROOT], ids=["vmcoreinfo", "vmcoreinfo-codegen"])
def test_a_source_distribution_makes_the_same_wheel(folder: Path, tmp_path: Path) -> None:
    unpacked = unpacked_sdist(tmp_path, folder)
    wheels = [wheel(tmp_path / name, path) for name, path in (("a", unpacked), ("b", folder))]
    first, second = (zipfile.ZipFile(path) for path in wheels)
    assert sorted(first.namelist()) == sorted(second.namelist())
    assert all(first.read(name) == second.read(name) for name in first.namelist())


@_LONG
def test_make_dist(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        # make has no word for a target with a space: this one has none, wherever the environment is.
        venv = Path(place) / "venv"
        venv.symlink_to(sys.prefix)
        variables = [f"VENV={venv}", f"DIST={tmp_path / 'a folder'}"]
        ready = f"{venv}/test-ready"  # is not made again
        subprocess.run(["make", "-o", ready, "dist", *variables], cwd=ROOT, check=True)
    assert sorted(path.name for path in (tmp_path / "a folder").iterdir()) == [
        f"{name}-{VERSION}{ending}"
        for name in ("vmcoreinfo", "vmcoreinfo_codegen")
        for ending in ("-py3-none-any.whl", ".tar.gz")
    ]
