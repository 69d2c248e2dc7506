# SPDX-License-Identifier: MIT
"""Proves that the Python product keeps its promises to who imports it.

Nothing but the standard library, Python 3.8, types that mypy believes, a property for
each entry, a mapping of what the note has, and no exception for any bytes.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import json
import mmap
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import vmcoreinfo
from tests.each import check_each
from tests.emit import notes
from tests.emit.driver import PYTHON_SOURCE
from vmcoreinfo_codegen.emit.vectors.texts import elf_note

MODULES = sorted(PYTHON_SOURCE.glob("*.py"))
REAL = sorted(notes.NOTES.glob("*.txt"))

# Types of values as Python has them, by format.
TYPES: dict[str, type] = {
    "decimal": int,
    "signed": int,
    "hex": int,
    "0x-hex": int,
    "string": str,
    "hexbytes": bytes,
    "flag": bool,
}

# A value of each format, and what it is.
VALUES: dict[str, tuple[str, object]] = {
    "decimal": ("18446744073709551615", 18446744073709551615),
    "signed": ("-129", -129),
    "hex": ("ffffffff82a18000", 0xFFFFFFFF82A18000),
    "0x-hex": ("0xffffb28700000000", 0xFFFFB28700000000),
    "string": ("6.12.117+deb13-cloud-amd64", "6.12.117+deb13-cloud-amd64"),
    "hexbytes": ("4ac23d58", b"\x4a\xc2\x3d\x58"),
    "flag": ("y", True),
}


def property_name(key: str) -> str:
    return key.replace("(", "_").replace(".", "_").replace("-", "_").replace(")", "")


# ---- what it is made of -------------------------------------------------------------


def test_the_package_under_test_is_the_generated_one() -> None:
    for path in MODULES:
        module = "vmcoreinfo" + ("" if path.stem == "__init__" else f".{path.stem}")
        spec = importlib.util.find_spec(module)
        assert spec and spec.origin
        assert Path(spec.origin).read_bytes() == path.read_bytes()


def test_the_package_has_its_modules() -> None:
    stems = {path.stem for path in MODULES}
    assert stems == {
        *(
            "__init__",
            "derive",
            "entries",
            "entry",
            "native",
            "note",
            "parser",
            "properties",
            "recipes",
        )
    }


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_imports_the_standard_library_alone(path: Path) -> None:
    imported, own = set(), set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            assert node.module
            imported.add(node.module)
        elif isinstance(node, ast.ImportFrom):
            own.add(node.module)
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names
    assert own <= {module.stem for module in MODULES}
    assert imported or own, "the test sees no import at all"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_is_python_3_8(path: Path) -> None:
    ast.parse(path.read_text(), feature_version=(3, 8))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_starts_with_licence_and_origin(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert lines[0] == "# SPDX-License-Identifier: MIT"
    assert "do not edit" in lines[2]
    assert lines[3] == "# To make it again: vmcoreinfo generate python"


def test_is_typed() -> None:
    assert (PYTHON_SOURCE / "py.typed").is_file()


PROGRAM = """
import json, sys
sys.path.insert(0, sys.argv[1])
import vmcoreinfo
from vmcoreinfo import derive

def show(data):
    info = vmcoreinfo.parse(data)
    values = [(entry.key, entry.format, repr(entry.value)) for entry in info.lines]
    derived = []
    for name in sorted(derive.DERIVATIONS):
        target = derive.Dump("x86_64", lambda address, size: bytes(size))
        found = derive.DERIVATIONS[name](info, target)
        derived.append((name, list(found) if found else None))
    return values, [list(diagnostic) for diagnostic in info.diagnostics], derived

answers = [show(bytes.fromhex(line)) for line in sys.stdin.read().splitlines()]
print(json.dumps(answers))
print(json.dumps(sorted(name.partition(".")[0] for name in sys.modules)))
"""


def run_bare(python: str, texts: list[bytes]) -> tuple[object, set[str]]:
    """What an interpreter without any package says of the texts, and what it imported."""
    done = subprocess.run(
        [python, "-I", "-S", "-W", "error", "-c", PROGRAM, str(PYTHON_SOURCE.parent)],
        input="\n".join(text.hex() for text in texts),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers, modules = done.stdout.splitlines()
    return json.loads(answers), set(json.loads(modules))


def python_3_8() -> str | None:
    """An interpreter of the oldest release that the product is for."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for found in [shutil.which("python3.8"), *pyenv.glob("versions/3.8.*/bin/python3.8")]:
        if found and subprocess.run([found, "-V"], capture_output=True, check=False).stdout:
            return str(found)
    return None


