# SPDX-License-Identifier: MIT
"""Bring the schema up to a kernel tree: what has to change, and the edited files."""
