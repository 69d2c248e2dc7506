# SPDX-License-Identifier: MIT
"""C sources that may take too much time, memory, or stack."""

from __future__ import annotations

from collections.abc import Callable

GOOD = "void good(void)\n{\n\tVMCOREINFO_NUMBER(good);\n}\n"


def _inside(expression: str) -> str:
    return f"{GOOD}#if {expression}\n{GOOD}#endif\n"


def _nested(conditions: list[str]) -> str:
    opened = "".join(f"#if {condition}\n" for condition in conditions)
    return GOOD + opened + GOOD + "#endif\n" * len(conditions)


def _in_body(code: str) -> str:
    return f"{GOOD}void f(void)\n{{\n{code}\n}}\n"


_APPEND = 'vmcoreinfo_append_str("%s=%%lx\\n", x);'
_DEEP = 30_000

# Contents of a file, each with an export that has to be found anyway.
SOURCES: dict[str, Callable[[], str]] = {
    "17 alternatives": lambda: _inside(
        " && ".join(f"(defined(CONFIG_A{i}) || defined(CONFIG_B{i}))" for i in range(17))
    ),
    "60 alternatives": lambda: _inside(
        " && ".join(f"(C{i} || C{i + 1} || !C{i + 2})" for i in range(60))
    ),
    "pigeons in too few holes": lambda: _nested(
        [f"!(P{i}H{j} && P{k}H{j})" for j in range(5) for i in range(6) for k in range(i)]
        + [" || ".join(f"P{i}H{j}" for j in range(5)) for i in range(6)]
    ),
    "nested ifdef": lambda: (
        f"{GOOD}{'#ifdef CONFIG_A' * 0}"
        + "".join(f"#ifdef CONFIG_{i}\n" for i in range(_DEEP))
        + GOOD
        + "#endif\n" * _DEEP
    ),
    "nested if, not closed": lambda: GOOD + "#if A\n" * 300_000 + GOOD,
    "a chain of elif": lambda: (
        GOOD + "#if A\n" + "".join(f"#elif A{i}\n{GOOD}" for i in range(3000)) + "#endif\n"
    ),
    "a chain of elif, one name in all": lambda: (
        GOOD + "#if A\n" + "".join(f"#elif A{i} && B\n{GOOD}" for i in range(3000)) + "#endif\n"
    ),
    "else without end": lambda: GOOD + "#if A\n" + "#else\n" * 300_000,
    "endif without if": lambda: GOOD + "#endif\n" * 300_000,
    "not": lambda: _inside("!" * 50_000 + "A"),
    "not, short": lambda: _inside("!" * 1900 + "A"),
    "parentheses in if": lambda: _inside("(" * 50_000 + "A" + ")" * 50_000),
    "parentheses in if, short": lambda: _inside("(" * 900 + "A" + ")" * 900),
    "open parentheses in if": lambda: _inside("(" * 50_000),
    "nested alternatives": lambda: _inside("A || (B && (" * 150 + "C" + "))" * 150),
    "a long chain of or": lambda: _inside("||".join(["A"] * 600)),
    "a longer chain of or": lambda: _inside("||".join(["A"] * 50_000)),
    "decimal digits": lambda: _inside("9" * 5000),
    "fewer decimal digits": lambda: _inside("9" * 1500),
    "digits compared": lambda: _inside(f"CONFIG_N == {'9' * 1900}"),
    "hexadecimal digits": lambda: _inside("CONFIG_N == 0x" + "f" * 1900),
    "octal digits": lambda: _inside("CONFIG_N != 0" + "7" * 1900),
    "no octal": lambda: _inside("08"),
    "no octal compared": lambda: _inside("CONFIG_N == 09"),
    "other digits": lambda: _inside("CONFIG_N == \u0663"),
    "nothing": lambda: _inside(""),
    "operators": lambda: _inside("&& || ! == <"),
    "a name": lambda: _inside("A" * 1_000_000),
    "names": lambda: _inside(" ".join(f"A{i}" for i in range(100_000))),
    "one key in many places": lambda: "".join(
        f"#if {' && '.join(f'C{i}_{j}' for j in range(8))}\n{GOOD}#endif\n" for i in range(60)
    ),
    "nested calls": lambda: _in_body("VMCOREINFO_SYMBOL(" * 20_000 + "x" + ")" * 20_000 + ";"),
    "calls without end": lambda: _in_body("VMCOREINFO_SYMBOL(" * 9_000),
    "calls in one line": lambda: _in_body("VMCOREINFO_OTHER(x);" * 9_000),
    "too many calls": lambda: _in_body("VMCOREINFO_NUMBER(x);" * 200_000),
    "a long call": lambda: _in_body(f"VMCOREINFO_NUMBER({'x' * 3_000_000});"),
    "a deep call": lambda: _in_body(f"VMCOREINFO_NUMBER({'[' * 1900}{']' * 1900});"),
    "a chain of macros": lambda: (
        "".join(f"#define VMCOREINFO_M{i}(x) VMCOREINFO_M{i + 1}(x)\n" for i in range(5000))
        + "#define VMCOREINFO_M5000(x) VMCOREINFO_NUMBER(x)\n"
        + _in_body("VMCOREINFO_M0(a);VMCOREINFO_M4995(b);")
    ),
    "very many macros": lambda: (
        "".join(f"#define M{i}(x) VMCOREINFO_NUMBER(x)\n" for i in range(150_000))
        + _in_body("M7(a);")
    ),
    "one macro many times": lambda: (
        "#define M(x) VMCOREINFO_NUMBER(x)\n" * 150_000 + _in_body("M(a);" * 5000)
    ),
    "macros of macros": lambda: (
        "".join(f"#define M{i}(x) {f'M{i + 1}(x); ' * 20}\n" for i in range(6))
        + "#define M6(x) VMCOREINFO_NUMBER(x)\n"
        + _in_body("M0(a);")
    ),
    "arguments that grow": lambda: (
        "".join(f"#define M{i}(x) M{i + 1}({'x ' * 100})\n" for i in range(9))
        + "#define M9(x) VMCOREINFO_NUMBER(x)\n"
        + _in_body("M0(abcdefgh);")
    ),
    "a macro that calls itself": lambda: (
        "#define M(x) M(x) VMCOREINFO_NUMBER(x)\n" + _in_body("M(a);")
    ),
    "a long macro": lambda: (
        f"#define M(x) {'x ' * 2_000_000} VMCOREINFO_NUMBER(x)\n" + _in_body("M(a);")
    ),
    "quotes in a macro": lambda: (
        '#define M(x) "' + '\\"' * 30_000 + " VMCOREINFO_NUMBER(x)\n" + _in_body("M(a);")
    ),
    "blanks in a macro": lambda: (
        f"#define M(x) #{' ' * 60_000}# VMCOREINFO_NUMBER(x)\n" + _in_body("M(a);")
    ),
    "comments without end": lambda: GOOD + "/* " * 1_000_000,
    "lines with a quote": lambda: GOOD + '"\n' * 1_000_000,
    "escaped quotes": lambda: GOOD + '"' + '\\"' * 1_500_000 + "\n",
    "apostrophes": lambda: GOOD + "'" + "\\'" * 1_500_000 + "\n",
    "heads of functions": lambda: GOOD + "f(a)\n" * 500_000,
    "braces": lambda: GOOD + "f(a)\n{" * 300_000 + "VMCOREINFO_NUMBER(x);",
    "parentheses": lambda: GOOD + "f(" * 1_000_000 + "VMCOREINFO_NUMBER(x);",
    "a guard": lambda: "#ifndef A" + "\n" * 3_000_000 + GOOD,
    "a continued line": lambda: GOOD + "#define A \\\n" + "\\\n" * 2_000_000,
    "a line": lambda: GOOD + "x" * 4_000_000,
    "blanks": lambda: GOOD + " " * 4_000_000 + "\n#" + " " * 3_000_000,
    "words": lambda: GOOD + "VMCOREINFO_" + "A" * 4_000_000,
    "a format": lambda: _in_body(_APPEND % ("A%" + "0" * 3900)),
    "a width": lambda: _in_body(f'vmcoreinfo_append_str("A=%{"0" * 3900}q\\n", x);'),
    "a key with a blank": lambda: _in_body(_APPEND % "A B"),
    "a key with an escape": lambda: _in_body(_APPEND % "A\x1b[2J\x07"),
    "a key of a schema": lambda: _in_body(_APPEND % "A {\\n\\tsince 1.0"),
    "a key with a quote": lambda: _in_body(_APPEND % 'A\\"B'),
    "a long key": lambda: _in_body(_APPEND % ("A" * 3000)),
    "no key": lambda: _in_body(_APPEND % ""),
    "an escape in a condition": lambda: _inside("A > \x1b]0;pwned\x07"),
    "zeros": lambda: GOOD.replace("\t", "\0") + "\0" * 1_000_000 + GOOD,
    "carriage returns": lambda: GOOD + "\r" * 1_000_000 + GOOD,
    "lines of nothing": lambda: GOOD + "\n" * 5_000_000 + GOOD,
    "a directive of nothing": lambda: GOOD + "#\n" * 2_000_000,
    "too much": lambda: GOOD * 300_000,
}
