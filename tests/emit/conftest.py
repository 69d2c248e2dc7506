# SPDX-License-Identifier: MIT
"""The C driver, built once per session: with sanitizers, and optimised without them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from tests.emit.driver import SANITIZE, Driver, build_driver, sanitizing_compiler


@pytest.fixture(scope="session")
def sanitizer(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A compiler with AddressSanitizer and UndefinedBehaviorSanitizer; tests/setup installs clang."""
    compiler = sanitizing_compiler(tmp_path_factory.mktemp("compiler"))
    if compiler is None:
        pytest.skip("neither clang nor gcc can make a program with -fsanitize=address,undefined")
    return compiler


@pytest.fixture(scope="session")
def driver(sanitizer: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    """The C product under AddressSanitizer and UndefinedBehaviorSanitizer."""
    directory = tmp_path_factory.mktemp("sanitized")
    built = Driver(build_driver(sanitizer, directory, "-O1", "-g", *SANITIZE))
    yield built
    built.close()


@pytest.fixture(scope="session")
def optimised_driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    """The C product as used in practice; built by gcc, as the other one is by clang."""
    compiler = shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("neither gcc nor clang is here")
    built = Driver(build_driver(compiler, tmp_path_factory.mktemp("optimised"), "-O2"))
    yield built
    built.close()
