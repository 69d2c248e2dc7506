# SPDX-License-Identifier: MIT
"""Files with a machine's memory in an unsupported format: which format it is, and what to do."""

from __future__ import annotations

from . import elf
from .problem import DumpError
from .source import Source

_VMWARE = (
    "the state of a virtual machine of VMware (.vmss, .vmsn); the .vmem beside it is its memory, in one piece "
    "if that is less than 3 GiB; for others 'vmss2core -N STATE MEMORY' writes an ELF dump"
)
_XEN = "a saved domain of Xen; 'xl dump-core DOMAIN FILE' writes a core of one that runs"
_LKCD = "a dump of LKCD, which crash reads"
_XEN_PAGES = ".xen_pages"
_DISK = "the image of a disk, and memory is not in it"

KNOWN: dict[bytes, str] = {
    b"LibvirtQemudPart": "a saved domain of libvirt that was not written to its end; save it again",
    b"QFI\xfb": "a qcow2 image; to read the memory of a snapshot in it, start the machine from that, stopped "
    "(qemu-system-… -S -loadvm NAME), and let the monitor's dump-guest-memory, or virsh dump "
    "--memory-only, write it",
    b"\x7fVirtualBox SavedState": "the saved state of a virtual machine of VirtualBox; start it, and "
    "'VBoxManage debugvm NAME dumpvmcore --filename=FILE' writes an ELF dump",
    b"\xd0\xbe\xd2\xbe": _VMWARE,
    b"\xd1\xba\xd1\xba": _VMWARE,
    b"\xd2\xbe\xd2\xbe": _VMWARE,
    b"\xd3\xbe\xd3\xbe": _VMWARE,
    b"PAGEDU64": "a crash dump in the form of Windows (virsh dump --format win-dmp); of a guest with Linux "
    "write it with --format elf",
    b"PAGEDUMP": "a crash dump in the form of Windows, of 32 bits; of a guest with Linux write an ELF dump",
    b"Xen saved domain": _XEN,
    b"XenSavedDomain": _XEN,
    b"LinuxGuestRecord": _XEN,
    b"AVML": "memory compressed by AVML; 'avml-convert FILE OUT' makes a LiME image of it",
    b"\xa8\x19\x01\x73\x61\x8f\x23\xfd": "a dump of s390 tools; 'zgetdump -f elf FILE >OUT' makes an ELF dump of it",
    b"\xa8\x19\x01\x73\x61\x8f\x23\xfe": "a dump of s390 tools; 'zgetdump -f elf FILE >OUT' makes an ELF dump of it",
    b"\xed\x23\x8f\x61\x73\x01\x19\xa8": _LKCD,
    b"\xa8\x19\x01\x73\x61\x8f\x23\xed": _LKCD,
    b"sadump\0\0": "a dump of sadump; 'makedumpfile -x VMLINUX -l FILE OUT' makes a kdump of it",
    b"EVF\x09\x0d\x0a\xff\x00": "an image of EnCase (EWF); 'ewfexport -f raw -t OUT FILE' makes a raw image of it",
    b"vhdxfile": _DISK,
    b"conectix": _DISK,
    b"KDMV": _DISK,
    b"<<< ": _DISK,
}
"""The format of a file and what to do with it, by its first bytes."""


IMAGES = {
    b"EMiL": "an image of LiME",
    b"QEVM": "a stream of QEMU's migration",
    b"LibvirtQemudSave": "a saved domain of libvirt",
}
"""Supported formats that have no place for a note, by the first bytes of a file."""


def image_form(start: bytes) -> str | None:
    """The format in `IMAGES` of a file that begins with `start`; None if it has none of these."""
    return next((form for magic, form in IMAGES.items() if start.startswith(magic)), None)


def foreign(start: bytes) -> str | None:
    """The text of `KNOWN` for a file, by its first 32 bytes; None if its format is not there."""
    return next((words for magic, words in KNOWN.items() if start.startswith(magic)), None)


def check_form(source: Source) -> None:
    """Raise DumpError for a file in one of these formats."""
    found = foreign(source.read(0, 32))
    if found is not None:
        raise DumpError(f"{source.name}: {found}")


def check_raw(source: Source) -> None:
    """Raise DumpError if the format has no place for a note and is not plain memory."""
    form = image_form(source.read(0, 32))
    if form is not None:
        raise DumpError(
            f"{source.name}: {form}; a note can be put into ELF and kdump-compressed dumps, and before raw and LiME images"
        )
    check_form(source)


def check_core(file: elf.Elf) -> None:
    """Raise DumpError for a core that does not hold a machine's memory by physical address."""
    if file.type != elf.ET_CORE:
        return
    segments = [one for one in file.segments() if one.type == elf.PT_LOAD]
    if not segments and file.section(_XEN_PAGES) is not None:
        raise DumpError(
            f"{file.source.name}: the core of a Xen domain ('xl dump-core'), whose pages are in sections of their own "
            f"({_XEN_PAGES}), which are not read; crash reads it"
        )
    # In a machine's dump at most one segment begins at physical address 0.
    if len(segments) > 1 and not any(one.physical for one in segments):
        raise DumpError(
            f"{file.source.name}: none of its segments has a physical address: the core of a process, not of a "
            "machine; of a guest's QEMU take what its monitor's dump-guest-memory writes"
        )
