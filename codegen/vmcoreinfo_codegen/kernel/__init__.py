# SPDX-License-Identifier: MIT
"""Kernel sources: which VMCOREINFO lines a tree prints, where, and on which condition."""
