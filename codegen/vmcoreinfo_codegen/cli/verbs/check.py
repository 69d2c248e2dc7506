# SPDX-License-Identifier: MIT
"""`vmcoreinfo check`"""

from __future__ import annotations

import argparse
import sys

from ...check import BUILT_IN, all_rules, check_folder
from ...problem import SchemaError, shortened
from ...query.problems import checked
from ..failure import FINDINGS, FINE, Failure
from ..layout import wrapped
from ..output import print_answer, print_json, print_table
from ..schema import add_format_option, add_schema_option


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rules", action="store_true", help="list the rules and exit")
    parser.add_argument("--rule", metavar="ID", help="explain one rule, with an example")
    add_format_option(parser)
    add_schema_option(parser)


def run(options: argparse.Namespace) -> int:
    if options.rules:
        rules = [[id_, "", doc] for id_, doc in BUILT_IN.items()]
        rules += [[rule.id, rule.name, rule.doc] for rule in all_rules()]
        if options.format == "json":
            print_json([dict(zip(("id", "name", "doc"), rule, strict=True)) for rule in rules])
        else:
            print_table(["RULE", "NAME", "WHAT"], rules)
        return FINE
    if options.rule is not None:
        return _explain_rule(options.rule)
    if not options.schema.is_dir():
        raise Failure(f"{options.schema}: no such folder")
    try:
        schema, problems = check_folder(options.schema)
    except SchemaError as error:
        schema, problems = None, list(error.problems)
    if options.format == "json":
        print_answer(checked(problems))
    else:
        for problem in problems:
            print(problem)
        if schema is not None and not problems:
            print(
                f"{len(schema.entries)} entries, {len(schema.derivations)} derivations, "
                f"{len(all_rules())} rules: no problems",
                file=sys.stderr,
            )
    if schema is not None and not schema.entries and not problems:
        raise Failure(f"{options.schema}: no .vmci file with entries")
    return FINDINGS if problems else FINE


def _explain_rule(word: str) -> int:
    for rule in all_rules():
        if word in (rule.id, rule.name):
            print(
                f"{rule.id} {rule.name}\n\n{wrapped(rule.doc)}\n\nFails:\n{rule.example.rstrip()}"
            )
            return FINE
    for id_, doc in BUILT_IN.items():
        if word == id_:
            print(f"{id_}\n\n{wrapped(doc)}")
            return FINE
    raise Failure(
        f"unknown rule '{shortened(word)}'; 'vmcoreinfo check --rules' lists them", FINDINGS
    )
