# SPDX-License-Identifier: MIT
"""`vmcoreinfo budget`: a bound that holds for every real note, and is near them."""

from __future__ import annotations

import gzip
import lzma
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tests.command import Run
from tests.conftest import CORPUS, RealNote, real_notes
from tests.sync.recorded import write_recorded
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.kernel import kernel_named
from vmcoreinfo_codegen.query.budget import bound, lines_of_release


@pytest.mark.parametrize("note", real_notes(), ids=lambda note: note.file)
def test_no_real_note_passes_its_bound(schema: Schema, note: RealNote) -> None:
    arch = schema.architecture(note.arch)
    assert arch is not None
    size = len(note.text)
    own = kernel_named(schema, note.values["OSRELEASE"]).schema
    lines = lines_of_release(own, note.release, arch)
    worst = bound(lines, None)[0]
    assert size <= worst < 1.5 * size
    for line in lines:
        if line.key in note.values:
            assert len(line.key) + len(note.values[line.key]) + 2 <= line.bytes
    if note.config is not None:
        config = {name: note.config.get(name, False) for name in schema.config_names()}
        most, count, _ = bound(lines, config)
        assert size <= most <= worst
        # CRASHTIME is printed at the crash alone.
        assert count - 1 == len(note.values.keys() - {"CRASHTIME"})


def test_table_and_json(run: Run) -> None:
    ran = run("budget", "--kernel", "7.3", "--arch", "ppc64le")
    # Without NUMA, powerpc prints SYMBOL(contig_page_data) twice.
    assert ran.code == 1
    assert ran.out.startswith(
        "7.3 on ppc64: at most 4116 bytes in 117 lines\n"
        "room for 4096: 20 bytes too many, so the end is cut off\n"
    )
    assert run("budget", "--kernel", "7.3", "--arch", "x86_64").code == 0
    answer = run("budget", "--kernel", "7.3", "--arch", "ppc64", "--format", "json").json("budget")
    assert (answer["bytes"], answer["room"], answer["line_room"]) == (4116, 4096, 79)
    assert answer["longest"][0]["key"] == "OSRELEASE"
    trend = {point["release"]: point["bytes"] for point in answer["trend"]}
    assert trend["2.6.24"] < trend["5.9"] < trend["5.10"] < trend["7.3"]
    # What excludes each other is not counted together.
    assert answer["config"]["CONFIG_NUMA"] is False


@pytest.mark.parametrize("form", ["", ".gz", ".xz"])
def test_with_a_config(run: Run, tmp_path: Path, form: str) -> None:
    text = lzma.decompress((CORPUS / "configs/x86_64-6.1.0-56-amd64.config.xz").read_bytes())
    path = tmp_path / f"config{form}"
    packed = {"": text, ".gz": gzip.compress(text), ".xz": lzma.compress(text)}
    path.write_bytes(packed[form])
    arguments = ["budget", "--kernel", "6.1", "--format", "json"]
    exact = run(*arguments, "--config", str(path)).json("budget")
    worst = run(*arguments).json("budget")
    assert exact["config"] == {}
    assert exact["bytes"] < worst["bytes"]


def test_of_a_tree_and_a_plot(run: Run, tmp_path: Path) -> None:
    top = write_recorded("7.3.4", tmp_path / "linux")
    plot = tmp_path / "trend.svg"
    tree = run(
        "budget", "--kernel", str(top), "--arch", "ppc64", "--plot", str(plot), "--format", "json"
    )
    assert tree.json("budget")["bytes"] == 4116
    svg = ElementTree.parse(plot).getroot()
    titles = [t.text or "" for t in svg.iter("{http://www.w3.org/2000/svg}title")]
    assert any(title.startswith("7.3: 4116 bytes") for title in titles)


def test_a_note_that_grows_past_its_page(run: Run, tmp_path: Path) -> None:
    top = write_recorded("7.3.4", tmp_path / "linux")
    core = top / "kernel/vmcore_info.c"
    more = "".join(f"\tVMCOREINFO_NUMBER(one_more_of_many_{n});\n" for n in range(3))
    core.write_text(core.read_text().replace("\tVMCOREINFO_NUMBER(PG_lru);\n", more))
    ran = run("budget", "--kernel", str(top), "--arch", "riscv64")
    assert ran.code == 1
    assert "bytes too many, so the end is cut off" in ran.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--kernel", "6.99"], "unknown release '6.99'"),
        (["--kernel", "6.9", "--arch", "ia64"], "exports nothing on ia64"),
        (["--config", "README.md"], "not a kernel configuration"),
        (["--config", "none"], "No such file"),
    ],
)
def test_what_cannot_be_answered(run: Run, arguments: list[str], message: str) -> None:
    ran = run("budget", *arguments)
    assert ran.code == 2
    assert message in ran.err
