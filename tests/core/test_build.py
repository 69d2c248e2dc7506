# SPDX-License-Identifier: MIT
"""Names of vendors' kernels: what each part of one says, and whose it is."""

from __future__ import annotations

import pytest

from vmcoreinfo_codegen.core.build import BuildNumber, KernelName
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.kernel import kernel_named


def test_builds_are_ordered_by_their_numbers() -> None:
    texts = ["80", "80.1.2", "147", "372.9.1", "372.10.1", "425", "553.22.1"]
    builds = [BuildNumber.parse(text) for text in texts]
    assert sorted(builds, reverse=True)[::-1] == builds
    assert [str(build) for build in builds] == texts
    for bad in ("", "el8", "1.", "1..2", "1" * 10, "-1"):
        with pytest.raises(ValueError, match="is not a build"):
            BuildNumber.parse(bad)


@pytest.mark.parametrize(
    ("pattern", "text", "release", "stable", "build", "rest"),
    [
        ("4.18.0-BUILD.el8", "4.18.0-553.22.1.el8_10.x86_64", None, None, "553.22.1", "_10.x86_64"),
        (
            "RELEASE.STABLE-BUILD.fcNUMBER",
            "2.6.35.11-83.fc14.x86_64",
            "2.6.35",
            11,
            "83",
            ".x86_64",
        ),
        ("RELEASE.0-BUILD-generic", "6.8.0-49-generic", "6.8", None, "49", ""),
        ("RELEASE.STABLE-androidNUMBER", "5.10.226-android13-4-g1", "5.10", 226, None, "-4-g1"),
    ],
)
def test_what_a_name_tells(
    pattern: str, text: str, release: str | None, stable: int | None, build: str | None, rest: str
) -> None:
    found = KernelName(pattern).read(text)
    assert found is not None
    assert (found.release, found.stable) == (Release.parse(release) if release else None, stable)
    assert (str(found.build) if found.build else None, found.rest) == (build, rest)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("4.18.0-BUILD.el8", "4.18.0-553.el8uek.x86_64"),
        ("4.18.0-BUILD.el8", "4.18.0-x.el8"),
        ("4.18.0-BUILD.el8", "14.18.0-553.el8"),
        ("RELEASE.0-BUILD-generic", "6.8.1-49-generic"),
        ("RELEASE.0-BUILD-generic", "6.8.0-49-generics"),
        # 2.6 has three numbers.
        ("RELEASE.0-BUILD-generic", "2.6.0-49-generic"),
    ],
)
def test_names_of_others(pattern: str, text: str) -> None:
    assert KernelName(pattern).read(text) is None


@pytest.mark.parametrize(
    ("name", "line", "called"),
    [
        ("4.18.0-553.22.1.el8_10.x86_64", "rhel8", "rhel8 8.10, build 553.22.1, based on 4.18"),
        ("5.14.0-503.11.1.el9_5.aarch64+64k", "rhel9", "rhel9 9.5, build 503.11.1, based on 5.14"),
        ("5.14.0-427.el9.x86_64+debug", "rhel9", "rhel9 9.4, build 427, based on 5.14"),
        ("3.10.0-1160.el7", "rhel7", "rhel7 7.9, build 1160, based on 3.10"),
        ("2.6.32-754.el6", "rhel6", "rhel6 6.10, build 754, based on 2.6.32"),
        ("2.6.18-274.el5", "rhel5", "rhel5, build 274, based on 2.6.24"),
        ("5.15.0-300.163.18.el9uek", "uek7", "uek7, build 300.163.18, based on 5.15"),
        ("6.8.0-49-generic", "ubuntu", "ubuntu, build 49, based on 6.8"),
        ("5.15.0-1053-aws", "ubuntu", "ubuntu, build 1053, based on 5.15"),
        ("6.4.0-150600.23.25-default", "sle15sp6", "sle15sp6, build 23.25, based on 6.4"),
        ("6.1.115-126.197.amzn2023", "amazonlinux", "amazonlinux, build 126.197, based on 6.1.115"),
        ("5.10.226-android13-4-00003-g1", "android", "android, based on 5.10.226"),
        ("5.15.167.4-microsoft-standard-WSL2", "wsl", "wsl, build 4, based on 5.15.167"),
        ("6.6.51+rpt-rpi-v8", "raspberrypi", "raspberrypi, based on 6.6.51"),
        ("6.12.43-1.qcom", "qualcomm", "qualcomm, build 1, based on 6.12.43"),
        ("5.10.145-rt74", "preempt-rt-5.10", "preempt-rt-5.10, build 74, based on 5.10.145"),
        ("6.1.0-56-amd64", "debian", "debian, build 56, based on 6.1"),
        ("6.12.117+deb13-cloud-amd64", "debian", "debian, based on 6.12.117"),
        ("6.9.1-private", None, "6.9.1"),
    ],
)
def test_a_release_string_finds_its_line(
    schema: Schema, name: str, line: str | None, called: str
) -> None:
    kernel = kernel_named(schema, name)
    assert (kernel.line.line.name if kernel.line else None, kernel.called) == (line, called)
