# SPDX-License-Identifier: MIT
"""vmcoreinfo: one schema of every VMCOREINFO entry, and the products made from it.

The packages follow the flow of the data: `core` (releases, conditions, expressions) → `syntax`
(text of `.vmci` files) → `model` (its meaning) → `check` (lint rules) → `emit` (generated
products); `cli` is on top.
"""

__version__ = "0.1.0"
