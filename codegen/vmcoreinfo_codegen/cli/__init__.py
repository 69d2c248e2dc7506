# SPDX-License-Identifier: MIT
"""The command `vmcoreinfo`: one module per verb in `verbs/`, loaded on demand."""
