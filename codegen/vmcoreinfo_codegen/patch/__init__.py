# SPDX-License-Identifier: MIT
"""Patches to the kernel: mails, series, diffs, and their effect on exports."""
