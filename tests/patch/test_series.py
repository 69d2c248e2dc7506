# SPDX-License-Identifier: MIT
"""Which patches of a file count: of mailboxes, threads, logs, attachments and replies."""

from __future__ import annotations

import base64
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest

from tests.patch.written import diff
from vmcoreinfo_codegen.patch.series import Patch, read_series

INIT = "static int __init crash_save_vmcoreinfo_init(void)\n"


def text(name: str) -> str:
    return diff("kernel/vmcore_info.c", f"{INIT}-\tVMCOREINFO_SYMBOL({name});\n")


def mail(subject: str, body: str, id_: str = "", parent: str = "", more: str = "") -> str:
    headers = f"From: A <a@b>\nSubject: {subject}\nMessage-Id: <{id_ or subject[-9:]}@x>\n"
    headers += f"In-Reply-To: <{parent}@x>\n" if parent else ""
    return f"From git@z Thu Jan  1 00:00:00 1970\n{headers}{more}\n{body}\n\n"


def read(*mails: str) -> tuple[Patch, ...]:
    return read_series("".join(mails).encode())


def names(patches: tuple[Patch, ...]) -> list[str]:
    return [
        line[1:].strip().removeprefix("VMCOREINFO_SYMBOL(").removesuffix(");")
        for patch in patches
        for file in patch.files
        for hunk in file.hunks
        for line in hunk.lines
        if line[0] == "-"
    ]


def test_the_newest_version_counts() -> None:
    """Of v2, which is sent whole: what it dropped is gone, whatever the order in the file."""
    v1 = [mail(f"[PATCH {n}/3] part {n}", text(f"old{n}"), f"v1-{n}", "cover") for n in (1, 2, 3)]
    v2 = [mail(f"[PATCH v2 {n}/2] part {n}", text(f"new{n}"), f"v2-{n}", "cover2") for n in (1, 2)]
    assert names(read(*v1, *v2)) == names(read(*v2, *v1)) == ["new1", "new2"]


def test_versions_in_files_of_their_own() -> None:
    """As `git format-patch -v2` leaves them in one folder."""
    old = [mail(f"[PATCH {n}/2] part {n}", text(f"old{n}"), f"v1-{n}") for n in (1, 2)]
    new = [mail("[PATCH v2] part 1", text("new1"), "v2-1")]
    files = [one.encode() for one in (*old, *new)]
    assert names(read_series(*files)) == ["new1", "old2"]


def test_a_version_of_which_a_part_is_sent_again() -> None:
    v1 = [mail(f"[PATCH {n}/3] part {n}", text(f"old{n}"), f"v1-{n}", "cover") for n in (1, 2, 3)]
    again = mail("[PATCH v2 2/3] part two", text("new2"), "v2-2", "cover")
    assert names(read(*v1, again)) == ["old1", "new2", "old3"]
    without_number = mail("[PATCH v2] part 2", text("new2"), "v2-2", "v1-2")
    assert names(read(*v1, without_number)) == ["old1", "new2", "old3"]


def test_other_series_in_the_same_mailbox() -> None:
    first = [mail(f"[PATCH v3 {n}/2] a {n}", text(f"a{n}"), f"a{n}", "a") for n in (1, 2)]
    second = mail("[PATCH] b", text("b"), "b")
    assert names(read(*first, second)) == ["a1", "a2", "b"]


def test_replies_quote_and_do_not_count() -> None:
    quoted = "".join(f"> {line}\n" for line in text("old").splitlines())
    reply = mail("Re: [PATCH] x", f"On Monday A wrote:\n{quoted}\nWhy?\n", "r", "p")
    assert names(read(mail("[PATCH] x", text("x"), "p"), reply, reply)) == ["x"]
    assert names(read(reply, reply)) == ["old"]
    fix = mail("Re: [PATCH] x", f"{quoted}\nRather so:\n\n{text('rather')}", "f", "p")
    assert names(read(mail("[PATCH] x", text("x"), "p"), fix)) == ["x"]


def test_mails_of_different_encodings() -> None:
    plain = mail("[PATCH 1/3] a", text("a"), "1")
    coded = base64.encodebytes(text("b").encode()).decode()
    second = mail("[PATCH 2/3] b", coded, "2", more="Content-Transfer-Encoding: base64\n")
    printable = text("c").replace("=", "=3D").replace("\t", "=09")
    third = mail(
        "[PATCH 3/3] c", printable, "3", more="Content-Transfer-Encoding: quoted-printable\n"
    )
    assert names(read(third, plain, second)) == ["a", "b", "c"]


