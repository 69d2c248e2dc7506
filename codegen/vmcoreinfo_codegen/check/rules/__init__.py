# SPDX-License-Identifier: MIT
"""One rule per module; each defines RULE."""
