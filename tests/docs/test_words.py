# SPDX-License-Identifier: MIT
"""The documentation, the schema and the templates of pages are in plain words: CONTRIBUTING, "How we write"."""

from __future__ import annotations

import re
import tomllib

from tests.conftest import ROOT

TEMPLATES = ROOT / "codegen" / "vmcoreinfo_codegen"
# What CONTRIBUTING gives as a bad example is in `code`, and so are commands and their output.
_CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.DOTALL | re.MULTILINE)


def phrases() -> list[tuple[re.Pattern[str], str]]:
    data = tomllib.loads((ROOT / "tests/plain_words.toml").read_text())
    return [(re.compile(one["phrase"]), one["better"]) for one in data["prose"]]


def test_no_phrase_that_reads_as_translated() -> None:
    files = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/*.md")]
    files += [*ROOT.glob("schema/**/*.vmci"), *ROOT.glob("examples/**/README.md")]
    files += [*TEMPLATES.glob("reference/**/*.j2"), *TEMPLATES.glob("emit/tables/**/*.md.j2")]
    files += [*TEMPLATES.glob("emit/rst/**/*.j2"), *TEMPLATES.glob("emit/*/templates/README.md.j2")]
    assert len(files) > 70
    worse_ones, found = phrases(), []
    for path in files:
        text = _CODE.sub(lambda code: re.sub(r"[^\n]", " ", code[0]), path.read_text())
        for number, line in enumerate(text.splitlines(), 1):
            for phrase, better in worse_ones:
                if worse := phrase.search(line):
                    found.append(
                        f"{path.relative_to(ROOT)}:{number}: '{worse[0]}': write: {better}"
                    )
    assert found == []


def test_each_phrase_has_a_better_one() -> None:
    assert len(phrases()) >= 10
    assert all(better for _, better in phrases())
