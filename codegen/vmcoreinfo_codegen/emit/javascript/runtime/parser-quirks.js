// SPDX-License-Identifier: MIT
// Lines of a note that a tool's parser misreads.
"use strict";

(function (vmcoreinfo) {
	const { facts } = vmcoreinfo;
	const { canRead, isOf, keysOfTool, rank } = vmcoreinfo.ofTools;
	const { quoted } = vmcoreinfo.ofDumps;
	const SHOWN = 40;
	const NUMBERS = [
		["decimal", /^[0-9]+$/],
		["signed", /^-?[0-9]+$/],
		["hex", /^[0-9a-fA-F]+$/],
		["0x-hex", /^0x[0-9a-fA-F]+$/],
	];

	const shown = (line) => quoted(line.slice(0, SHOWN)) + (line.length > SHOWN ? "…" : "");

	const lineNumber = (text, place) => text.slice(0, place).split("\n").length;

	function firstLine(subject, words) {
		for (const [place, line] of subject.lines.entries()) {
			const said = words(line, place + 1);
			if (said) {
				return `line ${place + 1} ${said}`;
			}
		}
		return null;
	}

	const FINDERS = {
		"note-limit": ({ text }, limit) =>
			text.length > limit ? `the note has ${text.length} bytes, but its limit is ${limit}` : null,
		"line-limit": (subject, limit) =>
			firstLine(subject, (line) =>
				line.length > limit ? `has ${line.length} bytes, but its limit is ${limit}` : "",
			),
		"last-line-dropped": ({ text, lines }) =>
			text && !text.endsWith("\n")
				? `the last line has no newline, ${shown(lines[lines.length - 1])}`
				: null,
		"equals-needed": (subject) =>
			firstLine(subject, (line) => (line && !line.includes("=") ? `has no '=': ${shown(line)}` : "")),
		"osrelease-first": ({ text, lines }) =>
			text.startsWith("OSRELEASE=") ? null : `the first line is ${shown(lines[0])}`,
		"printable-only": ({ text }) => {
			const found = /[^\t\n\x0b\x0c\r\x20-\x7e]/.exec(text);
			if (found === null) {
				return null;
			}
			const code = found[0].charCodeAt(0).toString(16).padStart(2, "0");
			return `line ${lineNumber(text, found.index)} has a byte 0x${code}`;
		},
		unanchored: ({ text, wanted }) => {
			for (const key of wanted) {
				const place = text.indexOf(`${key}=`);
				if (place > 0 && text[place - 1] !== "\n") {
					return `line ${lineNumber(text, place)} has ${key}= inside`;
				}
			}
			return null;
		},
		"first-duplicate": ({ lines, wanted }) => {
			const seen = new Map();
			for (const [place, line] of lines.entries()) {
				const at = line.indexOf("=");
				const key = line.slice(0, Math.max(at, 0));
				if (at < 0 || !wanted.has(key)) {
					continue;
				}
				const value = line.slice(at + 1);
				const [first, had] = seen.get(key) ?? [place + 1, value];
				seen.set(key, [first, had]);
				if (had !== value) {
					return `${key} is on lines ${first} and ${place + 1} with different values`;
				}
			}
			return null;
		},
		unparsable: ({ info, lines, wanted, reads }) => {
			const bad = new Set(["malformed", "overflow", "other-base"]);
			for (const problem of info.diagnostics) {
				if (!bad.has(problem.id) || !wanted.has(problem.key ?? "")) {
					continue;
				}
				const line = lines[problem.line - 1];
				const value = line.slice(line.indexOf("=") + 1);
				const isRead = NUMBERS.some(([format, form]) => form.test(value) && reads(problem.key, format));
				if (problem.id === "overflow" || !isRead) {
					return `line ${problem.line} has a value that is not a number: ${shown(line)}`;
				}
			}
			return null;
		},
	};

	/** The quirks of a release that a note triggers, the worst first. */
	function quirksOf(consumer, tool, note) {
		const isAnywhere = !facts.dumpFormats.includes(note.format);
		const found = [];
		for (const trait of consumer.traits) {
			const counts = !trait.dumps.length || trait.dumps.includes(note.format) || isAnywhere;
			if (!isOf(trait.since, trait.until, tool) || !counts) {
				continue;
			}
			const wanted = new Set(trait.subjects.length ? trait.subjects : keysOfTool(consumer, tool));
			const reads = (key, format) => canRead(consumer, key, format, tool);
			const subject = { text: note.bare, lines: note.lines, info: note.bareInfo, wanted, reads };
			const where = FINDERS[trait.trait](subject, trait.limit ?? 0);
			if (where !== null) {
				const last = note.lines[note.lines.length - 1];
				const lost = trait.trait === "last-line-dropped" ? last.split("=", 1)[0] : "";
				found.push({ trait, where, lost });
			}
		}
		return found.sort((left, right) => rank(right.trait.verdict) - rank(left.trait.verdict));
	}

	function noteOf(found) {
		let end = found.text.length;
		while (end > 0 && found.text[end - 1] === 0) {
			end--;
		}
		const bytes = found.text.subarray(0, end);
		const bare = vmcoreinfo.latin1(bytes);
		const lines = (bare.endsWith("\n") ? bare.slice(0, -1) : bare).split("\n");
		return { bare, lines, bareInfo: vmcoreinfo.parse(bytes), format: found.format };
	}

	Object.assign(vmcoreinfo.ofTools, { noteOf, quirksOf });
})(globalThis.vmcoreinfo);