SOME_TEXTS = [*(path.read_bytes() for path in REAL[::7]), *notes.TEXTS.values()]


def test_says_the_same_in_python_3_8() -> None:
    old = python_3_8()
    if old is None:
        pytest.skip("python3.8 is not here")
    answers, _ = run_bare(old, SOME_TEXTS)
    assert answers == run_bare(sys.executable, SOME_TEXTS)[0]


def test_import_brings_no_package_of_the_generator() -> None:
    _, modules = run_bare(sys.executable, [b"PAGESIZE=4096\n"])
    assert "vmcoreinfo" in modules
    assert modules.isdisjoint({"lark", "pydantic", "jinja2", "vmcoreinfo_codegen"})
    assert modules - {"vmcoreinfo"} <= sys.stdlib_module_names | {"__main__"}


# ---- types --------------------------------------------------------------------------

# A comment that says of an error, but hides none, is an error itself.
CALLER = """
from typing import Mapping, Optional
import vmcoreinfo
from vmcoreinfo import derive

info = vmcoreinfo.parse(b"")
release: Optional[str] = info.OSRELEASE
size: Optional[int] = info.PAGESIZE
build: Optional[bytes] = info.BUILD_ID
pae: bool = info.CONFIG_X86_PAE
derived: Optional[derive.Derived] = derive.page_shift(info)
never_none: int = info.PAGESIZE  # type: ignore[assignment]
not_text: Optional[str] = info.PAGESIZE  # type: ignore[assignment]
no_entry = info.NO_SUCH_ENTRY  # type: ignore[attr-defined]
not_bytes = vmcoreinfo.parse("text")  # type: ignore[arg-type]
"""


def test_mypy_is_content_with_it(pytestconfig: pytest.Config, tmp_path: Path) -> None:
    caller = tmp_path / "caller.py"
    caller.write_text(CALLER)
    kept = getattr(pytestconfig, "cache", None)
    cache = kept.mkdir("mypy") if kept else tmp_path / "cache"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--strict", "--config-file="),
            *("--cache-dir", str(cache), "-p", "vmcoreinfo", "-m", "caller"),
        ],
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": f"{PYTHON_SOURCE.parent}{os.pathsep}{tmp_path}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


# ---- entries and properties ---------------------------------------------------------


def test_entries_have_properties_of_their_types() -> None:
    check_each(vmcoreinfo.ENTRIES, str, has_a_property_of_its_type)


def has_a_property_of_its_type(key: str) -> None:
    entry = vmcoreinfo.ENTRIES[key]
    printed, expected = VALUES[entry.format]
    found = inspect.getattr_static(vmcoreinfo.VmcoreInfo, property_name(key))
    assert isinstance(found, property)
    assert found.__doc__

    info = vmcoreinfo.parse(f"{key}={printed}\n".encode())
    value = getattr(info, property_name(key))
    assert value == expected
    assert type(value) is TYPES[entry.format]
    assert info[key] == expected
    assert info.diagnostics == []

    absent = getattr(vmcoreinfo.parse(b"NOPE=1\n"), property_name(key))
    assert absent is (False if entry.format == "flag" else None)


def test_there_is_no_property_of_what_is_no_entry() -> None:
    properties = {
        name
        for name, value in inspect.getmembers_static(vmcoreinfo.VmcoreInfo)
        if isinstance(value, property) and not name.startswith("_")
    }
    of_entries = {property_name(key) for key in vmcoreinfo.ENTRIES}
    assert properties == of_entries | {"lines", "known_lines", "diagnostics"}


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_properties_of_a_real_note(path: Path) -> None:
    info = vmcoreinfo.parse(path.with_suffix(".note").read_bytes())
    printed = dict(line.split("=", 1) for line in path.read_text().splitlines())
    assert list(info) == list(printed)
    for key, entry in vmcoreinfo.ENTRIES.items():
        value = getattr(info, property_name(key))
        if key not in printed:
            assert not value
            continue
        assert type(value) is TYPES[entry.format]
        if entry.format in ("hex", "0x-hex"):
            assert value == int(printed[key], 16)
        elif entry.format in ("decimal", "signed"):
            assert str(value) == printed[key]
        elif entry.format == "hexbytes":
            assert value == bytes.fromhex(printed[key])
        else:
            assert printed[key] == ("y" if value is True else value)


