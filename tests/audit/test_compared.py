# SPDX-License-Identifier: MIT
"""What is compared with a kernel's own files, and which kernel a note is of."""

from __future__ import annotations

from pathlib import Path

import pytest

import vmcoreinfo
from tests.audit.asked import RULES, Told, subject, told
from tests.audit.test_rules import OneType
from vmcoreinfo_codegen.audit import audit
from vmcoreinfo_codegen.audit.identify import architectures_of, kernel_of
from vmcoreinfo_codegen.audit.run import Auditor, truth_of
from vmcoreinfo_codegen.audit.subject import Truth
from vmcoreinfo_codegen.core.expression import TypeFact
from vmcoreinfo_codegen.debuginfo.facts import Facts, Sources
from vmcoreinfo_codegen.debuginfo.kernel import KernelFiles
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.kernel import mainline

# ---- what else is known --------------------------------------------------------------


def with_symbols(**symbols: int) -> Truth:
    return Truth(symbols=symbols, symbols_name="System.map")


STEXT, PRB = 0xFFFFFFFF81000000, 0xFFFFFFFF82A20000


def lines(move: int, offset: int | None = None, prb: int = 0) -> str:
    text = f"OSRELEASE=6.12.0 SYMBOL(_stext)={STEXT + move:x} SYMBOL(init_uts_ns)={STEXT + move:x} "
    text += f"SYMBOL(prb)={PRB + move + prb:x}"
    return text if offset is None else f"{text} KERNELOFFSET={offset:x}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (lines(0), []),
        (lines(0, 0), []),
        # A vmlinux that was not moved says nothing of KERNELOFFSET.
        (lines(0, 0x1000000), []),
        (lines(0x1000000, 0x1000000), []),
        (lines(0x1000000), []),
        (
            lines(0x1000000, 0),
            [(5, "0 here, but symbols are moved by 1000000 against System.map")],
        ),
        (lines(0, None, 8), [(4, "ffffffff82a20008 here, but ffffffff82a20000 in System.map")]),
        (
            lines(0x1000000, None, 8),
            [
                (
                    4,
                    "ffffffff83a20008 here, but ffffffff83a20000 in System.map "
                    "(ffffffff82a20000 moved by 1000000)",
                )
            ],
        ),
    ],
)
def test_symbols(schema: Schema, text: str, said: list[tuple[int, str]]) -> None:
    truth = with_symbols(_stext=STEXT, init_uts_ns=STEXT, prb=PRB)
    found = told("other-symbols", subject(schema, text, truth=truth))
    assert [(one.line, one.message) for one in found] == said
    assert told("other-symbols", subject(schema, text)) == []
    assert told("other-symbols", subject(schema, text, truth=with_symbols(other=1))) == []


def test_types(schema: Schema) -> None:
    facts = Facts([TypeFact("size", "list_head")], Sources(OneType()))
    truth = Truth(facts=facts, facts_name="btf")
    right = subject(schema, "OSRELEASE=6.12.0 SIZE(list_head)=16 SIZE(page)=1", truth=truth)
    assert told("other-types", right) == []
    wrong = subject(schema, "OSRELEASE=6.12.0 SIZE(list_head)=24", truth=truth)
    assert told("other-types", wrong) == [
        Told(2, "SIZE(list_head)", "error", "24 here, but 16 in btf")
    ]
    unheard = subject(schema, "OSRELEASE=unheard SIZE(list_head)=24", truth=truth)
    assert told("other-types", unheard) == []


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("OSRELEASE=6.12.1 BUILD-ID=00ff", []),
        ("OSRELEASE=6.12.0 BUILD-ID=00ff", ["OSRELEASE"]),
        ("OSRELEASE=6.12.1 BUILD-ID=00fe", ["BUILD-ID"]),
        ("PAGESIZE=4096", []),
        # Releases that are known for garbage can print a good one, and others garbage: its bytes tell.
        ("OSRELEASE=6.6.60 BUILD-ID=00fe", ["OSRELEASE", "BUILD-ID"]),
        ("OSRELEASE=6.6.60 BUILD-ID=1400000003000000474e5500", ["OSRELEASE"]),
        ("OSRELEASE=6.12.1 BUILD-ID=1400000003000000474e5500", []),
    ],
)
def test_a_vmlinux_of_another_kernel(schema: Schema, text: str, keys: list[str]) -> None:
    truth = Truth(release="6.12.1", build_id="00ff", vmlinux_name="vmlinux")
    found = told("other-kernel", subject(schema, text, truth=truth))
    assert [one.key for one in found] == keys
    assert all(one.message.endswith("in vmlinux") for one in found)
    assert told("other-kernel", subject(schema, text)) == []


# ---- which kernel a note is of -------------------------------------------------------


def release(schema: Schema, text: str) -> tuple[str, str | None] | None:
    """The release, and what the vendor of the kernel is, empty for none."""
    found = kernel_of(schema, vmcoreinfo.parse(f"OSRELEASE={text}\n".encode()))
    if found is None:
        return None
    return str(found.release), found.line.line.name if found.line else found.added


def test_releases(schema: Schema) -> None:
    assert release(schema, "6.12.3") == ("6.12.3", "")
    assert release(schema, "6.1.0-56-amd64") == ("6.1", "debian")
    assert release(schema, "6.1.0-56-other") == ("6.1", "-56-other")
    assert release(schema, "4.18.0-372.9.1.el8.x86_64") == ("4.18", "rhel8")
    assert release(schema, "init_uts_ns.name.release") == ("2.6.25", "")
    assert release(schema, "99.1.0-x") == (str(schema.latest), "-x")
    assert release(schema, "2.4.0") is None
    assert release(schema, "unheard") is None


