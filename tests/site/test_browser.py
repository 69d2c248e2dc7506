# SPDX-License-Identifier: MIT
"""The site in Debian's Chromium, opened as files and from a host: what people see and press."""

from __future__ import annotations

import json
import os
import subprocess
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

import pytest

from tests.at_hand import program
from tests.conftest import ROOT

pytestmark = pytest.mark.long

_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vmcoreinfo"


@pytest.fixture(scope="module")
def tools() -> Path:
    """What drives the browser, of npm; kept. Without a network the tests are skipped by name (tests/skips.py)."""
    program("chromium")
    program("node", "nodejs")
    folder = _CACHE / "site-tools"
    _CACHE.mkdir(parents=True, exist_ok=True)
    with (_CACHE / "site-tools.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        ran = subprocess.run([str(ROOT / "tests/site-tools"), str(folder)], capture_output=True)
    if ran.returncode:
        pytest.skip("tests/site-tools can't get what it runs from npm")
    return folder


def look(tools: Path, folder: Path, what: str) -> Any:
    chromium = program("chromium")
    command = [
        program("node", "nodejs"),
        str(Path(__file__).with_name("browser.mjs")),
        str(tools),
        chromium,
    ]
    ran = subprocess.run([*command, str(folder), what], capture_output=True, text=True, timeout=900)
    assert ran.returncode == 0, ran.stderr
    seen = json.loads(ran.stdout)
    assert seen["complaints"] == []
    return seen


@pytest.fixture(scope="module")
def seen(tools: Path, folder: Path) -> Any:
    return look(tools, folder, "search,keyboard,pair,withoutScripts")


@pytest.mark.parametrize(
    ("typed", "title", "note"),
    [
        ("vmap", "OFFSET(vmap_area.list)", "removed in 6.9, use NUMBER(VMALLOC_START)"),
        ("vmap 7.3", "OFFSET(vmap_area.list)", "removed in 6.9, use NUMBER(VMALLOC_START)"),
        ("vmap 6.8", "OFFSET(vmap_area.list)", "exported by 6.8"),
        ("vmaloc", "NUMBER(VMALLOC_END)", "End virtual address"),
        ("CONFIG_SPARSEMEM", "CONFIG_SPARSEMEM", "depend on it"),
        ("makedumpfile", "makedumpfile", "Filters"),
        ("makedumpfile 1.7.2", "makedumpfile 1.7.2", "2022-10-20"),
        ("55c49fee57af", "55c49fee57af", "NUMBER(VMALLOC_START)"),
        ("SYMBOL(swapper_pg_dir)", "SYMBOL(swapper_pg_dir)", "top-level"),
        ("6.9", "Linux 6.9", "released 2024-05-12"),
        ("rhel9.4", "rhel9.4", "based on 5.14"),
        ("slab pages", "recognise slab pages", "purpose of "),
        ("aarch64", "arm64", ""),
        ("debian13", "debian13", "makedumpfile 1.7.6"),
        ("zzzzqq", "", ""),
    ],
)
def test_the_search_finds_first(seen: Any, typed: str, title: str, note: str) -> None:
    first, said, place = seen["search"][typed][0]
    assert (first, bool(place)) == (title, bool(title))
    assert note in said


@pytest.mark.parametrize("opened", ["files", "host"])
def test_the_keyboard_suffices_and_back_and_forward_work(seen: Any, opened: str) -> None:
    found = seen["keyboard"][opened]
    assert found == {
        "focus": "q",
        "active": "hit-0",
        "first": "SYMBOL(vmap_area_list)",
        "count": found["forward"],
        "back": "SYMBOL(vmap_area_list)",
        "forward": found["forward"],
    }
    assert found["count"].endswith(" results for \u201cvmap\u201d.")


@pytest.mark.parametrize("opened", ["files", "host"])
def test_a_kernel_and_a_tool_lead_to_the_answer(seen: Any, opened: str) -> None:
    found = seen["pair"][opened]
    assert "fatal makedumpfile 1.7.2 on Linux 6.9, ppc64" in found["answer"]
    assert "What fails: vmalloc translation." in found["answer"]
    assert "Use instead: makedumpfile 1.7.5." in found["answer"]
    assert found["address"] == "#kernel=6.9&tool=makedumpfile+1.7.2&arch=ppc64"
    assert "makedumpfile 1.7.2 on rhel9.4, ppc64" in found["vendor"]
    kernel, verdict = found["back"]
    assert (kernel, verdict.split()[-1]) == ("6.9", "fatal")
    assert "vmalloc translation" in found["details"]


def test_without_scripts_links_lead_to_the_answer(seen: Any) -> None:
    found = seen["withoutScripts"]
    assert (found["search"], found["form"], found["told"]) == (False, False, True)
    assert found["answer"].startswith("tools/makedumpfile/")
    assert found["row"]


def test_axe_has_nothing_to_say(tools: Path, folder: Path) -> None:
    assert look(tools, folder, "accessibility")["accessibility"] == []


def test_nothing_is_too_wide_too_tall_or_blank(tools: Path, folder: Path) -> None:
    assert look(tools, folder, "widths")["widths"] == []


def test_what_an_address_names_is_in_view(tools: Path, folder: Path) -> None:
    found = look(tools, folder, "targets,print,firstView")
    assert all(found["targets"].values()), found["targets"]
    assert found["print"] == {"search": False, "heading": True}
    assert found["firstView"]["bytes"] < 150_000


def test_comparisons(tools: Path, folder: Path) -> None:
    kernels, vendors, releases = look(tools, folder, "compare")["compare"].values()
    assert "Removed (4)" in kernels and "; use NUMBER(VMALLOC_START)" in kernels
    assert "makedumpfile 1.7.2\u2717 wrong\u25a0 fatalvmalloc translation" in kernels
    assert "rhel9.4 to rhel9.5 on arm64" in vendors and "Added (8)NUMBER(VMALLOC_START)" in vendors
    assert "6.9\u25a0 fatal vmalloc translation" in releases
    assert "Also reads" in releases
