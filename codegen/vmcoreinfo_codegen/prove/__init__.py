# SPDX-License-Identifier: MIT
"""Tools run on dumps, whole and without entries, and the results compared with predictions."""
