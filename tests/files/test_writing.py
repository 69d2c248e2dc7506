# SPDX-License-Identifier: MIT
"""Files are never lost: what is written is whole, and never an input."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command import NOTE, Run
from tests.conftest import ROOT
from tests.dump.make import elf
from vmcoreinfo_codegen.emit.problem import NotOurs
from vmcoreinfo_codegen.emit.product import Product, write
from vmcoreinfo_codegen.emit.stamp import command_of
from vmcoreinfo_codegen.files import writing
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.targets import TARGETS, emit

COMMAND = (sys.executable, "-m", "vmcoreinfo_codegen")


def command(*arguments: object, most_bytes: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run as a process, which may write files of `most_bytes` at most."""

    def limit() -> None:
        if most_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

    words = [*COMMAND, *map(str, arguments)]
    return subprocess.run(words, preexec_fn=limit, capture_output=True, text=True, cwd=ROOT)


def dump_in(folder: Path, name: str = "vmcore") -> Path:
    path = folder / name
    path.write_bytes(elf() + b"memory" * 1000)
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


# ---- an input is never written to ------------------------------------------------------


def _same(path: Path) -> Path:
    return path


def _link(path: Path) -> Path:
    link = path.with_name(f"{path.name}.link")
    link.symlink_to(path)
    return link


def _hard_link(path: Path) -> Path:
    link = path.with_name(f"{path.name}.hard")
    link.hardlink_to(path)
    return link


NOTE_OUT = ["note", "IN", "-o", "OUT"]


@pytest.mark.parametrize("other", [_link, _hard_link])
def test_an_input_is_no_output_by_another_name(
    run: Run, tmp_path: Path, other: Callable[[Path], Path]
) -> None:
    refused(run, tmp_path, NOTE_OUT, other)
    refused(run, tmp_path, ["attach", NOTE, "IN", "-o", "OUT"], other)


@pytest.mark.parametrize(
    "words",
    [
        NOTE_OUT,
        ["find", "IN", "-o", "OUT"],
        ["attach", NOTE, "IN", "-o", "OUT"],
        ["attach", "IN", "DUMP", "-o", "OUT"],
        ["adapt", "IN", "--for", "drgn@0.2.0", "-o", "OUT"],
        ["generate", "c", "--keys", "IN", "--out", "FOLDER", "--depfile", "OUT"],
        ["budget", "--config", "IN", "--plot", "OUT"],
        ["synth", "--kernel", "7.3.4", "--arch", "x86_64", "--symbols", "IN", "-o", "OUT"],
    ],
    ids=" ".join,
)
def test_an_input_is_no_output(run: Run, tmp_path: Path, words: list[str]) -> None:
    refused(run, tmp_path, words, _same)


def refused(run: Run, folder: Path, words: list[str], other: Callable[[Path], Path]) -> None:
    tmp_path = Path(tempfile.mkdtemp(dir=folder))
    contents_of = {
        "--keys": b"OSRELEASE\n",
        "--symbols": b"ffffffff81000000 T _text\n",
        "--config": b"CONFIG_NUMA=y\n",
    }
    data = next((contents_of[word] for word in words if word in contents_of), None)
    source = tmp_path / "in"
    assert run("attach", NOTE, str(dump_in(tmp_path)), "-o", str(source)).code == 0
    if data is not None:
        source.write_bytes(data)
    before = source.read_bytes()
    places = {"IN": source, "OUT": other(source), "DUMP": dump_in(tmp_path), "FOLDER": tmp_path}
    ran = run(*(str(places.get(word, word)) for word in words))
    assert ran.code == 2, ran.err
    assert f"{places['OUT']}: the same file as the input" in ran.err
    assert source.read_bytes() == before


def test_standard_input_is_no_output(tmp_path: Path) -> None:
    note = tmp_path / "note"
    shutil.copyfile(ROOT / NOTE, note)
    with note.open("rb") as file:
        words = [*COMMAND, "note", "-", "-o", str(note)]
        ran = subprocess.run(words, stdin=file, capture_output=True, text=True)
    assert ran.returncode == 2
    assert "standard input; give a different output file" in ran.stderr
    assert note.read_bytes() == (ROOT / NOTE).read_bytes()


def test_a_schema_file_is_no_output(run: Run, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "schema", tmp_path / "schema")
    out = tmp_path / "schema" / "releases.vmci"
    ran = run("budget", "--schema", str(tmp_path / "schema"), "--plot", str(out))
    assert ran.code == 2 and "the same file as the input" in ran.err
    assert out.read_bytes() == (ROOT / "schema" / "releases.vmci").read_bytes()


