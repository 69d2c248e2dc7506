# SPDX-License-Identifier: MIT
"""The page in Debian's Chromium, opened as a file: a dump or a text in, the command's verdicts out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import vmcoreinfo
from tests.conftest import CORPUS
from tests.dump.make import flattened, kdump
from tests.javascript.browser import Browser
from tests.javascript.conftest import SCRIPTS
from tests.javascript.test_verdicts import _python
from vmcoreinfo_codegen.compat.answer import Note
from vmcoreinfo_codegen.compat.notes import exports_of
from vmcoreinfo_codegen.compat.overview import Subject, Tool, judged_of
from vmcoreinfo_codegen.core.tool import ToolRelease
from vmcoreinfo_codegen.dump.reader import find_in
from vmcoreinfo_codegen.dump.source import Memory
from vmcoreinfo_codegen.emit.javascript import SCRIPTS as NAMES
from vmcoreinfo_codegen.emit.javascript import reader_files
from vmcoreinfo_codegen.model import Schema

NOTE = CORPUS / "notes" / "x86_64-7.3.4+deb13-cloud-amd64.note"
_ANSWERED = "document.querySelector('[data-part=answer] table') !== null"
_STATUS = "document.querySelector('[data-part=status]').textContent"


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    with Browser(tmp_path / "profile", 360) as opened:
        opened.open(SCRIPTS / "check.html")
        yield opened


def test_it_shows_what_the_command_says(browser: Browser, schema: Schema) -> None:
    browser.give("#check-file", NOTE)
    browser.wait(_ANSWERED)
    cells = (
        "[...document.querySelector('[data-part=answer] table').tBodies[0].rows].map((row) => "
        "[row.cells[0].textContent, row.cells[1].firstChild.value, row.querySelector('.v').className])"
    )
    shown = {name: (release, look) for name, release, look in browser.value(cells)}
    wanted = {
        told["consumer"]: (told["release"], f"v v-{told['verdict']}")
        for told in _python(schema, NOTE.read_bytes(), None, "")
    }
    assert shown == {name: wanted[name] for name in shown}
    assert set(wanted) - set(shown) == {"zgetdump"}, "which reads dumps of s390x alone"
    assert "7.3.4+deb13-cloud-amd64, x86_64" in browser.value(_STATUS)
    # Another release of a tool, by the keyboard's own control.
    browser.value(
        "(() => { const select = document.querySelector('select[aria-label$=makedumpfile]');"
        " select.value = '1.7.2'; select.dispatchEvent(new Event('change')); })()"
    )
    row = "document.querySelector('select[aria-label$=makedumpfile]').closest('tr')"
    consumer = next(one for one in schema.consumers if one.name == "makedumpfile")
    found = find_in(Memory("dump", NOTE.read_bytes()))
    kernel, exports = exports_of(schema, found, vmcoreinfo.parse(found.text), None, None)
    subject = Subject(kernel, exports, None, Note(found.text, found.format))
    old = judged_of(subject, Tool(consumer, ToolRelease.parse("1.7.2")))
    assert browser.value(f"{row}.querySelector('.v').className") == f"v v-{old.verdict}"
    told = browser.value(f"{row}.querySelector('details').textContent")
    for purpose in old.purposes:
        if (purpose.worked_out or purpose.verdict) != "ok":
            assert all(text in told for text in (purpose.purpose, purpose.seen, purpose.why))
    # On a telephone nothing is wider than the screen.
    assert browser.value("document.documentElement.scrollWidth") <= 360
    assert browser.said == []


def test_a_text_a_dump_and_what_is_none(browser: Browser, tmp_path: Path) -> None:
    submit = (
        "(() => { document.querySelector('#check-text').value = %s;"
        " document.querySelector('#check form button').click(); })()"
    )
    text = "[    1.0] OSRELEASE=6.12.0\\n[    1.1] PAGESIZE=4096\\n[    1.2] SYMBOL(_stext)=<b>\\n"
    browser.value(submit % f'"{text}[    1.3] SIZE(page)=64\\n[    1.4] SIZE(zone)=0\\n"')
    browser.wait("document.querySelector('#check-arch') !== null")
    assert "architecture" in browser.value(_STATUS)
    browser.value("document.querySelector('#check-arch').value = 'x86_64'")
    browser.value(
        "document.querySelector('#check-arch').parentElement.querySelector('button').click()"
    )
    browser.wait(_ANSWERED)
    assert "a size of 0" in browser.value("document.querySelector('#findings ~ div').textContent")
    dump = tmp_path / "dump"
    dump.write_bytes(flattened(kdump(), 4096))
    browser.give("#check-file", dump)
    browser.wait(f"{_STATUS}.includes('6.12.0, x86_64')")
    facts = browser.value("document.querySelector('.facts').textContent")
    assert "flattened kdump" in facts
    packed = tmp_path / "dump.gz"
    packed.write_bytes(b"\x1f\x8b" + bytes(100))
    browser.give("#check-file", packed)
    browser.wait(f"{_STATUS}.includes('gzip -dc')")
    # What is said of what was there before is gone.
    assert browser.value("document.querySelector('[data-part=answer]').childElementCount") == 0
    assert browser.said == []


def test_nothing_leaves_the_page(browser: Browser) -> None:
    refused = (
        "new Promise((done) => { document.addEventListener('securitypolicyviolation', "
        "(event) => done(event.effectiveDirective)); fetch('https://example.org/').catch(() => 0); })"
    )
    told = browser.ask(
        "Runtime.evaluate", expression=refused, awaitPromise=True, returnByValue=True
    )
    assert told["result"]["value"] == "connect-src"


def test_a_sparse_terabyte_is_read_by_its_headers(browser: Browser, tmp_path: Path) -> None:
    dump = tmp_path / "dump"
    text = NOTE.read_bytes()[24:].rstrip(b"\0")
    data = kdump(text[:250], release=b"7.3.4+deb13-cloud-amd64")
    with dump.open("wb") as file:
        file.write(data)
        file.truncate(1 << 40)
    browser.give("#check-file", dump)
    browser.wait(_ANSWERED)
    assert "1.0 TiB" in browser.value("document.querySelector('.facts').textContent")


def test_the_files_are_those_of_the_folder(schema: Schema) -> None:
    files = reader_files(schema, "vmcoreinfo generate site")
    assert set(files) == {path.name for path in SCRIPTS.iterdir()}
    assert set(NAMES) <= set(files)
    for name, data in files.items():
        own = (SCRIPTS / name).read_bytes()
        assert data.replace(b"generate site", b"generate javascript") == own, name


def test_no_script_asks_for_more_than_the_policy_gives() -> None:
    """No text that is run, no module, nothing that connects, no markup made of text."""
    forbidden = re.compile(
        r"\beval\b|\bFunction\(|\bimport\b|\bfetch\(|XMLHttpRequest|WebSocket|sendBeacon"
        r"|innerHTML|insertAdjacentHTML|document\.write"
    )
    for name in NAMES:
        if name != "facts.js":
            found = forbidden.search((SCRIPTS / name).read_text())
            assert found is None, f"{name}: {found}"
    policy = "default-src 'none'; script-src 'self'; style-src 'self'"
    assert policy in (SCRIPTS / "check.html").read_text()
    # What a visitor of that page alone loads.
    assert (SCRIPTS / "facts.js").stat().st_size < 400_000
