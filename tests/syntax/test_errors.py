# SPDX-License-Identifier: MIT
"""All syntax errors of a file at once, each at its place, with near misses."""

from __future__ import annotations

import pytest

from vmcoreinfo_codegen.syntax.parse import parse

# Wrong input with the expected error behind `###`, as column and start of the message.
WRONG = """\
schema 1
section vmalloc ### 9 unexpected 'vmalloc', expected a "string"
release 6.9 ### 12 unexpected end of line, expected a date
NUMBER(PG_lru) {
	doc		"Bit number."
	valeu		signed bit ### 2 unexpected 'valeu'; did you mean value?
	since		6.9 comit 122c7a59055c ### 13 unexpected 'comit', expected a "string", end of line, commit, seen; did you mean commit?
	untill		6.10 ### 2 unexpected 'untill', expected a release; did you mean until?
	quirk garbage	6.9 "text" ### 16 unexpected '6.9', expected since, until
	depends on	CONFIG_A & CONFIG_B ### 22 unexpected '&', expected end of line, &&
	replaced-by	number(x) ### 14 unexpected 'number', expected a key
}
drive x { ### 1 unexpected 'drive'; did you mean derive?
	from PAGESIZE as y
}
OFFSET(page.lru) on { ### 21 unexpected '{', expected a name
	doc		"lost with its heading"
}
derive z {
	from PAGESIZE + as y ### 21 unexpected 'y'
	from 1 as one
	doc "no end ### 6 unexpected '"no end'; a string must end on its line
}
"""


def test_every_error_of_a_file_is_told_at_its_place() -> None:
    expected = []
    lines = []
    for number, line in enumerate(WRONG.splitlines(), 1):
        code, mark, message = line.partition(" ### ")
        lines.append(code)
        if mark:
            column, _, text = message.partition(" ")
            expected.append((number, int(column), text))
    _, problems = parse("\n".join(lines) + "\n", "wrong.vmci")
    found = [(p.location.line, p.location.column, str(p)) for p in sorted(problems)]
    assert [f[:2] for f in found] == [e[:2] for e in expected]
    for (_, _, said), (at, place, text) in zip(found, expected):
        assert said.startswith(f"wrong.vmci:{at}:{place}: error: ")
        for part in text.split("; "):
            assert part in said, said


def test_the_rest_is_still_read() -> None:
    found, problems = parse("schema 1\nreles 6.8 2024\nrelease 6.9 2024-05-12\n", "x.vmci")
    assert len(problems) == 1
    assert len(found.items) == 3  # a blank line stands for the one that was left out


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("schema 1\nNUMBER(X) {\n\tsince 6.9\n", "x.vmci:3:11", "the file ends inside a block"),
        ("schema 1\n\x00\n", "x.vmci:2:1", "U+0000 does not print"),
        ('schema 1\nsection "no end\n', "x.vmci:2:9", "unexpected"),
        ("}\n", "x.vmci:1:1", "unexpected '}'"),
    ],
)
def test_odd_endings(text: str, place: str, message: str) -> None:
    _, problems = parse(text, "x.vmci")
    assert str(problems[0]).startswith(f"{place}: error: ")
    assert message in problems[0].message


def test_an_empty_file_is_no_error() -> None:
    found, problems = parse("", "x.vmci")
    assert (found.items, problems) == ((), [])


def test_a_binary_file_ends() -> None:
    junk = "\n".join(f"{n} \x01 junk {{" for n in range(3000))
    _, problems = parse(junk, "x.vmci")
    assert 0 < len(problems) <= 50
