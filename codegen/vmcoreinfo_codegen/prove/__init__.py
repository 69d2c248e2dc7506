# SPDX-License-Identifier: MIT
"""Runs tools on dumps, complete and without entries, and compares results with predictions."""
