# SPDX-License-Identifier: MIT
"""Dumps of real machines in QEMU that have more than one kernel in them, and what the command makes of them.

`make several` makes them and records what comes of it in tests/corpus/several; a fast test holds what is
recorded to what is right.
"""
