# SPDX-License-Identifier: MIT
"""What `packaging/` builds: packages of Debian's and of RPM's, their contents, and a program on them.

They are built on this machine. Where it lacks what the command is built with, as Debian 12 does, its
RPM is built with packages of the index, and its deb is not looked at.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import vmcoreinfo_codegen
from tests.conftest import CORPUS, ROOT
from tests.installed import program, said

VERSION = vmcoreinfo_codegen.__version__
PACKAGING = ROOT / "packaging"
DEBIAN = PACKAGING / "debian"
NOTE = CORPUS / "notes/x86_64-6.12.117+deb13-amd64.note"
_LONG = pytest.mark.long

MODULES = {path.name for path in (ROOT / "generated/python/vmcoreinfo").glob("*.py")} | {"py.typed"}
LIBRARY = {"libvmcoreinfo.so.1", f"libvmcoreinfo.so.1.{VERSION.rpartition('.')[0]}"}
DEVELOPMENT = {
    "libvmcoreinfo-config-version.cmake",
    "libvmcoreinfo-config.cmake",
    "libvmcoreinfo.pc",
    "libvmcoreinfo.so",
    "vmcoreinfo.h",
}


# ---- what is written in several places -----------------------------------------------


def test_the_versions_are_one() -> None:
    changelog = (DEBIAN / "changelog").read_text()
    assert re.match(r"vmcoreinfo \(([^-)]+)-", changelog)[1] == VERSION  # type: ignore[index]
    spec = (PACKAGING / "vmcoreinfo.spec").read_text()
    assert re.findall(r"^Version: +(\S+)$", spec, re.M) == [VERSION]
    assert re.findall(r"^\* .* - (\S+)-\d+$", spec, re.M)[0] == VERSION


def needs_of_command() -> dict[str, str]:
    """Distributions, and the oldest release of each, in pyproject.toml."""
    pyproject = (ROOT / "pyproject.toml").read_text().partition("\ndependencies = [")[2]
    return dict(re.findall(r'^\t"([\w-]+)>=([\d.]+)"', pyproject.partition("\n]")[0], re.M))


def test_the_command_needs_what_its_distribution_does() -> None:
    """Releases that pyproject.toml asks for, in Debian's names and in Fedora's."""
    needed = needs_of_command()
    assert len(needed) == 6
    control, spec = (DEBIAN / "control").read_text(), (PACKAGING / "vmcoreinfo.spec").read_text()
    for name, release in needed.items():
        debian = f" python3-{name.removesuffix('-py')} (>= {release})"
        assert control.count(f"{debian} <!pkg.vmcoreinfo.nocommand>,\n") == 1
        assert control.count(f"{debian},\n") == 1
        asked = re.findall(rf"^(\w+): +python3-{name} >= (\S+)$", spec, re.M)
        assert asked == [("BuildRequires", release), ("Requires", release)]


def test_the_symbols_are_those_of_the_header() -> None:
    header = (ROOT / "generated/c/vmcoreinfo.h").read_text()
    declared = set(re.findall(r"^(?!typedef).*\b(vmcoreinfo_\w+)\(", header, re.M))
    lines = (DEBIAN / "libvmcoreinfo1.symbols").read_text().splitlines()
    symbols = dict(line.split()[:2] for line in lines if line.startswith(" "))
    assert set(symbols) == {f"{name}@VMCOREINFO_1" for name in declared | {"VMCOREINFO_1"}}


# ---- packages ------------------------------------------------------------------------


def built(script: str, folder: Path, *programs: str, packages: Path | None = None) -> Path:
    for name in programs:
        program(name)
    command = [PACKAGING / script, folder, *([packages] if packages else [])]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, (ran.stdout + ran.stderr)[-4000:]
    return folder


@pytest.fixture(scope="module")
def debs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Debian's packages, by dpkg-buildpackage; lintian had no error."""
    for name in ("hatchling", "build", "installer"):
        if subprocess.run(
            ["/usr/bin/python3", "-c", f"import {name}"], capture_output=True
        ).returncode:
            pytest.skip(f"no python3-{name} here; tests/package-tools installs it")
    folder = tmp_path_factory.mktemp("debs")
    return built("build-deb", folder, "dpkg-buildpackage", "dh", "pybuild", "lintian", "cmake")


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command is built with, and needs, for the system's Python."""
    folder = tmp_path_factory.mktemp("packages")
    install = ["/usr/bin/python3", "-m", "pip", "install", "--quiet", "--target", str(folder)]
    needed = [f"{name}>={release}" for name, release in needs_of_command().items()]
    ran = subprocess.run([*install, "hatchling>=1.24", *needed], capture_output=True, text=True)
    if ran.returncode:
        pytest.skip(f"the package index does not answer: {ran.stderr[-200:]}")
    return folder