@pytest.mark.parametrize("kind", ["x-patch", "plain"])
def test_attachments(kind: str) -> None:
    whole = MIMEMultipart("mixed", "=_b", [MIMEText("Please apply.\n")])
    part = MIMEText(text("attached"), kind)
    part["Content-Disposition"] = 'attachment; filename="x.patch"'
    whole.attach(part)
    whole["Subject"] = "[PATCH] x"
    assert names(read_series(whole.as_bytes())) == ["attached"]


def test_format_patch() -> None:
    files = [
        f"From {n * 40} Mon Sep 17 00:00:00 2001\nFrom: A <a@b>\nSubject: [PATCH {n}/2] x\n\n"
        f"Why.\n\nFrom here on all is well.\n---\n kernel/vmcore_info.c | 1 -\n\n{text(f'x{n}')}-- \n2.39.5\n\n"
        for n in ("1", "2")
    ]
    assert names(read(*files)) == ["x1", "x2"]


def test_a_log_has_the_newest_first() -> None:
    log = "".join(
        f"commit {n * 40}\nAuthor: A <a@b>\nDate:   now\n\n    Subject {n}\n\n    -\tnot this\n\n{text(f'x{n}')}\n"
        for n in ("2", "1")
    )
    found = read(log)
    assert [patch.subject for patch in found] == ["Subject 1", "Subject 2"]
    assert (names(found), found[0].commit) == (["x1", "x2"], "1" * 40)


@pytest.mark.parametrize(
    ("header", "subject", "version", "number"),
    [
        ("[PATCH v2 3/7] x", "[PATCH v2 3/7] x", 2, 3),
        ("[RFC PATCH V12 01/10]\n x", "[RFC PATCH V12 01/10] x", 12, 1),
        ("[PATCH for-v6.9] x", "[PATCH for-v6.9] x", 1, None),
        ("[PATCH 5.10 1/2] v9 x", "[PATCH 5.10 1/2] v9 x", 1, 1),
        ("=?utf-8?q?=5BPATCH_v4=5D_gr=C3=B6=C3=9Fer?=", "[PATCH v4] größer", 4, None),
        ("=?x?z?y?=", "=?x?z?y?=", 1, None),
    ],
)
def test_subjects(header: str, subject: str, version: int, number: int | None) -> None:
    (patch,) = read(mail(header, text("x"), "1"))
    assert (patch.subject, patch.version, patch.number) == (subject, version, number)


@pytest.mark.parametrize(
    ("head", "old", "new"),
    [
        ("--- a/kernel/kexec.c\n+++ b/kernel/kexec.c\n", "kernel/kexec.c", "kernel/kexec.c"),
        ("--- kernel/kexec.c\t2020\n+++ kernel/kexec.c\t2021\n", "kernel/kexec.c", "kernel/kexec.c"),
        ("--- linux-5.1.orig/mm/a.c\n+++ linux-5.1/mm/a.c\n", "mm/a.c", "mm/a.c"),
        ("--- /dev/null\n+++ b/mm/a.c\n", None, "mm/a.c"),
        ("diff --git a/mm/a.c b/mm/b.c\nrename from mm/a.c\nrename to mm/b.c\n--- a/mm/a.c\n+++ b/mm/b.c\n",
         "mm/a.c", "mm/b.c"),
        ("diff --git a/Makefile b/Makefile\n--- a/Makefile\n+++ b/Makefile\n", "Makefile", "Makefile"),
    ],
)  # fmt: skip
def test_names_of_files(head: str, old: str | None, new: str | None) -> None:
    ((file,),) = [patch.files for patch in read(f"{head}@@ -1 +1 @@\n-a\n+b\n")]
    assert (file.old, file.new) == (old, new)


def test_a_file_that_is_deleted_without_its_lines() -> None:
    head = "diff --git a/kernel/kexec.c b/kernel/kexec.c\ndeleted file mode 100644\nindex 1..0\n"
    ((file,),) = [patch.files for patch in read(head)]
    assert (file.old, file.new, file.is_hidden) == ("kernel/kexec.c", None, True)


def test_hunks_that_a_mail_has_damaged() -> None:
    """A blank line has lost its space, a long line is wrapped, the counts do not fit."""
    head = "--- a/kernel/kexec.c\n+++ b/kernel/kexec.c\n"
    ((file,),) = [p.files for p in read(f"{head}@@ -1,3 +1,2 @@\n a\n\n-b\n-- \n2.39\n")]
    assert [(h.lines, h.is_whole) for h in file.hunks] == [((" a", " ", "-b"), True)]
    ((file,),) = [p.files for p in read(f"{head}@@ -1,3 +1,2 @@\n a\nwrapped\n-b\n")]
    assert [(h.lines, h.is_whole) for h in file.hunks] == [((" a",), False)]
    ((file,),) = [p.files for p in read(f"{head}@@ -1,2 +1,2 @@\n a\n-b\n+c\n+d\n")]
    assert file.hunks[0].lines == (" a", "-b", "+c", "+d")
