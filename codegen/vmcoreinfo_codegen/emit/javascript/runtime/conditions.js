// SPDX-License-Identifier: MIT
// Conditions on the configuration of a kernel.
"use strict";

(function (vmcoreinfo) {
	/** True, false, or null if the known symbols don't decide it. */
	function evaluate(condition, config) {
		if (typeof condition === "boolean") {
			return condition;
		}
		if (typeof condition === "string") {
			return condition in config ? Boolean(config[condition]) : null;
		}
		const [operator, ...terms] = condition;
		if (operator === "==") {
			const [name, number] = terms;
			return name in config ? Number(config[name]) === number : null;
		}
		if (operator === "!") {
			const value = evaluate(terms[0], config);
			return value === null ? null : !value;
		}
		const decides = operator === "|";
		const values = terms.map((term) => evaluate(term, config));
		if (values.includes(decides)) {
			return decides;
		}
		return values.includes(null) ? null : !decides;
	}

	/** The condition that remains when the values in `config` are put in. */
	function simplify(condition, config) {
		if (typeof condition === "boolean") {
			return condition;
		}
		if (typeof condition === "string" || condition[0] === "==") {
			return evaluate(condition, config) ?? condition;
		}
		const [operator, ...terms] = condition;
		if (operator === "!") {
			const term = simplify(terms[0], config);
			return typeof term === "boolean" ? !term : ["!", term];
		}
		const decides = operator === "|";
		const kept = [];
		for (const term of terms.map((one) => simplify(one, config))) {
			if (typeof term !== "boolean") {
				kept.push(term);
			} else if (term === decides) {
				return term;
			}
		}
		if (!kept.length) {
			return !decides;
		}
		return kept.length === 1 ? kept[0] : [operator, ...kept];
	}

	/** The symbols that a condition requires: `A && !B && C == 3`; those in an `||` don't count. */
	function literals(condition) {
		const found = {};
		const terms = Array.isArray(condition) && condition[0] === "&" ? condition.slice(1) : [condition];
		for (const term of terms) {
			if (typeof term === "string") {
				found[term] = true;
			} else if (Array.isArray(term) && term[0] === "!" && typeof term[1] === "string") {
				found[term[1]] = false;
			} else if (Array.isArray(term) && term[0] === "==") {
				found[term[1]] = term[2];
			}
		}
		return found;
	}

	/** A condition in C syntax. */
	function rendered(condition, binding = 0) {
		if (typeof condition === "boolean") {
			return condition ? "1" : "0";
		}
		if (typeof condition === "string") {
			return condition;
		}
		const [operator, ...terms] = condition;
		if (operator === "==") {
			return `${terms[0]} == ${terms[1]}`;
		}
		if (operator === "!") {
			const isComparison = Array.isArray(terms[0]) && terms[0][0] === "==";
			return isComparison ? `!(${rendered(terms[0])})` : `!${rendered(terms[0], 2)}`;
		}
		const own = operator === "&" ? 1 : 0;
		const text = terms.map((term) => rendered(term, own)).join(` ${operator}${operator} `);
		return binding > own ? `(${text})` : text;
	}

	Object.assign(vmcoreinfo.kernels, { evaluate, literals, rendered, simplify });
})(globalThis.vmcoreinfo);
