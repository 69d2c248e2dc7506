# SPDX-License-Identifier: MIT
"""Guests that tests/guest_boots.py can boot: the kernel, the machine, and the pages in memory."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Machine:
    """An architecture: its name in Debian, its QEMU, and the kernel options that it needs."""

    debian: str
    emulator: str
    options: tuple[str, ...]
    cpu: str
    console: str
    flavour: str
    "The ending of the kernel package's name."
    memory: int
    "MiB."
    has_device: bool = True
    "Whether the machine has fw_cfg, through which the guest tells QEMU where the note is."
    console_device: tuple[str, ...] = ("-serial", "chardev:console")


MACHINES = {
    "x86_64": Machine(
        "amd64", "qemu-system-x86_64", ("-M", "pc"), "qemu64", "ttyS0", "cloud-amd64", 192
    ),
    "arm64": Machine(
        "arm64",
        "qemu-system-aarch64",
        ("-M", "virt"),
        "cortex-a57",
        "ttyAMA0",
        "cloud-arm64",
        256,
    ),
    "ppc64": Machine(
        "ppc64el",
        "qemu-system-ppc64",
        ("-M", "pseries"),
        "POWER9",
        "hvc0",
        "powerpc64le",
        512,
        has_device=False,
    ),
    "s390x": Machine(
        "s390x",
        "qemu-system-s390x",
        ("-M", "s390-ccw-virtio"),
        "max",
        "ttysclp0",
        "s390x",
        256,
        has_device=False,
        console_device=("-device", "sclpconsole,chardev=console"),
    ),
    "riscv64": Machine(
        "riscv64",
        "qemu-system-riscv64",
        ("-M", "virt"),
        "rv64",
        "ttyS0",
        "riscv64",
        256,
        has_device=False,  # QEMU 7.2 has it before it has fw_cfg
    ),
}

SUITES = (
    "bullseye", "bullseye-security", "bookworm", "bookworm-backports", "bookworm-security",
    "trixie", "trixie-backports", "trixie-security", "sid", "experimental",
)  # fmt: skip

FULL = ("user", "cache", "tmpfs", "thp", "hugetlb", "hwpoison", "offline")
PLAIN = ("user", "cache", "tmpfs")


@dataclass(frozen=True, slots=True)
class Kind:
    """A guest to boot, and the pages that its init makes."""

    name: str
    machine: str
    image: str
    "The pattern of the package's name."
    cpu: str = ""
    options: tuple[str, ...] = ()
    "Options on the kernel's command line."
    pages: tuple[str, ...] = field(default=FULL)
    moved: bool = False
    "Boot until KASLR has moved the kernel."


def _kinds() -> list[Kind]:
    # The mirror no longer has later 5.10 kernels of arm64.
    patterns = {
        "5.10": "5.10.0-*",
        "arm64 5.10": "5.10.0-3[0-2]",
        "6.1": "6.1.0-[0-9][0-9]",
        "7.3": "7.3.*",
        "7.3rc": "7.3",
    }

    def kind(
        machine: str,
        version: str,
        variant: str = "",
        flavour: str = "",
        cpu: str = "",
        options: tuple[str, ...] = (),
        pages: tuple[str, ...] = FULL,
    ) -> Kind:
        pattern = patterns.get(f"{machine} {version}") or patterns.get(version, f"{version}.*")
        return Kind(
            "-".join(filter(None, (machine, version, variant))),
            machine,
            f"linux-image-{pattern}-{flavour or MACHINES[machine].flavour}",
            cpu,
            options,
            pages,
            moved=machine in ("x86_64", "arm64") and "nokaslr" not in options,
        )

    x86 = "x86_64"
    wide = "max,pauth-impdef=on"
    return [
        kind(x86, "6.12"),
        kind(x86, "5.10"),
        kind(x86, "7.3"),
        kind(x86, "6.1"),
        kind(x86, "7.2"),
        kind(x86, "6.12", "5level", cpu="max"),
        kind(x86, "6.12", "no5lvl", cpu="max", options=("no5lvl",)),
        kind(x86, "6.12", "nokaslr", options=("nokaslr",)),
        kind("ppc64", "6.12"),
        kind("s390x", "6.12"),
        kind("riscv64", "6.12"),
        kind("arm64", "5.10"),
        kind("arm64", "7.3"),
        kind("arm64", "7.2"),
        kind("arm64", "6.12"),
        kind("arm64", "6.1"),
        kind("ppc64", "6.1"),
        kind("ppc64", "7.2"),
        kind("s390x", "6.1"),
        kind("s390x", "7.2"),
        kind("riscv64", "7.2"),
        *(kind(x86, version) for version in ("6.16", "6.17", "6.18", "6.19", "7.0", "7.1")),
        *(kind(x86, version, "5level", cpu="max") for version in ("5.10", "6.1", "7.3")),
        *(kind(x86, version, "nokaslr", options=("nokaslr",)) for version in ("5.10", "7.3")),
        *(kind(x86, version, "plain", pages=PLAIN) for version in ("5.10", "7.2", "7.3")),
        kind("arm64", "6.12", "nokaslr", options=("nokaslr",)),
        kind("arm64", "6.12", "52bit", cpu=wide),
        kind("arm64", "7.3", "52bit", cpu=wide),
        kind("arm64", "6.12", "16k", flavour="arm64-16k", cpu="cortex-a76"),
        kind("arm64", "6.12", "16k-52bit", flavour="arm64-16k", cpu=wide),
        *(kind("arm64", version) for version in ("6.17", "6.18", "6.19", "7.1")),
        kind("ppc64", "6.12", "hash", cpu="POWER8"),
        kind("ppc64", "7.3rc"),
        kind("riscv64", "6.12", "3level", options=("no4lvl",)),
        kind(x86, "7.3rc"),
    ]


KINDS = {kind.name: kind for kind in _kinds()}