@pytest.fixture(scope="module")
def rpms(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """RPM's packages, by rpmbuild; rpmlint had no error."""
    folder = tmp_path_factory.mktemp("rpms")
    return built("build-rpm", folder, "rpmbuild", "rpmlint", "cmake", packages=packages)


def unpacked(debs: Path, name: str, folder: Path) -> Path:
    (package,) = debs.glob(f"{name}_*.deb")
    subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
    return folder


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if not path.is_dir()}


def the_program_runs(root: Path, folder: Path, libdir: Path) -> None:
    """Build the program of Debian's autopkgtest against packages that are unpacked, and run it."""
    source = (DEBIAN / "tests/library").read_text()
    (folder / "program.c").write_text(source.partition("<<'END'\n")[2].partition("END\n")[0])
    flags = said(
        program("pkg-config"), "--cflags", "--libs", "libvmcoreinfo", cwd=folder,
        PKG_CONFIG_LIBDIR=str(libdir / "pkgconfig"), PKG_CONFIG_SYSROOT_DIR=str(root),
    ).replace('"', "").split()  # fmt: skip
    said(program("gcc"), "-Wall", "-Werror", "program.c", "-o", "program", *flags, cwd=folder)
    ran = subprocess.run(
        [folder / "program"],
        stdin=NOTE.open("rb"), env={"LD_LIBRARY_PATH": str(libdir)}, capture_output=True, text=True,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout) == (0, "0xffffca8100000000\n"), ran.stderr


@_LONG
def test_debs_hold_what_they_say(debs: Path, tmp_path: Path) -> None:
    report = (debs / "lintian.txt").read_text()
    assert re.findall(r"^[EW]: .*", report, re.M) == []
    library = unpacked(debs, "libvmcoreinfo1", tmp_path / "library")
    documents = {"changelog.Debian.gz", "changelog.gz", "copyright"}
    assert names(library) == LIBRARY | documents
    development = unpacked(debs, "libvmcoreinfo-dev", tmp_path / "development")
    static = {"libvmcoreinfo.a", "libvmcoreinfo-config-none.cmake"}
    assert names(development) == DEVELOPMENT | static | documents
    parser = unpacked(debs, "python3-vmcoreinfo", tmp_path / "parser")
    package = parser / "usr/lib/python3/dist-packages/vmcoreinfo"
    assert names(package) == MODULES
    code = "import vmcoreinfo; print(vmcoreinfo.parse(b'PAGESIZE=4096').PAGESIZE)"
    told = said("/usr/bin/python3", "-c", code, cwd=tmp_path, PYTHONPATH=str(package.parent))
    assert told == "4096\n"


@_LONG
def test_a_program_is_built_with_the_debs(debs: Path, tmp_path: Path) -> None:
    root = unpacked(debs, "libvmcoreinfo1", tmp_path / "root")
    unpacked(debs, "libvmcoreinfo-dev", root)
    (library,) = root.glob("usr/lib/*/libvmcoreinfo.so")
    the_program_runs(root, tmp_path, library.parent)


