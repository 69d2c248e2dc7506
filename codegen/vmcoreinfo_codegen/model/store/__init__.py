# SPDX-License-Identifier: MIT
"""Where models come from: the files of a schema, and the cached model."""
