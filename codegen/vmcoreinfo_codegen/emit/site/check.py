# SPDX-License-Identifier: MIT
"""The page that reads a dump or a note in the browser, with the reader of `emit.javascript`."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from ..javascript import SCRIPTS, STYLE, fragment, reader_files
from ..product import Product
from .assets import data
from .facts import Facts
from .links import key_pages
from .page import FOLDER, page

PLACE = "check.html"
_READER = "reader"


def products(facts: Facts) -> Iterator[Product]:
    context = {"fragment": Markup(fragment())}
    scripts = [f"{_READER}/{name}" for name in SCRIPTS]
    scripts += ["data/pages.js", "assets/check.js"]
    yield page(
        facts.schema,
        "check",
        PLACE,
        "Check a dump or a note",
        context,
        scripts,
        styles=[f"{_READER}/{STYLE}"],
    )
    yield data("pages", "vmcoreinfoPages", dict(key_pages(facts.schema)))
    for name, text in reader_files(facts.schema, f"vmcoreinfo generate {FOLDER}").items():
        if name in (*SCRIPTS, STYLE):
            yield Product(f"{FOLDER}/{_READER}/{name}", text.decode())
