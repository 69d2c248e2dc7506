# SPDX-License-Identifier: MIT
"""Tools run on dumps, whole and without entries, and what came of it beside what was predicted."""
