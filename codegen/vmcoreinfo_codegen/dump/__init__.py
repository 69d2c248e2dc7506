# SPDX-License-Identifier: MIT
"""Where notes are: dumps of every container, the live kernel, raw memory images.

Stands on the generated parser and the standard library, so that `parse` starts
fast. Everything that is read is taken for hostile: sizes, offsets and counts
are checked before they are used, and what is held in memory is bounded.
"""
