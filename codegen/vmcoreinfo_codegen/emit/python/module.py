# SPDX-License-Identifier: MIT
"""The Python package as one module, joined from its modules."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from ...model import Entry, Schema
from ..product import Product, Replay, model_hash, render
from . import context, module_text

# Each module uses only those before it.
_ORDER = ("entry", "entries", "note", "parser", "properties", "recipes", "derive", "__init__")
_OF_DERIVATIONS = ("recipes", "derive")


@dataclass
class _Joined:
    """Several modules joined: each import once, and the rest of each in order."""

    imports: set[str] = field(default_factory=set)
    names_from: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    bodies: list[str] = field(default_factory=list)
    exported: set[str] = field(default_factory=set)
    defined: dict[str, str] = field(default_factory=dict)

    def add(self, text: str) -> None:
        """Add a module. Raises ValueError if it can't be in one file with the others."""
        lines = text.splitlines()
        docstring, *statements = ast.parse(text).body
        gone = set(range(1, (docstring.end_lineno or 0) + 1))
        for node in statements:
            span = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            source = "\n".join(lines[number - 1] for number in span)
            if self._is_import(node) or self._is_known(node, source):
                gone |= set(span)
        body = [line for number, line in enumerate(lines, 1) if number not in gone]
        self.bodies.append("\n".join(body).strip("\n"))

    def _is_import(self, node: ast.stmt) -> bool:
        """Whether a statement is an import, which is recorded unless it is of a module of this
        project.
        """
        if isinstance(node, ast.Import):
            self.imports |= {ast.unparse(alias) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            if node.level and (node.module is None or any(a.asname for a in node.names)):
                raise ValueError(f"line {node.lineno}: a module of ours, by another name")
            if node.module is not None and not node.level and node.module != "__future__":
                self.names_from[node.module] |= {ast.unparse(alias) for alias in node.names}
        else:
            for inner in ast.walk(node):
                if isinstance(inner, ast.ImportFrom) and inner.level:
                    raise ValueError(f"line {inner.lineno}: a module of ours in a statement")
            return False
        return True

    def _is_known(self, node: ast.stmt, source: str) -> bool:
        """Whether a statement repeats an earlier one, or sets `__all__`, so that it can be left
        out.
        """
        names = _names(node)
        if isinstance(node, ast.Assign) and names == ["__all__"]:
            self.exported |= set(ast.literal_eval(node.value))
            return True
        before = [self.defined.get(name) for name in names]
        if any(other not in (None, source) for other in before):
            raise ValueError(f"two modules define {', '.join(names)}, each in its own way")
        self.defined.update(dict.fromkeys(names, source))
        return any(before)


def _names(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else []
    targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
    return [target.id for target in targets if isinstance(target, ast.Name)]


def emit_module(
    schema: Schema, name: str, replay: Replay, exported: Sequence[Entry] = ()
) -> Product:
    """The package as `name`.py; without derivations, it lacks the module `derive`."""
    shown = context(schema, exported)
    stamp = model_hash(shown)
    joined = _Joined()
    for module in _ORDER:
        if module not in _OF_DERIVATIONS or schema.derivations:
            joined.add(module_text(module, shown, stamp))
    whole = {
        **shown,
        "module": name,
        "imports": sorted(joined.imports),
        "names_from": {m: sorted(names) for m, names in sorted(joined.names_from.items())},
        "bodies": joined.bodies,
        "exported": sorted(joined.exported),
    }
    return render("python", "module.py.j2", f"{name}.py", whole, stamp, replay=replay)
