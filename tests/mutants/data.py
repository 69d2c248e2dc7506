# SPDX-License-Identifier: MIT
"""Faults in the schema: a neighbouring release, another digit, a word of the same kind.

Text for people (`doc`, `absent`, reasons) is not changed. The effect on products is ignored, as
they differ after any change, right or wrong. The tests have to check the data itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tests.mutants.fault import Fault

SCHEMA = "schema"
# Tests that compare with real input: trees, notes, recorded facts, breakages that users met.
TESTS = (
    "tests/proof/",
    "tests/model/test_facts.py",
    "tests/compat/",
    "tests/cli/test_compat.py",
    "tests/cli/test_audit.py",
    "tests/cli/test_questions.py",
    "tests/audit/",
    "tests/synth/",
)

# Words that are used in the same place, and replaced by each other.
WORDS = {
    "verdict": ("fatal", "wrong", "degraded", "fallback"),
    "form": ("decimal", "signed", "hex", "0x-hex", "string", "hexbytes"),
    "unit": ("bytes", "bits", "bit", "address", "displacement", "count", "boolean", "page-type"),
    "macro": ("VMCOREINFO_SIZE", "VMCOREINFO_STRUCT_SIZE", "VMCOREINFO_OFFSET", "VMCOREINFO_NUMBER",
              "VMCOREINFO_SYMBOL", "VMCOREINFO_LENGTH", "VMCOREINFO_SYMBOL_ARRAY"),
    "trait": ("first-duplicate", "last-duplicate"),
    "quirk": ("garbage", "missing"),
}  # fmt: skip

# (pattern, change): one fault for each place that the pattern finds.
Change = Callable[[re.Match[str]], str]


def _beside(match: re.Match[str]) -> str:
    """A neighbouring release: the last number that is not 0 decreased, or increased."""
    numbers = [int(part) for part in match["release"].split(".")]
    place = max((n for n, number in enumerate(numbers) if number), default=0)
    numbers[place] += -1 if numbers[place] > 1 or place == 0 else 1
    return ".".join(map(str, numbers))


def _other_digit(match: re.Match[str]) -> str:
    digits = match["digits"]
    place = len(digits) // 2
    other = "0123456789abcdef"[(int(digits[place], 16) + 1) % 16]
    return digits[:place] + other + digits[place + 1 :]


def _one_more(match: re.Match[str]) -> str:
    return str(int(match["number"]) + 1)


def _half(match: re.Match[str]) -> str:
    value = int(match["mask"], 16)
    return f"{value >> 1:#x}"


def _negated(match: re.Match[str]) -> str:
    return match["symbol"][1:] if match["symbol"].startswith("!") else "!" + match["symbol"]


def _other_day(match: re.Match[str]) -> str:
    return f"{int(match['day']) % 28 + 1:02}"


def _nothing(_: re.Match[str]) -> str:
    return ""


def _word(kind: str) -> Change:
    words = WORDS[kind]
    return lambda match: words[(words.index(match["word"]) + 1) % len(words)]


def _any(kind: str) -> str:
    return "|".join(re.escape(word) for word in sorted(WORDS[kind], key=len, reverse=True))


RELEASE = r"\d+(?:\.\d+)+"
# The last group of each pattern is replaced.
FAULTS: list[tuple[str, Change]] = [
    (rf"\b(?:since|until)\s+(?:<=)?(?P<release>{RELEASE})", _beside),
    (rf"\bkernels\s+(?P<release>{RELEASE})", _beside),
    (rf"\bkernels\s+(?:{RELEASE} )?to (?P<release>{RELEASE})", _beside),
    (rf"^\tbackport\s+(?P<release>{RELEASE})", _beside),
    (rf"^\tchanged\s+(?P<release>{RELEASE})", _beside),
    (rf"^\tquirk\s+(?P<word>{_any('quirk')})\b", _word("quirk")),
    (r"\bcommit\s+(?P<digits>[0-9a-f]{12})", _other_digit),
    (r"^\s*release\s+\S+\s+\d{4}-\d\d-(?P<day>\d\d)", _other_day),
    (rf"^\tvalue\s+(?P<word>{_any('form')})\b", _word("form")),
    (rf"^\tvalue\s+\S+\s+(?P<word>{_any('unit')})\b", _word("unit")),
    (rf"^\tvia\s+(?P<word>{_any('macro')})(?![A-Z_])", _word("macro")),
    (r"^\t+depends on\s+(?P<symbol>!?CONFIG_\w+)", _negated),
    (r"^\tfrom\s.*?(?<![\w.(])(?P<number>\d+)(?![\w.x])(?=.* as )", _one_more),
    (r"^\tfrom\s.*?(?P<mask>0x[0-9a-f]+)(?=.* as )", _half),
    (r"^\tdebug-info\s.*?(?<![\w.(])(?P<number>\d+)(?![\w.x])", _one_more),
    (r"^\tdebug-info\s.*?(?P<mask>0x[0-9a-f]+)", _half),
    (rf"^\t\twithout\s+(?P<word>{_any('verdict')})\b", _word("verdict")),
    (rf"^\tparser\b[^\"]*?\b(?P<word>{_any('verdict')})\b", _word("verdict")),
    (r"^\tparser\s+\S+-limit\s+(?P<number>\d+)", _one_more),
    (rf"^\tparser\s+(?P<word>{_any('trait')})\b", _word("trait")),
    (r"^\t\tany\s.*\S(?P<last> \+ [A-Z]+\([\w.]+\))", _nothing),
    (r"^\treads\s.* as \S+.*(?P<last> \S+)$", _nothing),
    (r"^(?:\t*)\S.*? on \S+.*(?P<last> \w+)(?= \{)", _nothing),
    (r"^\t(?P<last>replaced-by\s+\S+)$", _nothing),
]  # fmt: skip


def faults_of(file: str, text: str) -> Iterator[Fault]:
    """Every fault of a file, in the order of its text."""
    alike: Counter[tuple[str, ...]] = Counter()
    lines = text.splitlines(keepends=True)
    within = ""
    for number, line in enumerate(lines):
        if line.endswith("{\n"):
            within = line.strip(" {\n")
        if line.lstrip().startswith("#"):
            continue
        for pattern, change in FAULTS:
            for match in re.finditer(pattern, line):
                start, end = match.span(match.lastindex or 0)
                other = line[:start] + change(match) + line[end:]
                name = (within, line.strip(), other.strip())
                source = "".join((*lines[:number], other, *lines[number + 1 :]))
                place = (number + 1, number + 1)
                yield Fault(file, *name, alike[name], place, source)
                alike[name] += 1


def faults_of_schema(root: Path) -> list[Fault]:
    """Every fault of the shipped schema."""
    files = sorted((root / SCHEMA).rglob("*.vmci"))
    return [
        fault
        for file in files
        for fault in faults_of(str(file.relative_to(root)), file.read_text())
    ]


def tests_of_data(seconds: Iterable[tuple[str, float]]) -> dict[str, float]:
    """The tests that check the data, the fastest first."""
    chosen = {test: took for test, took in seconds if test.startswith(TESTS)}
    return dict(sorted(chosen.items(), key=lambda one: (one[1], one[0])))
