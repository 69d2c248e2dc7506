# SPDX-License-Identifier: MIT
"""The page in docs/: what happened after each patch, and the answer of `impact` for it."""

from __future__ import annotations

from typing import Any

from tests.patch.history import Corpus, is_told


def table(corpus: Corpus, aside: Corpus) -> str:
    """The page in docs/."""
    facts, patches = corpus.changed, corpus.patches
    broke = [patch for patch in patches if patch["outcome"] == "broke"]
    harmless = [patch for patch in patches if patch["outcome"] == "harmless"]
    told = [patch for patch in broke if is_told(patch, facts[patch["file"]]["answer"])]
    alarms = [p for p in harmless if facts[p["file"]]["answer"]["outcome"] == "breaks"]
    lines = [
        _HEAD.format(
            patches=len(patches), broke=len(broke), harmless=len(harmless), told=len(told),
            recall=100 * len(told) / len(broke), alarms=len(alarms),
            open=sum(facts[p["file"]]["answer"]["outcome"] == "not-judged" for p in harmless),
            **_of_aside(aside),
        )
    ]  # fmt: skip
    lines += ["| patch | in | broke | `impact` |", "|---|---|---|---|"]
    for patch in broke:
        happened = "; ".join(f"{one['tool']} {one['releases']}" for one in patch["broke"])
        said = facts[patch["file"]]["answer"]
        answer = ", ".join(said["tools"]) if is_told(patch, said) else f"**{said['outcome']}**"
        lines.append(f"| {_called(patch)} | {patch['release']} | {happened} | {answer} |")
    lines += ["", "Not found, and why:", ""]
    lines += [f"- {p['subject']}: {p['miss']}" for p in broke if p not in told]
    lines += ["", "| harmless patch | in | `impact` |", "|---|---|---|"]
    for patch in harmless:
        said = facts[patch["file"]]["answer"]["outcome"]
        lines.append(f"| {_called(patch)} | {patch['release']} | {said} |")
    return "\n".join(lines) + "\n"


def _called(patch: dict[str, Any]) -> str:
    subject = str(patch["subject"]).replace("|", "\\|").replace("*", "\\*").replace("_", "\\_")
    return f"{subject} ({patch['commit']})" if "commit" in patch else subject


def _of_aside(aside: Corpus) -> dict[str, int]:
    said = {patch["file"]: aside.changed[patch["file"]]["answer"] for patch in aside.patches}
    broke = [patch for patch in aside.patches if patch["outcome"] == "broke"]
    harmless = [patch["file"] for patch in aside.patches if patch["outcome"] == "harmless"]
    missed = [patch["file"] for patch in broke if not is_told(patch, said[patch["file"]])]
    return {
        "aside": len(aside.patches),
        "aside_broke": len(broke),
        "aside_told": len(broke) - len(missed),
        "aside_open": sum(said[name]["outcome"] == "not-judged" for name in missed),
        "aside_denied": sum(said[name]["outcome"] in ("nothing", "unrelated") for name in missed),
        "aside_harmless": len(harmless),
        "aside_alarms": sum(said[name]["outcome"] == "breaks" for name in harmless),
    }


_HEAD = """\
# Patches of 2012 to 2026, and what `impact` says about them

Each of these {patches} patches and series changed VMCOREINFO or something behind an entry. {broke} of them broke a tool
until it was fixed; {harmless} are not known to have broken any. What happened, with references, is in
[`tests/patch/history/corpus.toml`](../tests/patch/history/corpus.toml); the
[README](../tests/patch/history/README.md) there says how the patches were chosen.

- **Found**: for {told} of {broke} ({recall:.0f} %), `impact --patch FILE --to RELEASE` names a tool that broke.
- **False alarms**: {alarms} of {harmless}. For {open} more it says that it can't judge everything they touch.

**The schema was completed with these patches**, and it knows the releases since. {aside} other patches were kept for
measurement only ([`aside.toml`](../tests/patch/history/aside.toml)). Of the {aside_broke} among them that broke a tool,
`impact` finds {aside_told}. For {aside_open} more it says that it can't judge them, and for {aside_denied} that no tool
breaks or that nothing known is touched, because the schema does not yet know what tools copied there. Of the
{aside_harmless} harmless ones {aside_alarms} are false alarms. So the answer "no tool breaks" is only as good as the
schema's knowledge of what is behind entries.
"""
