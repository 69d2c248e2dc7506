# SPDX-License-Identifier: MIT
"""Basic values: releases, keys, Kconfig conditions, expressions.

They neither read files nor render output; every other package uses them.
"""