def test_what_is_known_of_an_entry() -> None:
    entry = vmcoreinfo.ENTRIES["SYMBOL(vmap_area_list)"]
    assert entry == vmcoreinfo.Entry(
        "SYMBOL(vmap_area_list)",
        "SYMBOL",
        "hex",
        "address",
        "3.10",
        "6.9",
        ("NUMBER(VMALLOC_START)",),
        (),
        (),
    )
    for known in vmcoreinfo.ENTRIES.values():
        assert set(known.replaced_by) <= vmcoreinfo.ENTRIES.keys()


# ---- the mapping --------------------------------------------------------------------

TEXT = (
    b"OSRELEASE=6.9\nNUMBER(NOPE)=0x1\nPAGESIZE=4096\nSIZE(page)=bad\nPAGESIZE=16384\n"
    b"NUMBER(NOPE)=0x2\nCONFIG_NOPE=y\nNOPE=\n"
)


@pytest.fixture
def info() -> vmcoreinfo.VmcoreInfo:
    return vmcoreinfo.parse(TEXT)


def test_mapping_has_the_usable_keys_in_order(info: vmcoreinfo.VmcoreInfo) -> None:
    assert list(info) == ["OSRELEASE", "NUMBER(NOPE)", "PAGESIZE", "CONFIG_NOPE", "NOPE"]
    assert len(info) == 5
    assert "PAGESIZE" in info
    assert "SIZE(page)" not in info
    assert "SIZE(list_head)" not in info
    number: object = 16384
    assert number not in info


def test_mapping_gives_the_value_of_the_last_line(info: vmcoreinfo.VmcoreInfo) -> None:
    assert info["OSRELEASE"] == "6.9"
    assert info["PAGESIZE"] == 16384
    assert info.get("PAGESIZE") == 16384
    assert info.get("SIZE(page)") is None


@pytest.mark.parametrize("key", ["SIZE(page)", "SIZE(list_head)", "", "PAGESIZE=16384"])
def test_mapping_raises_for_what_the_note_lacks(info: vmcoreinfo.VmcoreInfo, key: str) -> None:
    with pytest.raises(KeyError):
        info[key]


def test_is_the_mapping_that_its_documentation_says(info: vmcoreinfo.VmcoreInfo) -> None:
    assert "mapping" in (vmcoreinfo.VmcoreInfo.__doc__ or "")
    assert isinstance(info, Mapping)
    assert dict(info)["PAGESIZE"] == 16384
    assert list(info.items())[:2] == [("OSRELEASE", "6.9"), ("NUMBER(NOPE)", "0x2")]
    assert info == dict(info)
    assert info.get("SIZE(page)", 64) == 64


def test_unknown_keys_are_kept(info: vmcoreinfo.VmcoreInfo) -> None:
    assert info["NUMBER(NOPE)"] == "0x2"
    assert info["NOPE"] == ""
    line = info.line("NUMBER(NOPE)")
    assert line == vmcoreinfo.Line("NUMBER(NOPE)", "NUMBER", None, "ok", "0x2", "0x2", 6, 75)
    assert line is not None and TEXT[line.offset :].startswith(b"NUMBER(NOPE)=0x2\n")
    assert line.number == 2
    kinds = {line.key: line.kind for line in info.lines}
    assert kinds["CONFIG_NOPE"] == "CONFIG"
    assert kinds["NOPE"] == "bare"
    assert [d.id for d in info.diagnostics if d.key == "NUMBER(NOPE)"] == ["unknown"] * 2


def test_lines_are_all_in_order_with_their_status(info: vmcoreinfo.VmcoreInfo) -> None:
    assert [(line.line, line.key, line.status, line.value) for line in info.lines] == [
        (1, "OSRELEASE", "ok", "6.9"),
        (2, "NUMBER(NOPE)", "ok", "0x1"),
        (3, "PAGESIZE", "ok", 4096),
        (4, "SIZE(page)", "malformed", None),
        (5, "PAGESIZE", "ok", 16384),
        (6, "NUMBER(NOPE)", "ok", "0x2"),
        (7, "CONFIG_NOPE", "ok", "y"),
        (8, "NOPE", "ok", ""),
    ]