@_LONG
def test_a_symbol_that_is_gone_fails_the_build(debs: Path, tmp_path: Path) -> None:
    """dpkg-gensymbols, which debhelper calls, is content, and not with one more in the file."""
    root = unpacked(debs, "libvmcoreinfo1", tmp_path / "root")
    shutil.copytree(DEBIAN, tmp_path / "debian")
    (library,) = root.glob("usr/lib/*/libvmcoreinfo.so.1")
    # Without -I it would compare with what -O names.
    command = ["dpkg-gensymbols", "-c4", "-plibvmcoreinfo1", f"-P{root}", f"-e{library}"]
    command += ["-Idebian/libvmcoreinfo1.symbols", "-O/dev/null"]
    kept = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (kept.returncode, kept.stdout) == (0, ""), kept.stdout + kept.stderr
    with (tmp_path / "debian/libvmcoreinfo1.symbols").open("a") as symbols:
        symbols.write(" vmcoreinfo_gone@VMCOREINFO_1 0.1.0\n")
    gone = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert gone.returncode == 1
    assert re.search(r"#MISSING: .*vmcoreinfo_gone@VMCOREINFO_1", gone.stdout), gone.stdout


def listed(rpms: Path, name: str) -> set[str]:
    (package,) = rpms.glob(f"{name}-{VERSION}-1*.rpm")
    listing = subprocess.run(
        ["rpm", "-qp", "--qf", "[%{FILEMODES:perms} %{FILENAMES}\n]", package],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    paths = [line.split(" ", 1) for line in listing.splitlines()]
    return {Path(path).name for mode, path in paths if not mode.startswith("d")}


@_LONG
def test_rpms_hold_what_they_say(rpms: Path) -> None:
    assert "0 errors, 0 warnings" in (rpms / "rpmlint.txt").read_text()
    assert LIBRARY | {"LICENSE"} <= listed(rpms, "libvmcoreinfo")
    assert listed(rpms, "libvmcoreinfo-devel") >= DEVELOPMENT
    assert MODULES | {"LICENSE", "README.md"} <= listed(rpms, "python3-vmcoreinfo")
    command = listed(rpms, "vmcoreinfo-codegen")
    assert {"vmcoreinfo", "LICENSE", "vmcoreinfo.1", "_vmcoreinfo", "schema.vmci"} <= command
    (source,) = rpms.glob("vmcoreinfo-*.src.rpm")
    assert "vmcoreinfo.spec" in said("rpm", "-qlp", source, cwd=rpms)


def unpacked_rpms(rpms: Path, root: Path, *names: str) -> Path:
    root.mkdir()
    for name in names:
        (package,) = rpms.glob(f"{name}-{VERSION}-1*.rpm")
        data = subprocess.run(["rpm2cpio", package], capture_output=True, check=True).stdout
        unpack = [program("cpio"), "-id", "--quiet"]
        subprocess.run(unpack, cwd=root, input=data, check=True)
    return root


@_LONG
def test_the_command_of_the_rpms_runs(rpms: Path, packages: Path, tmp_path: Path) -> None:
    root = unpacked_rpms(rpms, tmp_path / "root", "vmcoreinfo-codegen", "python3-vmcoreinfo")
    (modules,) = root.glob("usr/lib/python3*/*-packages")
    for arguments, told in (
        (["parse", str(NOTE), "--get", "OSRELEASE"], "6.12.117+deb13-amd64\n"),
        (["generate", "c", "--out", str(tmp_path / "made")], None),
        (["check"], None),
    ):
        ran = said(
            "/usr/bin/python3", str(root / "usr/bin/vmcoreinfo"), *arguments, cwd=tmp_path,
            PYTHONPATH=f"{modules}:{packages}", XDG_CACHE_HOME=str(tmp_path / "caches"),
        )  # fmt: skip
        assert told in (None, ran)
    made = (tmp_path / "made/c/vmcoreinfo.c").read_bytes()
    assert made == (ROOT / "generated/c/vmcoreinfo.c").read_bytes()


@_LONG
def test_a_program_is_built_with_the_rpms(rpms: Path, tmp_path: Path) -> None:
    root = unpacked_rpms(rpms, tmp_path / "root", "libvmcoreinfo", "libvmcoreinfo-devel")
    (library,) = root.glob("usr/lib*/libvmcoreinfo.so")
    the_program_runs(root, tmp_path, library.parent)
