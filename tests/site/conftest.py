# SPDX-License-Identifier: MIT
"""The site of the shipped schema, made once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from vmcoreinfo_codegen.emit import site
from vmcoreinfo_codegen.model import Schema

Site = dict[str, str]
"""Texts by path below the folder of the site."""


@pytest.fixture(scope="session")
def made(schema: Schema) -> Site:
    return {product.path.removeprefix("site/"): product.text for product in site.emit(schema)}


@pytest.fixture(scope="session")
def folder(made: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as files, in a folder with a blank in its name."""
    found = tmp_path_factory.mktemp("a site")
    for place, text in made.items():
        path = found / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return found


def data_of(made: Site, name: str) -> Any:
    """What a script of data has."""
    text = made[f"data/{name}.js"]
    return json.loads(text[text.index(" = ") + 3 : text.rindex(";")])
