# SPDX-License-Identifier: MIT
"""Fixtures of all tests: the shipped schema, and the real input in `corpus/`."""

from __future__ import annotations

import gc
import json
import os
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests.command import run as run  # the fixture
from tests.skips import pytest_make_collect_report as pytest_make_collect_report
from tests.skips import pytest_runtest_makereport as pytest_runtest_makereport
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.kernel.config import read_config
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.builder import load

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "tests" / "corpus"

# As in the command: collecting after every 700 new objects takes long.
gc.set_threshold(100_000)

# Machines differ in speed and load: no deadline. The long profile is for `make long-test`.
hypothesis.settings.register_profile("fast", deadline=None, max_examples=150)
hypothesis.settings.register_profile("long", deadline=None, max_examples=4_000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("first") is None)


@cache
def shipped() -> Schema:
    """The shipped schema, also for parameters of tests."""
    return load(ROOT / "schema")


@pytest.fixture(scope="session")
def schema() -> Schema:
    return shipped()


@dataclass(frozen=True)
class RealNote:
    """A note of a booted kernel, with the facts known of that boot."""

    file: str
    arch: str
    release: Release
    text: bytes
    note: bytes
    config: dict[str, bool | int] | None
    """Every symbol set in the kernel's .config, True or its number; None without .config."""
    boot: dict[str, Any]

    @property
    def values(self) -> dict[str, str]:
        lines = self.text.decode("ascii").splitlines()
        return dict(line.split("=", 1) for line in lines)


@cache
def real_notes() -> tuple[RealNote, ...]:
    index = [json.loads(line) for line in (CORPUS / "index.jsonl").read_text().splitlines()]
    # Debian's ABI release (6.1.0-56) does not say which stable release it is; the package does.
    versions = {
        boot["release"]: boot["debian_version"] for boot in index if "debian_version" in boot
    }
    return tuple(_real_note(boot, versions[boot["release"]]) for boot in index)


def _real_note(boot: dict[str, Any], version: str) -> RealNote:
    upstream = re.match(r"[\d.]+(~rc\d+)?", version)
    assert upstream, f"no upstream release in {version}"
    path = CORPUS / "notes" / boot["file"]
    config = boot.get("config")
    return RealNote(
        file=boot["file"],
        arch=boot["arch"],
        release=Release.parse(upstream[0].replace("~", "-")),
        text=path.with_suffix(".txt").read_bytes(),
        note=path.read_bytes(),
        config=read_config(CORPUS / config) if config else None,
        boot=boot,
    )


def facts(name: str) -> list[dict[str, Any]]:
    """Rows of `corpus/facts/`: facts from sources of kernels and tools, independent of the
    schema.
    """
    lines = (CORPUS / "facts" / name).read_text().splitlines()
    return [json.loads(line) for line in lines]


def deviations() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads((CORPUS / "deviations.toml").read_text())
