# SPDX-License-Identifier: MIT
"""The vmcoreinfo tool: one schema of every VMCOREINFO entry, and what is made from it.

The data's way reads off the packages: `core` (releases, conditions,
expressions) → `syntax` (text of `.vmci` files) → `model` (what they mean) →
`check` (lint rules) → `emit` (generated products); `cli` on top.
"""

__version__ = "0.1.0"
