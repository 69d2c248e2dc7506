// SPDX-License-Identifier: MIT
// The findings of the rules on a note, the worst first.
"use strict";

(function (vmcoreinfo) {
	const { facts } = vmcoreinfo;
	const { compareLists } = vmcoreinfo.kernels;
	const { RULES, Subject } = vmcoreinfo.ofAudit;
	const MOST_FINDINGS = 1000;
	const SEVERITIES = ["error", "warning", "info"];

	function* findingsOf(rule, subject) {
		const [, severity, remedy] = facts.rules[rule];
		let left = MOST_FINDINGS;
		for (const [key, message, line, own, worse] of RULES[rule](subject)) {
			if (--left < 0) {
				const text = `more than ${MOST_FINDINGS} findings of this rule; the rest is left out`;
				yield { rule, severity, key: null, message: text, remedy, line: null };
				return;
			}
			yield { rule, severity: worse ?? severity, key, message, remedy: own ?? remedy, line };
		}
	}

	/** The findings in a note from `findNote`, the worst first, then by rule and line. */
	function audit(found, known) {
		const subject = new Subject(found, known);
		const findings = Object.keys(RULES).sort().flatMap((rule) => [...findingsOf(rule, subject)]);
		const key = (one) => [
			SEVERITIES.indexOf(one.severity),
			one.rule,
			one.line ?? 0,
			one.key ?? "",
		];
		const placed = findings.map((one) => [key(one), one]);
		placed.sort(([left], [right]) => compareLists(left, right));
		// The line of the input, if that differs from the note's.
		return placed.map(([, one]) => ({
			...one,
			line: one.line === null ? null : (found.lines?.[one.line - 1] ?? one.line),
		}));
	}

	Object.assign(vmcoreinfo, { audit, auditRules: Object.keys(RULES) });
})(globalThis.vmcoreinfo);
