# SPDX-License-Identifier: MIT
"""Dumps of real machines in QEMU with more than one kernel, and the results of the command on them.

`make several` makes them and records the results in tests/corpus/several; a fast test compares the
records with the right results.
"""
