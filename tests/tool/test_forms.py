# SPDX-License-Identifier: MIT
"""Forms in the schema: what each clause comes to, and what is said of wrong ones."""

from __future__ import annotations

import pytest

from vmcoreinfo_codegen.core.code import PatternError, pattern
from vmcoreinfo_codegen.core.tokens import Tokens
from vmcoreinfo_codegen.model.builder import build, parse_files
from vmcoreinfo_codegen.model.consumer import Consumer
from vmcoreinfo_codegen.problem import Problem

SCHEMA = """\
schema 1

consumer tool {{
	doc		"Reads notes."
	release		1.0
{clauses}

	need "all" {{
		any	"none"
		without ok	"nothing"
	}}
}}
"""


def consumer(*clauses: str) -> tuple[Consumer | None, list[str]]:
    problems: list[Problem] = []
    text = SCHEMA.format(clauses="\n".join(f"\t{clause}" for clause in clauses))
    files = parse_files([("schema/schema.vmci", text)], problems)
    schema, problems = build(files, problems)
    found = [problem.message for problem in problems]
    return (schema.consumers[0] if schema.consumers else None), found


def test_every_clause_is_in_the_model() -> None:
    tool, problems = consumer(
        'sources "*.c" "src/**.py"',
        'form "get(_, NAME, FIELD)" of "OFFSET(NAME.FIELD)" in f base 10 16',
        'form "read(KEY=)"',
        'converts "strtoul(_, _, BASE)"',
        'converts "htol(...)" base 16',
        'passes "puts(KEY)" in g "printed"',
        'passes in h "another note"',
        'passes SIZE(page) OSRELEASE "no use"',
        'passes "relocate" "of a plug-in"',
    )
    assert problems == []
    assert tool is not None
    assert tool.sources == ("*.c", "src/**.py")
    assert [(f.code, f.key, f.function, f.bases) for f in tool.forms] == [
        ("get(_, NAME, FIELD)", "OFFSET(NAME.FIELD)", "f", (10, 16)),
        ("read(KEY=)", "KEY", "", ()),
    ]
    assert [(c.code, c.bases) for c in tool.conversions] == [
        ("strtoul(_, _, BASE)", ()),
        ("htol(...)", (16,)),
    ]
    assert [(p.code, p.function, p.keys) for p in tool.passed] == [
        ("puts(KEY)", "g", ()),
        ("", "h", ()),
        ("", "", ("SIZE(page)", "OSRELEASE")),
        ("", "", ("relocate",)),
    ]
    assert tool.passed_keys == {"SIZE(page)", "OSRELEASE", "relocate"}


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        ('sources "/etc/*.c"', "'/etc/*.c' is not a path in a tree"),
        ('sources "a b.c"', "'a b.c' is not a path in a tree"),
        ('form "get(_)"', "the code has none of KEY, NAME and FIELD, its key KEY"),
        ('form "get(NAME)"', "the code has NAME, its key KEY"),
        ('form "get(NAME)" of "OFFSET(NAME.FIELD)"', "the code has NAME, its key FIELD and NAME"),
        ('form "KEY"', "'KEY' is not a form of code: it does not begin with a word of code"),
        ('form "get(KEY, KEY)"', "a part of the key is in it twice"),
        ('form "get(KEY)" base 7', "'7' is not a number base"),
        ('form "get(KEY)" base 0 8 10', "more than two bases"),
        ('converts "atol(_)"', "give the base either as BASE in the code or with 'base'"),
        ('converts "atol(BASE)" base 10', "give the base either as BASE in the code or with"),
    ],
)
def test_wrong_clauses_are_told(clause: str, said: str) -> None:
    _, problems = consumer(clause)
    assert [said in problem for problem in problems] == [True], problems


@pytest.mark.parametrize(
    ("form", "code", "held"),
    [
        ("get(KEY)", 'get("A")', {"KEY": '"A"'}),
        ("get(KEY)", 'get("A", 1)', None),
        ("get(_, KEY)", 'get(f(1, 2), "A")', {"KEY": '"A"'}),
        ("get(KEY, ...)", 'get("A")', None),
        ("get(KEY, ...)", 'get("A", b, c[1, 2])', {"KEY": '"A"'}),
        ("x = [NAME...]", 'x = ["a", "b"]', {"NAME": '"a","b"'}),
        ("@case KEY@", '@case "A"@', {"KEY": '"A"'}),
        ("S(#NAME)", "S(prb)", {"NAME": "prb"}),
        ("get(KEY)", "get(", None),
        ("p->get(KEY)", 'p->get("A" "B")', {"KEY": '"A""B"'}),
    ],
)
def test_what_a_form_matches(form: str, code: str, held: dict[str, str] | None) -> None:
    match = pattern(form).match(Tokens("code", code), 0)
    found = match and {hole: "".join(t.text for t in held) for hole, held in match.held.items()}
    assert found == held


def test_a_form_without_words_is_none() -> None:
    for text in ("", "_", "..."):
        with pytest.raises(PatternError):
            pattern(text)
