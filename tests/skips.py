# SPDX-License-Identifier: MIT
"""Under CI=true a skipped test is a failure, unless its reason is unavoidable.

A test skips if it does not find what it needs; without this, nobody would notice.
"""

from __future__ import annotations

import os
import re
from collections.abc import Generator

import pytest

ALLOWED = {
    r" is not in .*/shared/\w+$": "what is beside a clone is not in the repository",
    r"^no package index within reach": "no network",
    r" can't get what it runs from npm$": "no network",
    r"^tool-sources: Debian's archive (is not within reach|does not have)": "no network",
    r"^kernel-sources: Debian's archive is not within reach": "no network",
    r"^ikconfig: user-mode-linux can't be had": "no network",
    r"^(ray|pandas) is not here: ": "no network",
    r"^python3\.\d+ is not here$": "no machine has every release",
}
"""Patterns of reasons that are allowed, and why."""


def is_allowed(reason: str) -> bool:
    reason = reason.removeprefix("Skipped: ")
    return not os.environ.get("CI") or any(re.search(pattern, reason) for pattern in ALLOWED)


def _judge(report: pytest.TestReport | pytest.CollectReport) -> None:
    if not report.skipped or hasattr(report, "wasxfail") or not isinstance(report.longrepr, tuple):
        return
    reason = report.longrepr[2]
    if not is_allowed(reason):
        report.outcome = "failed"
        report.longrepr = f"{reason}\ntests/skips.py does not allow this reason under CI=true"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _judge(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _judge(report)
    return report