def told_archs(schema: Schema, text: str) -> set[str]:
    info = vmcoreinfo.parse("".join(f"{line}\n" for line in text.split()).encode())
    return {arch.name for arch in architectures_of(kernel_of(schema, info), info)}


def test_architectures(schema: Schema) -> None:
    keys = "SIZE(list_head)=16 SYMBOL(_stext)=ffffffff81000000"
    assert told_archs(schema, f"OSRELEASE=6.12.0 {keys} NUMBER(phys_base)=0") == {"x86_64"}
    assert told_archs(schema, "OSRELEASE=6.12.0 NUMBER(VA_BITS)=48 NUMBER(kimage_voffset)=0x1") == {
        "arm64"
    }
    assert told_archs(schema, "OSRELEASE=unheard SIZE(list_head)=16") == set()
    # A width that does not fit, and an address that does not, are worth more than keys.
    assert "x86_64" not in told_archs(schema, "OSRELEASE=6.12.0 SIZE(list_head)=8")
    narrow = told_archs(schema, "OSRELEASE=6.12.0 SIZE(list_head)=8 SYMBOL(_stext)=c0000000")
    assert narrow and narrow <= {arch.name for arch in schema.architectures if arch.bits == 32}
    low = told_archs(schema, "OSRELEASE=6.12.0 SIZE(list_head)=16 SYMBOL(_stext)=1000")
    assert "x86_64" not in low


def test_a_name_in_the_release_decides_between_equals(schema: Schema) -> None:
    text = "OSRELEASE=6.12.0{} SIZE(list_head)=16"
    alike = told_archs(schema, text.format(""))
    assert len(alike) > 1
    for arch in schema.architectures:
        if arch.name in alike:
            assert told_archs(schema, text.format(f"+deb13-{arch.name}")) == {arch.name}


def test_findings_are_sorted(schema: Schema) -> None:
    """The worst first, then by rule, line and key."""
    about = subject(
        schema, "OSRELEASE=6.12.0 SIZE(z)=1 SIZE(page)=064 SIZE(page)=0 PAGESIZE=3 SIZE(a)=1"
    )
    found = [(one.severity.value, one.rule, one.line or 0, one.key or "") for one in audit(about)]
    places = {"error": 0, "warning": 1, "info": 2}
    assert found == sorted(found, key=lambda one: (places[one[0]], *one[1:]))
    assert {one[0] for one in found} >= {"error", "warning"}


def test_what_rules_compare_with() -> None:
    """Options of the command; most rules need none."""
    needs = {rule.needs for rule in RULES.values()}
    assert needs == {"", "--config", "--vmlinux", "--btf", "--symbols", "a dump"}
    assert RULES["page-size"].needs == RULES["quirk"].needs == ""


@pytest.mark.parametrize(
    ("text", "releases"),
    [
        ("6.12", ["6.12"]),
        ("6.12.0", ["6.12"]),
        ("6.12.7", ["6.12.7"]),
        ("6.12.7-1-amd64", ["6.12.7"]),
        ("6.1.0-56-amd64", ["6.1", "6.1.100000"]),
        ("unheard", []),
    ],
)
def test_the_releases_that_a_note_may_be_of(schema: Schema, text: str, releases: list[str]) -> None:
    found = subject(schema, f"OSRELEASE={text}").releases
    assert [str(one) for one in found] == releases


def test_an_input_that_is_none(schema: Schema, tmp_path: Path) -> None:
    absent, empty = tmp_path / "absent", tmp_path / "text"
    empty.write_bytes(b"A=1\nB=2\n")
    for path, said in ((absent, "No such file"), (empty, "no VMCOREINFO entries")):
        audited = Auditor(schema).audited(str(path), "text" if path is empty else None)
        assert (audited.is_readable, audited.release, audited.arch) == (False, None, None)
        (finding,) = audited.findings
        assert (finding.rule, finding.severity, finding.key) == ("VMCA000", "error", None)
        assert said in finding.message and str(path) not in finding.message


def test_what_is_compared_with_is_named(schema: Schema, tmp_path: Path) -> None:
    """By the file that it came from, and counted; without a file there is no count."""
    files = KernelFiles(
        types=OneType(),
        types_name="vmlinux.btf",
        symbols={"_stext": STEXT},
        symbols_name="System.map",
        release="6.12.1",
        build_id="00ff",
        vmlinux_name="vmlinux",
    )
    path = tmp_path / "note"
    path.write_bytes(
        b"OSRELEASE=6.12.0\nBUILD-ID=00fe\nSIZE(list_head)=24\n"
        + f"SYMBOL(_stext)={STEXT:x}\nKERNELOFFSET=0\n".encode()
    )
    arch = schema.architecture("x86_64")
    alone = Auditor(schema, arch).audited(str(path), "text")
    assert (alone.compared_types, alone.compared_symbols) == (None, None)
    audited = Auditor(schema, arch, truth=truth_of(schema, files, None)).audited(str(path), "text")
    assert (audited.compared_types, audited.compared_symbols) == (1, 1)
    said = {finding.key: finding.message for finding in audited.findings if finding.line}
    assert said["SIZE(list_head)"] == "24 here, but 16 in vmlinux.btf"
    assert said["OSRELEASE"] == "6.12.0 here, but 6.12.1 in vmlinux"
    assert said["BUILD-ID"] == "00fe here, but 00ff in vmlinux"
    assert (audited.release, audited.arch, audited.checked_as) == ("6.12.0", "x86_64", None)
    other = Auditor(schema, arch, mainline(schema, schema.latest)).audited(str(path), "text")
    assert other.checked_as == str(schema.latest)