def test_a_product_is_no_depfile(run: Run, tmp_path: Path) -> None:
    header = tmp_path / "vmcoreinfo.h"
    words = ["generate", "c", "--for", "drgn", "--out", str(tmp_path)]
    ran = run(*words, "--depfile", str(header))
    assert ran.code == 2 and "the same file as the input" in ran.err
    assert b"do not edit" in header.read_bytes()


# ---- nobody else's file is touched -------------------------------------------------------


def test_what_stands_beside_an_output_stays(run: Run, tmp_path: Path) -> None:
    """The dump was called as the copy with .partial, which a copy was written to at first."""
    dump, out = dump_in(tmp_path, "vmcore.partial"), tmp_path / "vmcore"
    before = dump.read_bytes()
    assert run("attach", NOTE, str(dump), "-o", str(out)).code == 0
    assert dump.read_bytes() == before
    assert run("note", str(out)).out.startswith("OSRELEASE=7.3.4")
    assert sorted(os.listdir(tmp_path)) == ["vmcore", "vmcore.partial"]


def test_a_planted_link_is_not_followed(run: Run, tmp_path: Path) -> None:
    dump, victim = dump_in(tmp_path), tmp_path / "victim"
    victim.write_bytes(b"precious")
    (tmp_path / "out.partial").symlink_to(victim)
    assert run("attach", NOTE, str(dump), "-o", str(tmp_path / "out")).code == 0
    assert victim.read_bytes() == b"precious"


def test_names_of_new_files_can_not_be_foreseen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    monkeypatch.setattr(os, "urandom", lambda size: bytes(size))
    (tmp_path / f".vmcoreinfo-partial-{bytes(8).hex()}").symlink_to(victim)
    with pytest.raises(FileExistsError) as caught:
        writing.write(tmp_path / "out", b"new")
    assert caught.value.filename == str(tmp_path / "out")
    assert victim.read_bytes() == b"precious"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o400])
def test_a_copy_of_a_dump_is_for_the_same_people(run: Run, tmp_path: Path, mode: int) -> None:
    dump, out = dump_in(tmp_path), tmp_path / "out"
    dump.chmod(mode)
    assert run("attach", NOTE, str(dump), "-o", str(out)).code == 0
    assert stat.S_IMODE(out.stat().st_mode) == mode
    out.chmod(0o644)
    assert run("attach", NOTE, str(dump), "-o", str(out)).code == 0
    assert stat.S_IMODE(out.stat().st_mode) == mode & 0o644


