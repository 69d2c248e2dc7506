# SPDX-License-Identifier: MIT
"""A cached model is the same as the schema read anew, and nothing else is ever taken for it."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.model.test_files import entry, write
from vmcoreinfo_codegen.core.key import Kind
from vmcoreinfo_codegen.model import Schema, builder
from vmcoreinfo_codegen.model.store import cache
from vmcoreinfo_codegen.model.vocabulary import Described
from vmcoreinfo_codegen.problem import SchemaError
from vmcoreinfo_codegen.shape import plain


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small schema, and a folder for caches of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    source = f'source "releases.vmci"\n{entry("NUMBER(X)")}'
    return write(tmp_path / "schema", schema=source, releases="release 6.10\t2024-07-14\n")


@pytest.fixture
def whole(folder: Path) -> Path:
    shutil.rmtree(folder)
    shutil.copytree(ROOT / "schema", folder)
    return folder


@pytest.fixture
def read_anew(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that were read rather than taken out of the cache."""
    read = []
    load = builder.load

    def told(folder: Path) -> Schema:
        read.append(folder)
        return load(folder)

    monkeypatch.setattr(builder, "load", told)
    return read


def file_of(folder: Path) -> Path:
    (found,) = (folder.parent / "caches" / "vmcoreinfo").iterdir()
    return found


def test_what_is_kept_is_what_was_read(whole: Path, read_anew: list[Path], schema: Schema) -> None:
    first, second = cache.load_cached(whole), cache.load_cached(whole)
    assert read_anew == [whole]
    assert first == second == schema
    assert plain(second) == plain(schema)
    places = [e.location for e in schema.exports()]
    assert [e.location for e in second.exports()] == places
    status = file_of(whole).stat()
    assert (status.st_mode & 0o777, file_of(whole).parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_words_are_kept_whatever_python_pickles_them_by(
    folder: Path, read_anew: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def as_3_11_2_does(word: Described, _: object) -> tuple[object, ...]:
        return getattr, (type(word), word.name)

    for words in (Kind, *Described.__subclasses__()):
        monkeypatch.setattr(words, "__reduce_ex__", as_3_11_2_does)
    assert cache.load_cached(folder) == cache.load_cached(folder)
    assert read_anew == [folder]


def test_an_edit_is_seen_and_takes_the_old_place(folder: Path, read_anew: list[Path]) -> None:
    cache.load_cached(folder)
    place = file_of(folder)
    path = folder / "releases.vmci"
    path.write_text(path.read_text() + "release 99.0\t2099-01-01\n")
    assert str(cache.load_cached(folder).latest) == "99.0"
    assert len(read_anew) == 2
    assert file_of(folder) == place
    path.write_text(path.read_text() + "relese\n")
    with pytest.raises(SchemaError, match="did you mean release"):
        cache.load_cached(folder)


def test_other_code_or_versions_take_nothing(
    folder: Path, read_anew: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.load_cached(folder)
    monkeypatch.setattr(cache, "__version__", "99.0")
    cache.load_cached(folder)
    monkeypatch.setattr(cache, "_READERS", ("core", "syntax"))
    cache.load_cached(folder)
    assert len(read_anew) == 3


class _Harm:
    def __reduce__(self) -> tuple[object, tuple[str, ...]]:
        return os.mkdir, (str(Path(os.environ["XDG_CACHE_HOME"]) / "harm"),)


def _other_checksum(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def _with_content(data: bytes, content: bytes) -> bytes:
    key, end, _ = data.partition(b"\n\n")
    return key + end + b"%08x\n" % zlib.crc32(content) + content


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: data[:40],
        lambda data: data[: len(data) // 2],
        _other_checksum,
        lambda data: _with_content(data, b"no pickle"),
        lambda data: _with_content(data, pickle.dumps("no schema")),
        lambda data: _with_content(data, pickle.dumps(_Harm())),
        lambda data: _with_content(data, pickle.dumps(subprocess.run)),
        # What our own modules import is none of our classes.
        lambda data: _with_content(data, b"cvmcoreinfo_codegen.problem\nIterable\n."),
    ],
)
def test_what_does_not_fit_is_read_anew(folder: Path, read_anew: list[Path], spoil: object) -> None:
    assert callable(spoil)
    schema = cache.load_cached(folder)
    place = file_of(folder)
    place.write_bytes(spoil(place.read_bytes()))
    assert cache.load_cached(folder) == schema
    assert len(read_anew) == 2
    assert not (folder.parent / "caches" / "harm").exists()
    assert cache.load_cached(folder) == schema
    assert len(read_anew) == 2, "the right one was put in its place"


@pytest.mark.parametrize("of_folder", [True, False])
def test_what_others_can_write_is_not_taken(
    folder: Path, read_anew: list[Path], of_folder: bool
) -> None:
    cache.load_cached(folder)
    place = file_of(folder)
    (place.parent if of_folder else place).chmod(0o777)
    cache.load_cached(folder)
    assert len(read_anew) == 2


def test_what_is_no_file_of_its_own_is_not_taken(folder: Path, read_anew: list[Path]) -> None:
    cache.load_cached(folder)
    place = file_of(folder)
    elsewhere = folder.parent / "elsewhere"
    place.rename(elsewhere)
    place.symlink_to(elsewhere)
    cache.load_cached(folder)
    assert len(read_anew) == 2
    place.unlink()
    os.mkfifo(place)
    cache.load_cached(folder)
    assert len(read_anew) == 3


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
def test_what_is_somebody_else_s_is_not_taken(folder: Path, read_anew: list[Path]) -> None:
    cache.load_cached(folder)
    os.chown(file_of(folder), 12345, 12345)
    cache.load_cached(folder)
    os.chown(file_of(folder).parent, 12345, 12345)
    cache.load_cached(folder)
    assert len(read_anew) == 3


def test_without_a_place_all_works_still(
    folder: Path, read_anew: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", os.devnull)
    cache.load_cached(folder)
    cache.load_cached(folder)
    assert len(read_anew) == 2


def test_a_cached_model_needs_no_grammar(folder: Path) -> None:
    cache.load_cached(folder)
    program = (
        "import sys; from pathlib import Path; from vmcoreinfo_codegen.model.store.cache import load_cached\n"
        "load_cached(Path(sys.argv[1])); print('lark' in sys.modules)"
    )
    command = [sys.executable, "-c", program, str(folder)]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)
    assert ran.stdout == "False\n"
