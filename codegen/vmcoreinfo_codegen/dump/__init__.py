# SPDX-License-Identifier: MIT
"""Notes in dumps of every container, the live kernel, and raw memory images.

Needs only the generated parser and the standard library, so that `parse` starts
fast. Input is treated as hostile: sizes, offsets and counts are checked before
use, and memory use is bounded.
"""
