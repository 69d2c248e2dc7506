# SPDX-License-Identifier: MIT
"""The drivers of the generated C, which the fuzzers use too."""

from tests.emit.conftest import driver as driver
from tests.emit.conftest import optimised_driver as optimised_driver
from tests.emit.conftest import sanitizer as sanitizer  # driver asks for it
