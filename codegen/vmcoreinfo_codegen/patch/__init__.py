# SPDX-License-Identifier: MIT
"""Patches to the kernel: mails, series, diffs, and what they change of what the kernel exports."""
