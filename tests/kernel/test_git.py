# SPDX-License-Identifier: MIT
"""A repository is read, and nothing that it names is run; odd ones are read like plain ones."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import Run
from tests.hostile import repositories, trees
from tests.hostile.repositories import PLANTS, TAG, git
from tests.hostile.sources import GOOD
from vmcoreinfo_codegen.kernel.extract import extract
from vmcoreinfo_codegen.kernel.gathered import TreeError
from vmcoreinfo_codegen.kernel.tree import open_tree

CODE = "kernel/vmcore_info.c"


@pytest.fixture
def top(tmp_path: Path) -> Path:
    return repositories.commit(trees.write_tree(tmp_path / "linux", {CODE: GOOD}))


def keys(path: Path, revision: str) -> set[str]:
    return {export.key for export in extract(open_tree(path, revision)).exports}


def nothing_runs(run: Run, top: Path, name: str, *verbs: str) -> None:
    mark = top.parent / "mark"
    PLANTS[name](top, mark)
    missing = "partial clone" in name
    mark.unlink(missing_ok=True)
    arguments = {
        "extract": (str(top), "--rev", TAG),
        "history": (str(top),),
        "diff": ("--kernel", str(top), "--rev", TAG),
        "sync": (str(top), "--rev", TAG, "--release", "7.4", "--dry-run", "--commit"),
    }
    for verb in verbs:
        ran = run(verb, *arguments[verb])
        assert not mark.exists(), verb
        assert ran.code == 2 if missing else ran.code in (0, 1), ran.err
        if missing:
            assert "missing objects are never fetched" in ran.err


@pytest.mark.parametrize("name", PLANTS)
def test_nothing_of_a_repository_is_run(run: Run, top: Path, name: str) -> None:
    nothing_runs(run, top, name, "extract", "history")


@pytest.mark.long
@pytest.mark.parametrize("name", PLANTS)
def test_nothing_of_a_repository_is_run_by_other_verbs(run: Run, top: Path, name: str) -> None:
    nothing_runs(run, top, name, "diff", "sync")


def test_the_plants_work(top: Path, tmp_path: Path) -> None:
    """Plain git runs what is planted, so that the test above can fail."""
    mark = tmp_path / "mark"
    PLANTS["a partial clone"](top, mark)
    subprocess.run(["git", "-C", top, "grep", "-q", "x", TAG], capture_output=True)
    assert mark.exists()
    mark.unlink()
    repositories.PLANTS["every command"](top, mark)
    subprocess.run(["git", "-C", top, "status"], capture_output=True)
    assert mark.exists()


@pytest.mark.parametrize("name", ["kernel/a\nb.c", "kernel/\n.c", "\n\n/a.c"])
def test_a_newline_in_a_name(top: Path, name: str) -> None:
    trees.write_tree(top, {name: GOOD.replace("good", "newline")})
    repositories.git(top, "add", "-A")
    repositories.git(top, "commit", "-qm", "newline")
    assert keys(top, "HEAD") == {"NUMBER(good)", "NUMBER(newline)"}


def test_a_folder_with_a_newline(top: Path, tmp_path: Path) -> None:
    odd = tmp_path / "a\nb\n"
    top.rename(odd)
    assert keys(odd, TAG) == {"NUMBER(good)"}


def test_a_missing_object_is_told(run: Run, top: Path) -> None:
    repositories.remove_object(top, CODE)
    ran = run("extract", str(top), "--rev", TAG)
    assert ran.code == 2
    assert f"{CODE}: its object is missing; missing objects" in ran.err


def test_a_linked_work_tree(top: Path, tmp_path: Path) -> None:
    linked = tmp_path / "linked"
    git(top, "worktree", "add", "-q", "-b", "other", str(linked))
    (linked / CODE).write_text(GOOD.replace("good", "other"))
    git(linked, "commit", "-qam", "other")
    assert keys(linked, "HEAD") == {"NUMBER(other)"}
    assert keys(linked, "other") == keys(top, "other") == {"NUMBER(other)"}
    assert keys(top, "HEAD") == keys(linked, TAG) == {"NUMBER(good)"}


def test_packed_refs_and_objects(top: Path) -> None:
    git(top, "pack-refs", "--all")
    git(top, "repack", "-adq")
    assert keys(top, TAG) == keys(top, "HEAD") == {"NUMBER(good)"}


def test_a_shallow_clone_and_a_shared_one(top: Path, tmp_path: Path) -> None:
    (top / CODE).write_text(GOOD.replace("good", "second"))
    git(top, "commit", "-qam", "second")
    shallow, shared = tmp_path / "shallow", tmp_path / "shared"
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{top}", str(shallow))
    git(tmp_path, "clone", "-q", "--shared", str(top), str(shared))
    assert (shared / ".git/objects/info/alternates").exists()
    assert keys(shallow, "HEAD") == keys(shared, "HEAD") == {"NUMBER(second)"}
    with pytest.raises(TreeError):
        open_tree(shallow, "HEAD~1")
    assert keys(shared, "HEAD~1") == {"NUMBER(good)"}
    # Alternates may be relative to the folder of objects.
    relative = os.path.relpath(top / ".git/objects", shared / ".git/objects")
    (shared / ".git/objects/info/alternates").write_text(f"{relative}\n")
    assert keys(shared, "HEAD~1") == {"NUMBER(good)"}


def test_a_repository_with_long_hashes(tmp_path: Path) -> None:
    top = trees.write_tree(tmp_path / "linux", {CODE: GOOD})
    git(top, "init", "-q", "--object-format=sha256")
    repositories.commit(top)
    assert len(git(top, "rev-parse", "HEAD")) == 64
    assert keys(top, TAG) == {"NUMBER(good)"}


def test_a_submodule_and_a_link_are_no_sources(top: Path) -> None:
    head = git(top, "rev-parse", "HEAD").decode()
    git(top, "update-index", "--add", "--cacheinfo", f"160000,{head},vmcoreinfo_.c")
    (top / "link.c").symlink_to("VMCOREINFO_NUMBER(x)")
    git(top, "add", "link.c")
    git(top, "commit", "-qm", "odd")
    assert keys(top, "HEAD") == {"NUMBER(good)"}


def test_replacements_do_not_count(top: Path) -> None:
    (top / CODE).write_text(GOOD.replace("good", "replaced"))
    git(top, "commit", "-qam", "second")
    git(top, "replace", f"{TAG}^{{commit}}", "HEAD")
    assert keys(top, TAG) == {"NUMBER(good)"}


def test_variables_of_a_hook_name_another_repository(
    top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "none"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(tmp_path / "none"))
    assert keys(top, TAG) == {"NUMBER(good)"}


def test_a_repository_of_another_user_is_refused(
    run: Run, top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As git refuses it, until the user's own configuration says that it is safe."""
    if os.geteuid() == 0:
        for path in (top, top / ".git"):
            shutil.chown(path, 12345)
    else:
        monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    config = tmp_path / "config"
    config.write_text("")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    ran = run("extract", str(top), "--rev", TAG)
    assert ran.code == 2
    assert "dubious ownership" in ran.err
    config.write_text(f"[safe]\n\tdirectory = {top}\n")
    assert run("extract", str(top), "--rev", TAG).code == 0


def test_nothing_is_written_or_left(run: Run, top: Path, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in top.rglob("*")}
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    ran = subprocess.run(
        [sys.executable, "-m", "vmcoreinfo_codegen", "history", str(top), "--format", "json"],
        env={**os.environ, "TMPDIR": str(temporary)},
        capture_output=True,
    )
    assert json.loads(ran.stdout)["tags"] == [TAG]
    assert {path: path.stat().st_mtime_ns for path in top.rglob("*")} == before
    assert list(temporary.iterdir()) == []


@pytest.mark.long
def test_too_many_tags(run: Run, top: Path) -> None:
    repositories.ODD["100,000 tags"](top)
    ran = run("history", str(top))
    assert ran.code == 2
    assert "passed the limit of 20000 tags: 100001 match" in ran.err
    assert run("history", str(top), "--tags", r"v6\.99000").code in (0, 1)


def test_a_FIFO_among_the_refs(run: Run, top: Path) -> None:
    repositories.ODD["a FIFO packed-refs"](top)
    ran = run("extract", str(top), "--rev", "HEAD")
    assert ran.code == 2
    assert "neither a file nor a folder" in ran.err
