// SPDX-License-Identifier: MIT
// Notes as people post them: in mails, issues and logs, with something before each line. Texts
// have one character per byte.
"use strict";

(function (vmcoreinfo) {
	const MOST_ENTRIES = 1 << 16;
	const LONGEST_GAP = 40;
	const LONGEST_FRONT = 200;
	const LONGEST_TAIL = 200;
	const MOST_BESIDE = 16;
	const MOST_SHOWN = 40;

	const S = "[ \\t\\n\\r\\f\\v]";
	const escaped = (text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
	// Keys without parentheses; any word in capitals could be one, and in the log of a shell most are not.
	const BARE = [...vmcoreinfo.ENTRIES.keys()].filter((key) => !key.includes("(")).map(escaped).join("|");
	const ENTRY =
		"(?<![^ \\t\\n\\r\\f\\v\\0>|:\\]\"'`*/#;,({])" +
		`((?:SYMBOL|OFFSET|SIZE|LENGTH|NUMBER|[A-Z]{3,12})\\([^() \\t\\n\\r\\f\\v=]{1,100}\\)|${BARE})` +
		"=([0-9A-Za-z.+~_:@%-]{1,128})";
	const BETWEEN = /[ \t\n\r\f\v,;"'`]*/y;
	const TAIL =
		/(?:[ \t\n\r\f\v\0"'`,;)}\]\\]|<[^<>]{0,80}>)*(?:$|(?<=[ \t\n\r\f\v])(?:[<#/;(!-]|[\x80-\xff]))/y;
	const COLOUR = /\x1b\[[0-9;]{0,20}[A-Za-z]/g;
	const ENCODING = /^content-transfer-encoding:[ \t]*(quoted-printable|base64)[ \t]*\r?$/gim;
	const BLANK_LINE = /\n\r?\n/g;
	const BOUNDARY = /^--[^ \t\n\r\f\v=]/gm;

	function matchAt(pattern, text, at) {
		pattern.lastIndex = at;
		return pattern.exec(text);
	}

	function trimmed(text) {
		return text.replace(new RegExp(`^${S}+|${S}+$`, "g"), "");
	}

	/**
	 * Whether it is a plain note, intact or not: it does not begin with words, most lines begin with a
	 * key, and nothing follows the values.
	 */
	function isPlain(text) {
		const lines = text.split("\n").filter((line) => trimmed(line));
		const plain = lines.filter(isPlainLine).length;
		return 2 * plain >= lines.length && !(lines.length && hasWords(lines[0]));
	}

	function hasWords(line) {
		const front = trimmed(line.split("=", 1)[0]);
		return front.includes(" ") && /^[\x20-\x7e]*$/.test(front);
	}

	function isPlainLine(line) {
		const at = line.indexOf("=");
		const key = line.slice(0, Math.max(at, 0));
		return at >= 0 && /^[A-Za-z]/.test(key) && !key.includes(" ") && !/[\r\t ]$/.test(line);
	}

	/** Every note in a mail, an issue or a log, the one to read first; excerpts of a note are left out. */
	function findPosted(text, name) {
		const found = new Map();
		for (const entries of apart(entriesIn(decoded(text), name))) {
			const note = noteOf(entries);
			if (!found.has(note.text)) {
				found.set(note.text, note);
			}
		}
		const every = [...found.values()];
		const most = Math.max(0, ...every.map((note) => note.lines.length));
		const fullest = every.find((note) => note.lines.length === most);
		if (fullest === undefined) {
			return [];
		}
		const lines = new Set(fullest.text.split("\n"));
		const others = every.filter(
			(note) => note === fullest || !note.text.split("\n").every((line) => lines.has(line)),
		);
		// The first that is not just the beginning of another.
		const isShort = (note) => Number(2 * note.lines.length < most);
		return others.sort((left, right) => isShort(left) - isShort(right));
	}

	/** UTF-8 as one character per byte. */
	function bytesOf(text) {
		return vmcoreinfo.latin1(new TextEncoder().encode(text));
	}

	function decodedAs(text, encoding) {
		const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
		return bytesOf(new TextDecoder(encoding).decode(bytes));
	}

	/** The text as ASCII, with bodies of mails decoded; bytes stay in their line if possible. */
	function decoded(text) {
		if (text.startsWith("\xff\xfe")) {
			text = decodedAs(text.slice(2), "utf-16le");
		} else if (text.startsWith("\xfe\xff")) {
			text = decodedAs(text.slice(2), "utf-16be");
		} else if (text.startsWith("\xef\xbb\xbf")) {
			text = text.slice(3);
		}
		let [made, place] = ["", 0];
		for (const [start, end, encoding] of encodedIn(text)) {
			made += text.slice(place, start) + plainBody(text.slice(start, end), encoding);
			place = end;
		}
		made += text.slice(place);
		// Escapes in a string of C or JSON; two characters stay two.
		return made.replace(COLOUR, "").replaceAll("\\r", "  ").replaceAll("\\n", "  ").replaceAll("&gt;", "   >");
	}

	/** The places and encodings of encoded mail bodies. */
	function* encodedIn(text) {
		let reached = 0;
		for (const header of text.matchAll(ENCODING)) {
			if (header.index < reached) {
				continue;
			}
			const blank = matchAt(BLANK_LINE, text, header.index + header[0].length);
			if (blank === null) {
				return;
			}
			const start = blank.index + blank[0].length;
			const boundary = matchAt(BOUNDARY, text, start);
			reached = boundary ? boundary.index : text.length;
			yield [start, reached, header[1].toLowerCase()];
		}
	}

	function plainBody(body, encoding) {
		if (encoding === "quoted-printable") {
			return body
				.replace(/=[ \t]*\r?\n/g, "")
				.replace(/=([0-9A-Fa-f]{2})/g, (_, digits) => String.fromCharCode(parseInt(digits, 16)));
		}
		try {
			return `${atob(body.replace(/[^A-Za-z0-9+/]/g, ""))}\n`;
		} catch {
			return body;
		}
	}

	function count(text, start, end) {
		let [found, at] = [0, text.indexOf("\n", start)];
		while (at >= 0 && at < end) {
			found++;
			at = text.indexOf("\n", at + 1);
		}
		return found;
	}

	/** Every entry, in order. No part is searched twice, however long a line is. */
	function* entriesIn(text, name) {
		let left = MOST_ENTRIES;
		let [line, reached, front, alike, before] = [1, 0, "", "", null];
		for (const match of text.matchAll(new RegExp(ENTRY, "g"))) {
			if (--left < 0) {
				throw new vmcoreinfo.DumpError(
					`${name}: passed the limit of ${MOST_ENTRIES} entries of notes in one text`,
				);
			}
			const start = match.index;
			const end = start + match[0].length;
			const newline = text.slice(reached, start).lastIndexOf("\n");
			if (newline >= 0 || before === null) {
				line += count(text, reached, start);
				const first = newline >= 0 ? reached + newline + 1 : 0;
				front = text.slice(Math.max(first, start - LONGEST_FRONT), start);
				alike = alikeOf(front);
			} else if (!isBetween(text, before, start)) {
				front = text.slice(Math.max(before, start - LONGEST_FRONT), start);
				alike = alikeOf(front);
			}
			before = reached = end;
			if (isWhole(text, end)) {
				yield { line, front, alike, key: match[1], value: match[2], endsInput: end === text.length };
			}
		}
	}

	function isBetween(text, start, end) {
		return start + matchAt(BETWEEN, text, start)[0].length >= end;
	}

	/** The text before an entry, without digits and with single blanks. */
	function alikeOf(front) {
		const short = front.replace(/0x[0-9a-fA-F]+|[0-9.]+/g, "0").replace(new RegExp(`${S}+`, "g"), " ");
		return trimmed(short.replace(/(?<=>) (?=>)/g, ""));
	}

	/** Whether only another entry, a comment or the end of the line follows the value. */
	function isWhole(text, end) {
		const behind = text.slice(end, end + LONGEST_TAIL);
		const newline = behind.indexOf("\n");
		if (matchAt(TAIL, newline < 0 ? behind : behind.slice(0, newline), 0)) {
			return true;
		}
		const space = matchAt(BETWEEN, text, end)[0].length;
		return space > 0 && matchAt(new RegExp(ENTRY, "y"), text, end + space) !== null;
	}

	/** Entries grouped by note: a new one begins at OSRELEASE, or after a long gap. */
	function* apart(entries) {
		let some = [];
		for (const entry of entries) {
			const last = some[some.length - 1];
			if (last && (entry.key === "OSRELEASE" || entry.line - last.line > LONGEST_GAP)) {
				yield some;
				some = [];
			}
			some.push(entry);
		}
		if (some.length) {
			yield some;
		}
	}

	/** The note of the entries with the most common text before them; OSRELEASE at the start may differ. */
	function noteOf(entries) {
		const counts = new Map();
		for (const entry of entries) {
			counts.set(entry.alike, (counts.get(entry.alike) ?? 0) + 1);
		}
		let [alike, most] = ["", 0];
		for (const [one, times] of counts) {
			if (times > most) {
				[alike, most] = [one, times];
			}
		}
		const ofNote = entries.filter(
			(entry, number) => entry.alike === alike || (number === 0 && entry.key === "OSRELEASE"),
		);
		const lines = ofNote.map((entry) => entry.line);
		const last = ofNote[ofNote.length - 1];
		const text = ofNote.map((entry) => `${entry.key}=${entry.value}`).join("\n");
		return {
			// A value at the end of the input may be cut.
			text: text + (last.endsInput ? "" : "\n"),
			lines,
			front: last.front,
			between: lines[lines.length - 1] - lines[0] + 1 - new Set(lines).size,
		};
	}

	function where(note) {
		const first = note.text.split("\n", 1)[0];
		const release = first.startsWith("OSRELEASE=") ? first.slice("OSRELEASE=".length) : "";
		const { lines } = note;
		const place = `${lines.length} entries, lines ${lines[0]} to ${lines[lines.length - 1]}`;
		return `${release || "no OSRELEASE"} (${place})`;
	}

	/** Remarks on how the first note was read, and on the others. */
	function postedRemarks(found) {
		const [note, ...others] = found;
		const parts = [`read as a posted note: ${where(note)}`];
		const front = trimmed(note.front);
		if (front) {
			parts.push(`without the prefix of each line, such as '${front.slice(0, MOST_SHOWN)}'`);
		}
		if (note.between) {
			parts.push(`unrelated lines in between: ${note.between}`);
		}
		const remarks = [parts.join("; ")];
		if (others.length) {
			const shown = others.slice(0, MOST_BESIDE).map(where).join("; ");
			const left = others.length - MOST_BESIDE;
			const { lines } = others[0];
			remarks.push(
				`other notes in it, not read: ${shown}${left > 0 ? `; and ${left} more` : ""}; ` +
					`to read one: sed -n '${lines[0]},${lines[lines.length - 1]}p' FILE | vmcoreinfo note -`,
			);
		}
		return remarks;
	}

	Object.assign(vmcoreinfo, { isPlain, findPosted, postedRemarks });
})(globalThis.vmcoreinfo);
