# SPDX-License-Identifier: MIT
"""How the search ranks, by its script alone in Node.js, on a small index and on the shipped one."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.at_hand import program

from .conftest import Site

pytestmark = pytest.mark.long

_ASK = """
const { readFileSync } = require("node:fs");
for (const file of process.argv.slice(1, 3))
	(0, eval)(readFileSync(file, "utf8"));
const asked = JSON.parse(process.argv[3]);
const { rank } = globalThis.vmcoreinfoRank;
console.log(JSON.stringify(asked.map((typed) => rank(globalThis.vmcoreinfoSearch, typed, 5)
	.map(({ entry, note, near }) => [entry[0], entry[1], note, near]))));
"""
SMALL = {
    "kernels": ["6.7", "6.8", "6.9", "7.0"],
    "bases": {"rhel9.4": "6.7"},
    "entries": [
        ["key", "SYMBOL(vmap_area_list)", "a", ["vmap_area_list"], "A list.", [[0, 1]], ["NEW"]],
        ["key", "NUMBER(VMALLOC_START)", "b", ["VMALLOC_START"], "A start.", [[2, 3]], []],
        ["key", "NUMBER(GONE)", "c", ["GONE"], "", [[0, 2]], []],
        ["name", "vmap_area_list", "d", [], "behind it"],
        ["tool", "crash", "e", [], "Looks at vmalloc."],
        ["release", "crash 6.9", "f", ["6.9"], ""],
        ["kernel", "Linux 6.9", "g", ["6.9"], ""],
        ["commit", "0123456789ab", "h", [], "NUMBER(GONE)"],
        ["option", "CONFIG_MMU", "i", [], ""],
    ],
}


def asked(tmp_path: Path, made: Site, index: str, *typed: str) -> list[list[Any]]:
    node = program("node", "nodejs")
    (tmp_path / "rank.js").write_text(made["assets/rank.js"])
    (tmp_path / "index.js").write_text(index)
    files = [str(tmp_path / name) for name in ("rank.js", "index.js")]
    command = [node, "-e", _ASK, *files, json.dumps(typed)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    found: list[list[Any]] = json.loads(ran.stdout)
    return found


def test_a_small_index(tmp_path: Path, made: Site) -> None:
    index = f"globalThis.vmcoreinfoSearch = {json.dumps(SMALL)};"
    typed = ["vmap_area_list", "vmap 6.7", "vmalloc", "vmalloc 6.8", "vmalloc rhel9.4", "6.9"]
    typed += ["crash 6.9", "gone", "0123456789abcdef", "0123456", "vmaloc", "mmu", "nothing", " "]
    found = asked(tmp_path, made, index, *typed)
    first: dict[str, Any] = {
        text: (one[0] if one else None) for text, one in zip(typed, found, strict=True)
    }
    gone = "removed in 6.9, use NEW \u00b7 A list."
    assert first["vmap_area_list"] == ["key", "SYMBOL(vmap_area_list)", gone, False]
    assert first["vmap 6.7"][2] == "exported by 6.7 \u00b7 A list."
    assert first["vmalloc"] == ["key", "NUMBER(VMALLOC_START)", "A start.", False]
    assert first["vmalloc 6.8"][2].startswith("added in 6.9, not in 6.8")
    assert first["vmalloc rhel9.4"][2].startswith("added in 6.9, not in 6.7")
    assert first["6.9"][:2] == ["kernel", "Linux 6.9"]
    assert first["crash 6.9"][:2] == ["release", "crash 6.9"]
    assert first["gone"][2] == "removed in 7.0, no replacement"
    assert first["0123456789abcdef"][0] == first["0123456"][0] == "commit"
    assert first["vmaloc"][1:] == ["NUMBER(VMALLOC_START)", "A start.", True]
    assert first["mmu"][1] == "CONFIG_MMU"
    assert first["nothing"] is None and first[" "] is None


def test_every_entry_is_found_by_its_name(tmp_path: Path, made: Site) -> None:
    index = made["data/search.js"]
    entries = json.loads(index[index.index(" = ") + 3 : index.rindex(";")])["entries"]
    titles = [title for _, title, *_ in entries]
    found = asked(tmp_path, made, index, *titles)
    missed = [
        title
        for title, several in zip(titles, found, strict=True)
        if title not in [one[1] for one in several]
    ]
    assert missed == []
