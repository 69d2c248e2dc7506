# SPDX-License-Identifier: MIT
"""Runs the command in this process, as a user would."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from vmcoreinfo_codegen.cli import schema as cli_schema
from vmcoreinfo_codegen.cli.main import main
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.store import cache

ROOT = Path(__file__).resolve().parent.parent
NOTE = "tests/corpus/notes/x86_64-7.3.4+deb13-amd64.note"


@dataclass(frozen=True)
class Ran:
    """Exit code and output of one run."""

    code: int
    out: str
    err: str

    def json(self, verb: str) -> Any:
        """The output as JSON, validated with the published JSON Schema of the verb."""
        answer = json.loads(self.out)
        published = json.loads((ROOT / f"generated/interface/{verb}.schema.json").read_text())
        jsonschema.Draft202012Validator(published).validate(answer)
        return answer


Run = Callable[..., Ran]


_loaded: dict[bytes, Schema] = {}


def _load_once(folder: Path) -> Schema:
    """The cached model as the command loads it, which takes 40 ms, but only once per process."""
    key = cache._key(folder)
    if key not in _loaded:
        _loaded[key] = cache.load_cached(folder)
    return _loaded[key]


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> Run:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(cli_schema, "load_cached", _load_once)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "caches"))

    def run_command(*arguments: str, stdin: bytes = b"") -> Ran:
        text = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
        monkeypatch.setattr(sys, "stdin", text)
        capsys.readouterr()
        try:
            code = main(arguments)
        except SystemExit as ended:
            code = int(ended.code or 0)
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run_command


def interrupted(command: Sequence[str]) -> tuple[int, bytes, bytes]:
    """Exit code and both outputs of a command whose processes all get Ctrl-C after its first
    line.
    """
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        process_group=0,
        preexec_fn=_heed_interrupts,
    ) as running:
        assert running.stdout is not None and running.stderr is not None
        first = running.stdout.readline()
        os.killpg(running.pid, signal.SIGINT)
        rest = running.stdout.read()
        said = running.stderr.read()
    return running.returncode, first + rest, said


def _heed_interrupts() -> None:
    """Restore Ctrl-C: background processes of a shell ignore it, and their children too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
