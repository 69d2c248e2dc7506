// SPDX-License-Identifier: MIT
// Expressions over the values of a note.
"use strict";

(function (vmcoreinfo) {
	const BINARY = {
		"|": (left, right) => left | right,
		"&": (left, right) => left & right,
		"==": (left, right) => BigInt(left === right),
		"!=": (left, right) => BigInt(left !== right),
		"<<": (left, right) => (right < 64n ? left << right : 0n),
		">>": (left, right) => (right < 64n ? left >> right : 0n),
		"+": (left, right) => left + right,
		"-": (left, right) => left - right,
	};
	const UNARY = {
		"~": (operand) => ~operand,
		"!": (operand) => BigInt(operand === 0n),
		"-": (operand) => -operand,
	};

	/** The 64-bit value of an expression over the values of a note, null if it needs a missing one. */
	function valueOf(expression, values) {
		if (typeof expression === "string") {
			return BigInt.asUintN(64, BigInt(expression));
		}
		const [operator, ...operands] = expression;
		if (operator === "key") {
			const value = values.get(operands[0]);
			return value === undefined ? null : BigInt.asUintN(64, value);
		}
		if (operator === "?") {
			const chosen = valueOf(operands[0], values);
			return chosen === null ? null : valueOf(operands[chosen ? 1 : 2], values);
		}
		const known = operands.map((operand) => valueOf(operand, values));
		if (known.includes(null)) {
			return null;
		}
		if (operator === "log2") {
			const [power] = known;
			const isPower = power > 0n && (power & (power - 1n)) === 0n;
			return isPower ? BigInt(power.toString(2).length - 1) : null;
		}
		const made = known.length === 1 ? UNARY[operator](...known) : BINARY[operator](...known);
		return BigInt.asUintN(64, made);
	}

	/** The keys in an expression, in order. */
	function keysOf(expression) {
		if (typeof expression === "string") {
			return [];
		}
		const [operator, ...operands] = expression;
		return operator === "key" ? operands : [...new Set(operands.flatMap(keysOf))];
	}

	Object.assign(vmcoreinfo.kernels, { keysOf, valueOf });
})(globalThis.vmcoreinfo);
