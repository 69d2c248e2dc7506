# SPDX-License-Identifier: MIT
"""Rules that are one a file are told apart by their ids."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import pytest

from vmcoreinfo_codegen.discovery import SameId, rules_in

RULE = "class RULE:\n    id = {id!r}\n    name = {name!r}\n"


def test_two_rules_of_one_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "made_up_rules"
    package.mkdir()
    (package / "__init__.py").write_text("")
    for name, id_ in (("one", "VMCI008"), ("other", "VMCI009")):
        (package / f"{name}.py").write_text(RULE.format(id=id_, name=name))
    monkeypatch.syspath_prepend(str(tmp_path))
    found = import_module("made_up_rules")
    assert [rule.name for rule in rules_in(found)] == ["one", "other"]
    (package / "third.py").write_text(RULE.format(id="VMCI009", name="third"))
    with pytest.raises(SameId, match="other and third both have the ID VMCI009; VMCI010 is free"):
        rules_in(found)
    for name in [name for name in sys.modules if name.startswith("made_up_rules")]:
        del sys.modules[name]
