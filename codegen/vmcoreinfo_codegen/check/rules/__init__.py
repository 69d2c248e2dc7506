# SPDX-License-Identifier: MIT
"""One module a rule; each defines RULE."""
