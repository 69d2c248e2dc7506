# SPDX-License-Identifier: MIT
"""The paths of the pages, and texts with links to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from markupsafe import Markup, escape

from ...core.key import identifier_of
from ...model import Boundary, Evidence, Schema
from ..description import pieces

COMMITS = "https://git.kernel.org/linus/"
FILES = "https://elixir.bootlin.com/linux/v{release}/source/{path}"
"""A source file in a release of the kernel."""

NAMES = "https://elixir.bootlin.com/linux/v{release}/A/ident/{name}"
"""Definitions and uses of a name in a release of the kernel."""

MOST = 8
"""Number of keys that are shown completely; if there are more, only the first two are."""
_SLUG = re.compile(r"[^a-z0-9]+")
_NAME = re.compile(r"CONFIG_\w+|[A-Z]\w*")


def slug(text: str) -> str:
    """A text as part of a URL: `read-the-log`."""
    return _SLUG.sub("-", text.lower()).strip("-")


@lru_cache(maxsize=4)
def pages_of(keys: tuple[str, ...]) -> Mapping[str, str]:
    """The page of each key; names do not differ only in case, for case-insensitive file systems."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for key in keys:
        name = identifier_of(key)
        while name.lower() in taken:
            name += "_"
        taken.add(name.lower())
        found[key] = f"keys/{name}.html"
    return found


def key_pages(schema: Schema) -> Mapping[str, str]:
    return pages_of(tuple(schema.by_key))


def kernel_page(name: str) -> str:
    return f"kernels/{name}.html"


def tool_page(name: str) -> str:
    return f"tools/{name}.html"


def release_page(tool: str, release: str) -> str:
    return f"tools/{tool}/{release}.html"


def arch_page(name: str) -> str:
    return f"architectures/{name}.html"


def purpose_place(tool: str, purpose: str) -> str:
    return f"{tool_page(tool)}#does-{slug(purpose)}"


class Links:
    """Links from a page; `root` is the relative path to the first page's folder."""

    def __init__(self, schema: Schema, root: str) -> None:
        self.root = root
        self._keys = key_pages(schema)
        self._declared = {str(declared.release) for declared in schema.releases}
        self._lines = {line.name for line in schema.lines}

    def to(self, place: str, text: str | Markup) -> Markup:
        return Markup(f'<a href="{escape(self.root + place)}">{escape(text)}</a>')

    def key(self, key: str) -> Markup:
        """A key as code, linked to its page if there is one."""
        shown = Markup(f"<code>{escape(key)}</code>")
        return self.to(self._keys[key], shown) if key in self._keys else shown

    def has(self, key: str) -> bool:
        return key in self._keys

    def plain_key(self, key: str) -> Markup:
        """A linked key, for the inside of code."""
        return self.to(self._keys[key], key)

    def keys(self, keys: Iterable[str]) -> Markup:
        return Markup(", ").join(map(self.key, keys))

    def many(self, keys: Iterable[str], most: int = MOST) -> Markup:
        """Keys; a long list is folded except for its beginning."""
        found = list(keys)
        if len(found) <= most:
            return self.keys(found)
        shown = Markup('{} <details class="more"><summary>and {} more</summary>{}</details>')
        return shown.format(self.keys(found[:2]), len(found) - 2, self.keys(found[2:]))

    def kernel(self, name: str) -> Markup:
        """A mainline release or a line, linked to its page if there is one."""
        known = name in self._declared or name in self._lines
        return self.to(kernel_page(name), name) if known else escape(name)

    def arch(self, name: str) -> Markup:
        return self.to(arch_page(name), name)

    def purpose(self, tool: str, purpose: str) -> Markup:
        return self.to(purpose_place(tool, purpose), purpose)

    def purposes(self, tool: str, purposes: Iterable[str]) -> Markup:
        return Markup(", ").join(self.purpose(tool, one) for one in purposes)

    def derivation(self, name: str) -> Markup:
        return self.to(f"derivations.html#{name}", Markup("<code>{}</code>").format(name))

    def condition(self, condition: str) -> Markup:
        """A Kconfig condition as code, each symbol linked to the entries that depend on it."""
        found, end = Markup(), 0
        for match in _NAME.finditer(condition):
            found += escape(condition[end : match.start()])
            found += self.to(f"config.html#{match[0]}", match[0])
            end = match.end()
        return Markup("<code>{}</code>").format(found + escape(condition[end:]))

    def text(self, text: str) -> Markup:
        """A text of the schema with literal names as code and keys as links."""
        found = [
            self.key(part) if is_literal else escape(part) for is_literal, part in pieces(text)
        ]
        return Markup().join(found)

    def commit(self, boundary: Boundary) -> Markup:
        """The commit of a boundary, with its doubt; empty if there is none."""
        if boundary.commit is None:
            return Markup()
        return commit(boundary.commit, boundary.evidence.value if boundary.evidence else None)


def commit(name: str, evidence: str | None) -> Markup:
    """A commit, linked to the kernel's history unless it is unverified."""
    shown = Markup("<code>{}</code>").format(name)
    if evidence == Evidence.UNVERIFIED.value:
        return shown + " (unverified)"
    found = Markup('<a href="{}{}">{}</a>').format(COMMITS, name, shown)
    return found + (" (cited)" if evidence == Evidence.CITED.value else "")
