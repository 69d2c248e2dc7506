# SPDX-License-Identifier: MIT
"""The field's own words as values: releases, keys, Kconfig conditions, expressions.

They know neither files nor rendering; every other package is built on them.
"""
