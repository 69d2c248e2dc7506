# SPDX-License-Identifier: MIT
"""What a kernel exports: predicted, of a note, or changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.compat.small import arch_of, kernel, note, small
from vmcoreinfo_codegen.compat.exports import noted, predicted
from vmcoreinfo_codegen.core.condition import Symbol
from vmcoreinfo_codegen.core.expression import Binary, Key, Number
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.model.vocabulary import DumpSource, Format


@pytest.mark.parametrize(
    ("config", "there"),
    [
        (None, None),
        ({}, None),
        ({"CONFIG_FEATURE": True}, True),
        ({"CONFIG_FEATURE": False}, False),
    ],
)
def test_the_configuration_decides(
    config: dict[str, bool | int] | None, there: bool | None
) -> None:
    schema = small("")
    exports = predicted(schema, Release.parse("6.9"), arch_of(schema), config)
    assert exports.has("NUMBER(configured)") is there
    assert exports.decides(Symbol("CONFIG_FEATURE")) is there
    assert exports.has("NUMBER(always)") is True
    assert exports.has("SYMBOL(old)") is False
    # What the architecture always has counts without a configuration.
    assert exports.decides(Symbol("CONFIG_X86")) is True
    assert not exports.is_note


def test_a_configuration_that_is_not_known_at_all() -> None:
    exports = replace(kernel(small(""), "6.9"), config=None)
    assert exports.decides(Symbol("CONFIG_X86")) is None
    assert exports.has("NUMBER(configured)") is None


def test_what_a_parser_does_not_see_is_not_there() -> None:
    exports = replace(note(small(""), always=1), unread=frozenset({"NUMBER(always)"}))
    assert exports.has("NUMBER(always)") is False


def test_a_note_is_all_that_there_is() -> None:
    schema = small("")
    values = {"NUMBER(always)": 3, "OSRELEASE": "6.9.0", "SYMBOL(unheard)": 5}
    told = {DumpSource.HEADERS: True}
    exports = noted(schema, Release.parse("6.9"), arch_of(schema), values, told)
    assert exports.is_note and exports.keys == values.keys()
    assert exports.has("NUMBER(configured)") is False
    assert exports.values == {"NUMBER(always)": 3, "SYMBOL(unheard)": 5}
    assert exports.formats == {"NUMBER(always)": Format.SIGNED}
    assert exports.of_dump == told
    assert noted(schema, Release.parse("6.9"), arch_of(schema), values).of_dump == {}


def test_questions_about_values() -> None:
    exports = note(small(""), always=48)

    def asked(key: str, value: int) -> bool | None:
        return exports.tells(Binary("==", Key(key, (0, 0)), Number(value, str(value))))

    assert (asked("NUMBER(always)", 48), asked("NUMBER(always)", 52)) == (True, False)
    assert asked("NUMBER(other)", 48) is None


def test_a_kernel_of_one_configuration() -> None:
    """Entries under the same condition come together; what another decides is not there."""
    schema = small(
        "",
        """
NUMBER(elsewhere) {
	value signed bit
	depends on CONFIG_ELSE
	since 6.6
}
""",
    )
    narrow = kernel(schema, "6.9").narrowed(["NUMBER(configured)"])
    has = {key: narrow.has(f"NUMBER({key})") for key in ("configured", "beside", "elsewhere")}
    assert has == {"configured": True, "beside": True, "elsewhere": False}


def test_a_changed_kernel() -> None:
    schema = small("")
    before = note(schema, always=3, other=4)
    after = before.changed(removed=["NUMBER(always)"], added=["SYMBOL(new)"])
    assert after.keys == {"NUMBER(other)", "SYMBOL(new)"}
    assert after.values == {"NUMBER(other)": 4}
    assert before.keys == {"NUMBER(always)", "NUMBER(other)"}
    conditional = kernel(schema, "6.9").changed(removed=["NUMBER(configured)"])
    assert conditional.has("NUMBER(configured)") is False
    assert conditional.has("NUMBER(beside)") is None


def test_another_form() -> None:
    before = kernel(small(""), "6.9")
    after = before.changed(reformatted={"NUMBER(always)": Format.HEX})
    assert after.formats == {**before.formats, "NUMBER(always)": Format.HEX}
    assert after.keys == before.keys
