# SPDX-License-Identifier: MIT
"""The site of the shipped schema, made once."""

from __future__ import annotations

import json
import os
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

import pytest

from vmcoreinfo_codegen.emit import site
from vmcoreinfo_codegen.model import Schema

Site = dict[str, str]
"""Texts by path below the folder of the site."""


@pytest.fixture(scope="session")
def folder(schema: Schema, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as files, in a folder with a blank in its name; made once for all processes."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    found = base / "a site"
    with (base / "site.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not found.exists():
            new = base / "a new site"
            for product in site.emit(schema):
                path = new / product.path.removeprefix("site/")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(product.text, encoding="utf-8")
            new.rename(found)
    return found


@pytest.fixture(scope="session")
def made(folder: Path) -> Site:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def data_of(made: Site, name: str) -> Any:
    """The data in a script of the site."""
    text = made[f"data/{name}.js"]
    return json.loads(text[text.index(" = ") + 3 : text.rindex(";")])
