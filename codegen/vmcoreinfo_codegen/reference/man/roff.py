# SPDX-License-Identifier: MIT
"""Converts Markdown to roff with the macros of man(7).

markdown-it parses, but this module writes: the pages are products, whose bytes
must not change with the release of a library.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode as Node

_MARKDOWN = MarkdownIt("commonmark").enable("table")
# ASCII characters, not the typographic ones that roff would use, so that text of a page can be
# copied into a shell.
_PLAIN = str.maketrans(
    {"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti", '"': "\\(dq"}
)
_WORD, _UNBROKEN = r"(?<!\S)(?=\S)", r"\\%"


def text(plain: str) -> str:
    """Plain text escaped for roff; a full stop at the start of a line is not a request."""
    escaped = re.sub(r"^(?=\.)", r"\\&", plain.translate(_PLAIN), flags=re.MULTILINE)
    return re.sub(r"[^\x00-\x7f]", lambda found: f"\\[u{ord(found[0]):04X}]", escaped)


def code(plain: str) -> str:
    """Text to be typed or searched for, so never hyphenated."""
    return f"\\fB{re.sub(_WORD, _UNBROKEN, text(plain))}\\fR"


def inline(markdown: str) -> str:
    """The text of one paragraph, without a request before it."""
    return _inline(Node(_MARKDOWN.parseInline(markdown)))


def blocks(markdown: str) -> str:
    """A page without its title. Raises ValueError for Markdown that these pages do not use."""
    return "".join(_block(node) for node in Node(_MARKDOWN.parse(markdown)).children)


def _inline(node: Node) -> str:
    if node.type in ("root", "inline", "link"):
        # Links to other files don't work in a manual page.
        return "".join(map(_inline, node.children))
    if node.type in ("text", "html_inline"):
        return text(node.content)
    if node.type == "code_inline":
        return code(node.content)
    if node.type == "strong":
        return f"\\fI{''.join(map(_inline, node.children))}\\fR"
    if node.type == "softbreak":
        return "\n"
    raise _unknown(node)


def _block(node: Node) -> str:
    if node.type not in _BLOCKS:
        raise _unknown(node)
    return _BLOCKS[node.type](node)


def _unknown(node: Node) -> ValueError:
    return ValueError(f"manual pages have no form for '{node.type}' of Markdown")


def _nothing(_: Node) -> str:
    return ""


def _heading(node: Node) -> str:
    if node.tag == "h1":
        return ".SH DESCRIPTION\n"
    words = "".join(map(_inline, node.children))
    return f".SH {words.upper()}\n" if node.tag == "h2" else f".SS {words}\n"


def _break(node: Node) -> str:
    """The break before a paragraph; none after a heading, which has its own."""
    before = node.previous_sibling
    return "" if before is None or before.type == "heading" else ".PP\n"


def _paragraph(node: Node) -> str:
    return f"{_break(node)}{''.join(map(_inline, node.children))}\n"


def _fence(node: Node) -> str:
    # Tab stops of a terminal; roff's are different.
    return f"{_break(node)}.RS 4\n.EX\n{text(node.content.expandtabs(8))}.EE\n.RE\n"


def _bullets(node: Node) -> str:
    return "".join(
        f".IP \\(bu 2\n{''.join(map(_inline, item.children[0].children))}\n"
        for item in node.children
    )


def _table(node: Node) -> str:
    """Each row as its first cell, followed by the others with their titles."""
    (head,), *body = ([row.children for row in part.children] for part in node.children)
    titles = ["".join(map(_inline, cell.children)) for cell in head]
    rows = []
    for first, *others in (row for part in body for row in part):
        cells = ["".join(map(_inline, cell.children)) for cell in others]
        if len(cells) > 1:
            cells = [f"{title}: {cell}" for title, cell in zip(titles[1:], cells, strict=True)]
        rows.append(
            f".TP\n{''.join(map(_inline, first.children))}\n" + "\n.br\n".join(cells) + "\n"
        )
    return "".join(rows)


_BLOCKS: dict[str, Callable[[Node], str]] = {
    "html_block": _nothing,  # the stamp; a manual page has its own
    "heading": _heading,
    "paragraph": _paragraph,
    "fence": _fence,
    "bullet_list": _bullets,
    "table": _table,
}
