# SPDX-License-Identifier: MIT
"""The JSON that the verbs print: an interface, each with a JSON Schema made from these records.

A verb imports what it prints and no more; `answers` has them all.
"""
