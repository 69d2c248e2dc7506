# SPDX-License-Identifier: MIT
"""Where models come from: the files of a schema, and the model of them that is cached."""
