# SPDX-License-Identifier: MIT
"""The command `vmcoreinfo`: one module a verb in `verbs/`, each loaded when it is asked for."""
