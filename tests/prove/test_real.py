# SPDX-License-Identifier: MIT
"""`prove` with real tools on dumps of guests: what it says of them is what is known of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import Run
from tests.compat.real import releases_of
from tests.compat.test_real_drgn import installed
from tests.dump.real import guest

pytestmark = pytest.mark.long

TABLE = "SYMBOL(init_top_pgt)"
MAPCOUNT = "OFFSET(page._mapcount)"
BASE = "NUMBER(phys_base)"
HEAD = "OFFSET(prb_desc_ring.head_id)"

# 1.6.8 is Debian's.
FILTERED = {
    ("1.6.8", ""): "wrong",
    ("1.6.8", TABLE): "fatal",
    ("1.7.2", ""): "wrong",
    ("1.7.2", MAPCOUNT): "wrong",
    ("1.7.6", ""): "degraded",
    ("1.7.6", MAPCOUNT): "wrong",
    ("1.7.8", ""): "ok",
    ("1.7.8", MAPCOUNT): "wrong",
    ("1.7.8", TABLE): "fatal",
}


def cells(run: Run, consumer: str, binary: Path, dump: Path, *options: str) -> dict[str, str]:
    """What came of each run, by what was taken away."""
    ran = run(
        "prove", "--consumer", consumer, "--binary", str(binary), *options, "--format", "json",
        str(dump),
    )  # fmt: skip
    assert ran.code in (0, 1), ran.err
    (found,) = ran.json("prove")["dumps"]
    return {" ".join(cell["without"]): cell["came"] for cell in found["cells"]}


@pytest.mark.parametrize("name", ["with-device.elf", "made.kdump"])
def test_makedumpfile_filters(run: Run, tmp_path: Path, name: str) -> None:
    releases = releases_of("makedumpfile")
    source = guest("6.12.*")
    dump = source / "with-device.elf"
    if name == "made.kdump":
        dump = tmp_path / name
        _made(run, releases["1.7.8"], source / "with-device.elf", dump)
    options = ["--reference", str(releases["1.7.8"]), "--trust-reference", "--command", "filter"]
    options += [word for key in (TABLE, MAPCOUNT) for word in ("--without", key)]
    options += ["--scratch", str(tmp_path), "--build", "debian"]
    for release, binary in releases.items():
        found = cells(run, "makedumpfile", binary, dump, *options)
        known = {keys: came for (of, keys), came in FILTERED.items() if of == release}
        assert {keys: found[keys] for keys in known} == known, release


def _made(run: Run, makedumpfile: Path, dump: Path, out: Path) -> None:
    """A compressed dump that has all pages."""
    import subprocess

    copy = out.with_suffix(".elf")
    text = out.with_suffix(".txt")
    text.write_text(run("note", str(dump)).out)
    assert run("attach", str(text), str(dump), "-o", str(copy)).code == 0
    subprocess.run([makedumpfile, "-c", "-d", "0", copy, out], capture_output=True, check=True)
    copy.unlink()


def test_a_log_that_does_not_end(run: Run, tmp_path: Path) -> None:
    releases = releases_of("makedumpfile")
    options = ["--command", "dmesg", "--without", HEAD, "--without", "OFFSET(printk_info.seq)"]
    options += ["--trust-reference", "--scratch", str(tmp_path), "--build", "debian"]
    dump = guest("6.12.*") / "with-device.elf"
    found = cells(run, "makedumpfile", releases["1.7.8"], dump, *options)
    assert found == {"": "ok", HEAD: "fatal", "OFFSET(printk_info.seq)": "ok"}


@pytest.mark.parametrize("release", ["0.0.33", "0.2.0"])
def test_drgn_opens(run: Run, tmp_path: Path, release: str) -> None:
    options = ["--scratch", str(tmp_path), "--build", "upstream", "--without", BASE]
    options += ["--without", "SYMBOL(swapper_pg_dir)", "--without", "KERNELOFFSET"]
    dump = guest("6.12.*") / "with-device.elf"
    for command in ("open", "kallsyms"):
        found = cells(run, "drgn", installed(release), dump, *options, "--command", command)
        assert found == {
            "": "ok",
            BASE: "fatal",
            "SYMBOL(swapper_pg_dir)": "fatal",
            "KERNELOFFSET": "ok",
        }