def test_why_there_is_no_value(info: vmcoreinfo.VmcoreInfo) -> None:
    asked = ("PAGESIZE", "SIZE(page)", "SIZE(list_head)", "NOPE")
    assert [info.status(key) for key in asked] == ["ok", "malformed", "absent", "ok"]
    assert repr(info) == "<VmcoreInfo 6.9, 5 values>"


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("SYMBOL(max_pfn)=ffff", 0xFFFF),
        ("SYMBOL(max_pfn)=0xffff", 0xFFFF),
        ("NUMBER(new)=0x10", 16),
        ("NUMBER(new)=10", 10),
        ("NUMBER(new)=-10", -10),
        ("NUMBER(new)=ffff", None),
        ("SIZE(page)=64", 64),
        ("SIZE(page)=x", None),
        ("OSRELEASE=6", None),
        ("CONFIG_X86_PAE=y", None),
    ],
)
def test_number_of_a_line(line: str, number: int | None) -> None:
    (found,) = vmcoreinfo.parse(f"{line}\n".encode()).lines
    assert found.number == number


def test_a_quirk_goes_by_the_release() -> None:
    key = "NUMBER(PG_hugetlb)"
    told = {
        release: getattr(
            vmcoreinfo.parse(f"OSRELEASE={release}\n".encode()).quirk(key), "kind", None
        )
        for release in ("6.5.13", "6.6.0-rc1", "6.7.2-foo", "6.8.8", "6.8.9", "6.9", "x")
    }
    assert told == {
        "6.5.13": None,
        "6.6.0-rc1": "wrong",
        "6.7.2-foo": "wrong",
        "6.8.8": "wrong",
        "6.8.9": "missing",
        "6.9": None,
        "x": None,
    }


def test_a_quirk_of_some_architectures_is_told_for_them() -> None:
    keys = [
        (key, quirk.archs)
        for key, entry in vmcoreinfo.ENTRIES.items()
        for quirk in entry.quirks
        if quirk.archs
    ]
    ((key, archs),) = keys
    info = vmcoreinfo.parse(b"OSRELEASE=6.1\n")
    assert info.quirk(key) is None and info.quirk(key, "x86_64") is None
    assert [getattr(info.quirk(key, arch), "kind", None) for arch in archs] == ["duplicate"] * len(
        archs
    )


def test_diagnostics_are_in_order_of_the_lines(info: vmcoreinfo.VmcoreInfo) -> None:
    assert [(d.line, d.id, d.severity, d.key) for d in info.diagnostics] == [
        (2, "unknown", "info", "NUMBER(NOPE)"),
        (4, "malformed", "error", "SIZE(page)"),
        (5, "duplicate", "warning", "PAGESIZE"),
        (6, "unknown", "info", "NUMBER(NOPE)"),
        (7, "unknown", "info", "CONFIG_NOPE"),
        (8, "unknown", "info", "NOPE"),
    ]


# ---- raw memory -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [bytes, bytearray, "mmap"])
def test_notes_are_found_in_raw_memory(kind: Any, tmp_path: Path) -> None:
    real = [path for path in REAL if path.stem.startswith(("s390x", "x86_64-7.3.4"))][:6]
    made = b"VMCOREINFO\0\0" + bytes(37)
    wanted = []
    for path in real:
        raw = path.with_suffix(".note").read_bytes()
        wanted.append((len(made) + 24, path.read_bytes()))
        # One that is cut, a name without a header, and one that is no kernel's.
        made += raw + bytes(40) + b"VMCOREINFO\0\0OSRELEASE=6.9\n" + bytes(12)
    made += elf_note(b"PAGESIZE=4096\n") + elf_note(b"OSRELEASE=9\n", type_=1)
    memory: Any = kind(made) if kind != "mmap" else None
    if kind == "mmap":
        file = tmp_path / "memory"
        file.write_bytes(made)
        with file.open("rb") as opened:
            memory = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
    assert list(vmcoreinfo.find_notes(memory)) == wanted
    assert list(vmcoreinfo.find_notes(memory, wanted[1][0])) == wanted[2:]
    assert len(wanted) == 6


# ---- what is exported ---------------------------------------------------------------


def test_exports_what_it_says() -> None:
    assert all(hasattr(vmcoreinfo, name) for name in vmcoreinfo.__all__)
    public = {name for name in vars(vmcoreinfo) if not name.startswith("_")}
    modules = {path.stem for path in MODULES}
    assert public - modules - {"annotations"} == set(vmcoreinfo.__all__)


def test_every_name_of_an_architecture_leads_to_one() -> None:
    names = vmcoreinfo.ARCHITECTURES
    assert names["aarch64"] == names["arm64"] == "arm64"
    assert names["amd64"] == "x86_64"
    assert names["ppc64le"] == names["ppc64el"] == "ppc64"
    assert names["s390"] == "s390x"
    assert names["loong64"] == "loongarch64"
    assert names["mipsel"] == "mips"
    assert all(names[name] == name for name in names.values())
