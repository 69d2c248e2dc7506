# SPDX-License-Identifier: MIT
"""Trees as folders, tarballs and git revisions; hostile and broken ones get a clear error."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.kernel.conftest import MAKEFILE, Small
from vmcoreinfo_codegen.kernel.extract import extract
from vmcoreinfo_codegen.kernel.gathered import TreeError
from vmcoreinfo_codegen.kernel.tree import open_tree

CODE = "void f(void)\n{\n\tVMCOREINFO_NUMBER(%s);\n}\n"


def keys(path: Path, revision: str | None = None) -> set[str]:
    return {export.key for export in extract(open_tree(path, revision)).exports}


@pytest.fixture
def folder(small: Small) -> Path:
    return small(
        {
            "kernel/vmcore_info.c": CODE % "A",
            "kernel/other.c": "int nothing_of_interest;\n",
            "Documentation/x.rst": "VMCOREINFO_NUMBER(not_code)\n",
        }
    )


def packed(folder: Path, target: Path, mode: str = "w:xz") -> Path:
    with tarfile.open(target, mode) as tar:  # type: ignore[call-overload]
        tar.add(folder, "linux-6.9")
    return target


def test_a_folder(folder: Path) -> None:
    tree = open_tree(folder)
    assert str(tree.release) == "6.9"
    assert tree.architectures == {"x86", "arm64"}
    assert [file.path for file in tree.files] == [
        "include/linux/vmcore_info.h",
        "kernel/vmcore_info.c",
    ]
    assert keys(folder) == {"NUMBER(A)"}


def test_a_folder_without_grep(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert keys(folder) == {"NUMBER(A)"}


@pytest.mark.parametrize("kind", ["xz", "gz", "bz2", ""])
def test_a_tarball(folder: Path, tmp_path: Path, kind: str) -> None:
    tarball = packed(folder, tmp_path / f"linux.tar.{kind}", f"w:{kind}")
    assert keys(tarball) == {"NUMBER(A)"}
    assert str(open_tree(tarball).release) == "6.9"


def test_a_tarball_is_only_read(folder: Path, tmp_path: Path) -> None:
    """Hostile members: paths upwards and absolute ones, links, devices, huge sizes."""
    packed(folder, tmp_path / "linux.tar", "w:")
    victim = tmp_path / "victim.c"
    with tarfile.open(tmp_path / "linux.tar", "a") as tar:
        for name in ("linux-6.9/../../victim.c", str(victim), "../victim.c"):
            data = (CODE % "HOSTILE").encode()
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            info = tarfile.TarInfo(f"linux-6.9/kernel/special{ord(kind)}.c")
            info.type, info.linkname = kind, "/etc/passwd"
            tar.addfile(info)
    before = sorted(tmp_path.rglob("*"))
    assert keys(tmp_path / "linux.tar") == {"NUMBER(A)"}
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("kept", [10, 200, 900])
def test_a_cut_tarball(folder: Path, tmp_path: Path, kept: int) -> None:
    whole = packed(folder, tmp_path / "linux.tar.xz").read_bytes()
    cut = tmp_path / "cut.tar.xz"
    # The last bytes are the index of xz: without them nothing of the tree is lost.
    cut.write_bytes(whole[: min(kept, len(whole) * 2 // 3)])
    with pytest.raises(TreeError, match=r"cut\.tar\.xz: "):
        open_tree(cut)


def test_a_damaged_tarball(folder: Path, tmp_path: Path) -> None:
    data = bytearray(packed(folder, tmp_path / "linux.tar.gz", "w:gz").read_bytes())
    data[200:260] = bytes(60)
    (tmp_path / "bad.tar.gz").write_bytes(data)
    with pytest.raises(TreeError, match=r"bad\.tar\.gz: "):
        open_tree(tmp_path / "bad.tar.gz")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"README": "no kernel"}, "no Makefile with VERSION"),
        ({"Makefile": "all:\n\techo\n"}, "no Makefile with VERSION"),
        ({"Makefile": MAKEFILE}, "no folder arch/"),
    ],
)
def test_what_is_no_kernel(tmp_path: Path, files: dict[str, str], message: str) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    with pytest.raises(TreeError, match=message):
        open_tree(tmp_path)


def test_what_is_not_there_or_no_tarball(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_tree(tmp_path / "none")
    (tmp_path / "text").write_text("no tarball at all\n" * 100)
    with pytest.raises(TreeError, match="neither a folder nor a readable tarball"):
        open_tree(tmp_path / "text")


@pytest.mark.parametrize(
    ("makefile", "release"),
    [
        ("VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 192\nEXTRAVERSION =\n", "6.1.192"),
        ("VERSION = 7\nPATCHLEVEL = 3\nSUBLEVEL = 0\nEXTRAVERSION = -rc4\n", "7.3-rc4"),
        ("VERSION = 2\nPATCHLEVEL = 6\nSUBLEVEL = 24\nEXTRAVERSION =\n", "2.6.24"),
        ("VERSION = 2\nPATCHLEVEL = 6\nSUBLEVEL = 35\nEXTRAVERSION = .6\n", "2.6.35.6"),
        ("VERSION = 5\nPATCHLEVEL = 4\nSUBLEVEL = 0\nEXTRAVERSION = -mine\n", "5.4"),
    ],
)
def test_the_release_of_a_makefile(small: Small, makefile: str, release: str) -> None:
    assert str(open_tree(small({"Makefile": makefile})).release) == release


@pytest.fixture
def repository(folder: Path) -> Path:
    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        subprocess.run(
            ["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True
        )

    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "first")
    git("tag", "v6.9")
    (folder / "kernel/vmcore_info.c").write_text(CODE % "B")
    git("commit", "-qam", "second")
    git("tag", "v6.10-rc1")
    return folder


def test_a_revision(repository: Path) -> None:
    (repository / "kernel/vmcore_info.c").write_text("gone from the work tree")
    assert keys(repository, "v6.9") == {"NUMBER(A)"}
    assert keys(repository, "v6.10-rc1") == {"NUMBER(B)"}
    assert open_tree(repository, "v6.9").architectures == {"x86", "arm64"}
    assert keys(repository / "kernel", "HEAD~1") == {"NUMBER(A)"}


def test_a_repository_without_a_work_tree(repository: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    subprocess.run(["git", "clone", "-q", "--bare", repository, bare], check=True)
    assert keys(bare, "v6.9") == {"NUMBER(A)"}
    with pytest.raises(TreeError, match="give a revision with --rev"):
        open_tree(bare)


def test_a_revision_that_is_none(repository: Path, tmp_path: Path) -> None:
    with pytest.raises(TreeError, match="git rev-parse"):
        open_tree(repository, "v9.9")
    with pytest.raises(TreeError, match="git rev-parse"):
        open_tree(tmp_path, "v6.9")
    with pytest.raises(TreeError, match="git rev-parse"):
        open_tree(repository, "--output=/tmp/x")