def test_what_is_replaced_keeps_its_permissions(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_bytes(b"old")
    out.chmod(0o640)
    assert run("note", NOTE, "-o", str(out)).code == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o640


def test_a_link_to_the_output_stays_one(run: Run, tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)
    assert run("note", NOTE, "-o", str(link)).code == 0
    assert link.is_symlink() and target.read_bytes().startswith(b"OSRELEASE=7.3.4")


def test_a_file_that_may_not_be_written_stays(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    out.write_bytes(b"old")
    # As it answers to who is not root.
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    assert run("note", NOTE, "-o", str(out)).code == 2
    assert out.read_bytes() == b"old"


def test_pipes_and_devices_are_written_to(tmp_path: Path) -> None:
    for out in ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "-"):
        log = tmp_path / "log"
        log.write_bytes(b"before\n")
        with log.open("ab") as file:
            words = [*COMMAND, "note", str(ROOT / NOTE), "-o", out]
            assert subprocess.run(words, stdout=file, cwd=tmp_path).returncode == 0
        text = log.read_bytes()
        assert len(text) > 2000, out
    assert os.listdir(tmp_path) == ["log"]
    assert command("note", NOTE, "-o", "/dev/full").returncode == 2


# ---- after a failure the old file is there -----------------------------------------------


CHANGED_BY_FMT = ("kernel/page.vmci", "derivations.vmci")


def stale_schema(folder: Path) -> Path:
    """A copy of the schema of which `fmt` changes two files."""
    shutil.copytree(ROOT / "schema", folder / "schema")
    for name in CHANGED_BY_FMT:
        path = folder / "schema" / name
        path.write_text(path.read_text().replace("{\n", "{\n\n\n", 1))
    return folder / "schema"


@pytest.mark.long
def test_fmt_on_a_full_disk(tmp_path: Path) -> None:
    schema = stale_schema(tmp_path)
    before = contents(tmp_path)
    sizes = [(schema / name).stat().st_size for name in CHANGED_BY_FMT]
    ran = command("fmt", schema, most_bytes=sum(sizes) // 2)
    assert ran.returncode == 2
    assert "File too large" in ran.stderr and ".vmci: " in ran.stderr
    assert contents(tmp_path) == before
    assert command("fmt", schema).returncode == 0
    assert contents(tmp_path) != before


@pytest.mark.long
def test_generate_and_regenerate_on_a_full_disk(run: Run, tmp_path: Path) -> None:
    words = ["generate", "c", "--for", "drgn", "--out", str(tmp_path)]
    assert run(*words).code == 0
    source = tmp_path / "vmcoreinfo.c"
    header = tmp_path / "vmcoreinfo.h"
    for path in (source, header):
        path.write_text(path.read_text() + "\n/* stale */\n")
    before = contents(tmp_path)
    # The header alone has room.
    most = (header.stat().st_size + source.stat().st_size) // 2
    for again in (words, ["regenerate", str(tmp_path)]):
        ran = command(*again, most_bytes=most)
        assert ran.returncode == 2 and "vmcoreinfo.c: File too large" in ran.stderr
        assert contents(tmp_path) == before


def test_note_and_attach_on_a_full_disk(tmp_path: Path) -> None:
    dump, out = dump_in(tmp_path), tmp_path / "out"
    out.write_bytes(b"old")
    for words in (["note", NOTE, "-o", out], ["attach", NOTE, dump, "-o", out]):
        ran = command(*words, most_bytes=1000)
        assert ran.returncode == 2 and "out: File too large" in ran.stderr
        assert out.read_bytes() == b"old"
    assert sorted(os.listdir(tmp_path)) == ["out", "vmcore"]


def test_a_killed_copy_leaves_the_old_file(tmp_path: Path) -> None:
    dump, out = tmp_path / "vmcore", tmp_path / "out"
    dump.write_bytes(elf() + b"memory" * 1000)
    with dump.open("r+b") as file:
        # Data, not a hole, in pieces: a copy of it takes a while.
        for place in range(1, 2000):
            file.seek(place << 16)
            file.write(b"x")
    out.write_bytes(b"old")
    words = [*COMMAND, "attach", str(ROOT / NOTE), str(dump), "-o", str(out)]
    child = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    while child.poll() is None and not list(tmp_path.glob(".vmcoreinfo-partial-*")):
        time.sleep(0.001)
    child.send_signal(signal.SIGKILL)
    child.wait()
    if child.returncode == -signal.SIGKILL:
        assert out.read_bytes() == b"old"
    assert out.read_bytes() == b"old" or out.stat().st_size > dump.stat().st_size


def test_killed_at_any_point_of_writing(tmp_path: Path) -> None:
    """Each call to the system in turn is the last one."""
    program = (
        "import os, sys\n"
        "from vmcoreinfo_codegen.files import writing\n"
        "left = int(sys.argv[1])\n"
        "def audit(event, arguments):\n"
        "    global left\n"
        "    if event in ('open', 'os.rename', 'os.remove', 'os.chmod'):\n"
        "        left -= 1\n"
        "        if not left: os.kill(os.getpid(), 9)\n"
        "sys.addaudithook(audit)\n"
        "writing.write_all([('one', b'new' * 9999), ('two', b'new' * 9999)])\n"
    )
    killed = 0
    for left in range(1, 50):
        folder = tmp_path / str(left)
        folder.mkdir()
        for name in ("one", "two"):
            (folder / name).write_bytes(b"old" * 9999)
        words = [sys.executable, "-c", program, str(left)]
        ran = subprocess.run(words, cwd=folder, capture_output=True)
        for name in ("one", "two"):
            assert (folder / name).read_bytes() in (b"old" * 9999, b"new" * 9999)
        if ran.returncode == 0:
            assert {p.read_bytes() for p in folder.iterdir()} == {b"new" * 9999}
            break
        assert ran.returncode == -signal.SIGKILL, ran.stderr
        killed += 1
    assert killed >= 6


def test_more_files_than_a_process_may_have_open(tmp_path: Path) -> None:
    program = (
        "import resource\n"
        "from vmcoreinfo_codegen.files import writing\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))\n"
        "writing.write_all((f'file{n}', b'%d' % n) for n in range(200))\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert contents(tmp_path) == {f"file{n}": b"%d" % n for n in range(200)}


# ---- products ------------------------------------------------------------------------------


def test_generate_sweeps_its_own_alone(run: Run, tmp_path: Path) -> None:
    assert run("generate", "c", "--out", str(tmp_path)).code == 0
    folder = tmp_path / "c"
    before, to_make, behind = (folder / "vmcoreinfo.h").read_text().partition("To make it again")
    stamp = before + to_make + behind.partition("*/")[0] + "*/\n"
    others = {
        "notes.md": "How this came:\nGenerated by vmcoreinfo 0.1.0, then edited by hand.\n",
        "quoted.h": stamp.partition("do not edit")[0] + "*/\n",
        "subset.h": stamp.replace("generate c", "generate c --for drgn"),
        "python.py": stamp.replace("generate c", "generate python"),
    }
    for name, text in others.items():
        (folder / name).write_text(text)
    (folder / "gone.h").write_text(stamp)
    (folder / "link.h").symlink_to(folder / "gone.h")
    ran = run("generate", "c", "--out", str(tmp_path), "--format", "json").json("generate")
    assert ran["removed"] == ["c/gone.h"]
    assert {name: (folder / name).read_text() for name in others} == others
    assert (folder / "link.h").is_symlink()


@pytest.mark.long
@pytest.mark.parametrize("text", ["/* by hand */\n", None])
def test_generate_overwrites_its_own_alone(run: Run, tmp_path: Path, text: str | None) -> None:
    assert run("generate", "c", "--for", "crash", "--out", str(tmp_path)).code == 0
    header = tmp_path / "vmcoreinfo.h"
    if text is not None:
        header.write_text(text)
    before = contents(tmp_path)
    words = ["generate", "c", "--for", "drgn", "--out", str(tmp_path)]
    ran = run(*words)
    assert ran.code == 2
    made = (
        "not generated by vmcoreinfo"
        if text
        else "generated by 'vmcoreinfo generate c --for crash'"
    )
    assert f"{header}: {made}" in ran.err and "--force" in ran.err
    assert contents(tmp_path) == before
    assert run(*words, "--force").code == 0
    assert "generate c --for drgn" in header.read_text()


@pytest.mark.long
def test_generate_follows_no_link(run: Run, tmp_path: Path) -> None:
    elsewhere, out = tmp_path / "elsewhere", tmp_path / "out"
    elsewhere.mkdir()
    out.mkdir()
    victim = elsewhere / "vmcoreinfo.h"
    assert run("generate", "c", "--out", str(elsewhere / "c")).code == 0
    shutil.move(elsewhere / "c" / "c" / "vmcoreinfo.h", victim)
    victim.write_text(victim.read_text() + "/* stale */\n")
    before = contents(elsewhere)
    (out / "c").symlink_to(elsewhere)
    ran = run("generate", "c", "--out", str(out), "--force")
    assert ran.code == 2 and f"{out / 'c'}: a symbolic link" in ran.err
    (out / "c").unlink()
    (out / "c").mkdir()
    (out / "c" / "vmcoreinfo.h").symlink_to(victim)
    ran = run("generate", "c", "--out", str(out), "--force")
    assert ran.code == 2 and f"{out / 'c' / 'vmcoreinfo.h'}: a symbolic link" in ran.err
    assert contents(elsewhere) == before


@pytest.mark.parametrize("kind", ["a folder", "a pipe", "30 GB"])
def test_what_is_no_product_stays(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "a.md"
    if kind == "a folder":
        place.mkdir()
    elif kind == "a pipe":
        os.mkfifo(place)
    else:
        with place.open("wb") as file:
            file.truncate(30 << 30)
    with pytest.raises(NotOurs, match=r"a\.md: .*remove it"):
        write([Product("a.md", "new\n")], tmp_path, force=True)


@pytest.mark.long
def test_every_product_says_its_command(schema: Schema) -> None:
    for product in emit(schema, TARGETS):
        stamped = command_of(product.text) or product.path.endswith(".csv")
        assert stamped, product.path


def test_a_table_without_comments_has_its_stamp_beside_it(tmp_path: Path) -> None:
    stamp = (ROOT / "generated/tables/compat.csv.license").read_text()
    products = [Product("t/a.csv", "new\n"), Product("t/a.csv.license", stamp)]
    table = tmp_path / "t" / "a.csv"
    assert write(products, tmp_path).written == ["t/a.csv", "t/a.csv.license"]
    table.write_text("stale\n")
    assert write(products, tmp_path).written == ["t/a.csv"]
    for beside in ("by hand\n", stamp.replace("generate tables", "generate c")):
        table.with_name("a.csv.license").write_text(beside)
        table.write_text("mine\n")
        with pytest.raises(NotOurs, match=r"a\.csv: "):
            write(products, tmp_path)
        assert table.read_text() == "mine\n"
