// SPDX-License-Identifier: MIT
// What releases of tools come to on a note: as `vmcoreinfo compat NOTE` says it, purpose by purpose.
"use strict";

(function (vmcoreinfo) {
	const { facts, kernels } = vmcoreinfo;
	const { compareLists, compareMoments, compareReleases, contains, evaluate, release } = kernels;
	const NEXT = "next";
	const PURPOSE = "parse the note";
	const MOST_KEYS = 4;
	const MOST_PURPOSES = 4;
	const MANY = "is not in the note";

	const rank = (verdict) => facts.verdicts.indexOf(verdict);
	const isBad = (verdict) => verdict === "wrong" || verdict === "fatal";
	const worse = (verdicts) =>
		verdicts.reduce((most, one) => (rank(one) > rank(most) ? one : most), "ok");
	const overall = (verdict) => (verdict === "fallback" ? "ok" : verdict);
	const unique = (list) => [...new Set(list)];

	/** A note that does not tell what kernel it is of; says how to name it. */
	class NotTold extends Error {
		/** `isOfArch`: it tells its release, and no architecture. */
		constructor(message, isOfArch = false) {
			super(message);
			this.isOfArch = isOfArch;
		}
	}

	// ---- releases of tools -------------------------------------------------------------------

	const TOOL_RELEASE = /^[0-9]{1,9}(?:\.[0-9]{1,9})+(?:-rc[0-9]{1,5})?$/;
	const numbers = new Map();

	/** A release of a tool as numbers that sort like it: 8.0.0 is 8.0, and a candidate comes before. */
	function numbersOf(text) {
		if (!numbers.has(text)) {
			numbers.set(text, numbersIn(text));
		}
		return numbers.get(text);
	}

	function numbersIn(text) {
		if (text === NEXT) {
			return [2 ** 30];
		}
		if (!TOOL_RELEASE.test(text)) {
			return null;
		}
		const found = text.match(/[0-9]+/g).map(Number);
		const candidate = text.includes("-rc") ? found.pop() : null;
		while (found.length > 1 && found[found.length - 1] === 0) {
			found.pop();
		}
		return candidate === null ? found : [...found, -1, candidate];
	}

	const compareTools = (left, right) => compareLists(numbersOf(left), numbersOf(right));

	/** Whether something that holds from `since` to before `until` holds for a release. */
	function isOf(since, until, tool) {
		if (since && compareTools(tool, since) < 0) {
			return false;
		}
		return !until || compareTools(tool, until) < 0;
	}

	// ---- what a note has ---------------------------------------------------------------------

	/** The format in which a kernel prints an entry, whether or not the schema expects it there. */
	function printedAs(entry, kernel, arch) {
		const here = entry.exports.filter((one) => one.formats.length && one.concerns(arch.name));
		if (!here.length) {
			return entry.format;
		}
		const exported = here.find((one) => kernels.isThere(one, kernel.moment)) ?? here[0];
		return kernels.formatOf(entry, exported, kernel);
	}

	/** What lines show of keys with several formats: a distribution may have another one early. */
	function seenAs(schema, expected, info) {
		const found = new Map();
		for (const line of info.lines) {
			const several = expected.has(line.key) ? kernels.formatsOf(schema.entries.get(line.key)) : [];
			if (several.length < 2) {
				continue;
			}
			const hasPrefix = line.text.startsWith("0x");
			const fitting = several.filter((format) => (format === "0x-hex") === hasPrefix);
			if (fitting.length && !fitting.includes(expected.get(line.key))) {
				found.set(line.key, fitting[fitting.length - 1]);
			}
		}
		return found;
	}

	/** What a note has: all of it, and nothing else; and what the dump that it is of tells beside it. */
	class Exports {
		constructor(schema, own, arch, info, ofDump) {
			this.schema = schema;
			this.release = own;
			this.arch = arch;
			this.until = schema.until;
			this.ofDump = ofDump;
			this.unread = new Set();
			this.values = new Map();
			this.there = new Set();
			const formats = new Map();
			for (const [key, line] of info.entries) {
				if (line.value === null) {
					continue;
				}
				this.there.add(key);
				if (schema.entries.has(key)) {
					formats.set(key, printedAs(schema.entries.get(key), own, arch));
				}
				if (typeof line.value === "bigint" || line.value === true) {
					this.values.set(key, BigInt(line.value));
				}
			}
			this.formats = new Map([...formats, ...seenAs(schema, formats, info)]);
			this.config = {};
			for (const one of schema.predict(own, arch).values()) {
				if (this.there.has(one.key) && !one.isSure) {
					Object.assign(this.config, kernels.literals(one.condition));
				}
			}
			Object.assign(this.config, arch.fixed);
		}

		changed(rest) {
			return Object.assign(Object.create(Exports.prototype), this, rest);
		}

		has(key) {
			return !this.unread.has(key) && this.there.has(key);
		}

		/** The release of mainline that it is like, as far as these keys tell. */
		releaseOf(keys) {
			let like = this.release;
			for (const key of keys) {
				const other = this.schema.likes.get(key);
				if (other && compareMoments(other.moment, like.moment) > 0) {
					like = other;
				}
			}
			return like;
		}

		/** Whether kernels of a range, with what is known of commits, have this one. */
		isIn(range, keys) {
			const [since, until, commit] = range;
			if (commit !== null && commit in this.schema.commits) {
				return this.schema.commits[commit] === (since !== null);
			}
			return contains(release(since), release(until), this.releaseOf(keys).moment);
		}

		/** Whether an expression is not 0; null where it asks for a value that is not known. */
		tells(expression) {
			const value = kernels.valueOf(expression, this.values);
			return value === null ? null : value !== 0n;
		}
	}

	// ---- one purpose -------------------------------------------------------------------------

	const keysOfNeed = (need) => (need.allKeys ??= unique(need.ways.flatMap((way) => way.keys ?? [])));
	const isBeside = (way) => Boolean(way.dump?.length || way.others?.length);
	const fallsBack = (need) => Boolean(need.fallback) || need.verdict === "fallback";

	/** Whether a release reads a value of that form correctly; nothing said means yes. */
	function canRead(consumer, key, format, tool) {
		if (format === undefined) {
			return true;
		}
		const kind = vmcoreinfo.ENTRIES.get(key)?.kind ?? vmcoreinfo.kindOf(key);
		for (const [since, until, subjects, formats] of [...consumer.readings].reverse()) {
			if (isOf(since, until, tool) && (subjects.includes(key) || subjects.includes(kind))) {
				return formats.includes(format);
			}
		}
		return true;
	}

	function matters(need, exports) {
		if (need.archs && !need.archs.includes(exports.arch.name)) {
			return false;
		}
		if (need.kernels && !exports.isIn(need.kernels, keysOfNeed(need))) {
			return false;
		}
		const decided = evaluate(need.condition ?? true, exports.config);
		if (decided === null) {
			// A kernel that is built for it exports it, by an alternative that some release knows.
			return need.ways.some((way) => way.keys?.length && way.keys.every((key) => exports.has(key)));
		}
		return decided;
	}

	const isRight = (need, way, exports) =>
		!way.kernels || exports.isIn(way.kernels, keysOfNeed(need));

	function verdictOf(need, way, exports) {
		if (!isRight(need, way, exports) || (way.when && exports.tells(way.when) === false)) {
			return need.verdict;
		}
		return isBeside(way) && fallsBack(need) ? "fallback" : "ok";
	}

	/** What a dump may tell, where it is not known: any of it, if the first alternative rests on some. */
	function restsOn(ways, exports) {
		const found = new Set();
		for (const way of ways) {
			const unknown = (way.dump ?? []).filter((one) => !(one in exports.ofDump));
			if (!unknown.length) {
				break;
			}
			unknown.forEach((one) => found.add(one));
		}
		return [...found];
	}

	/** The outcome for a purpose; null where there is none on that kernel or in that release. */
	function judge(consumer, need, tool, exports) {
		if (!matters(need, exports)) {
			return null;
		}
		const known = need.ways.filter((way) => isOf(way.since, way.until, tool));
		if (!known.length) {
			return null;
		}
		const missing = new Set();
		const absent = new Set();
		for (const [place, way] of known.entries()) {
			const keys = way.keys ?? [];
			const gone = keys.filter((key) => !exports.has(key));
			const untold = (way.dump ?? []).filter((one) => exports.ofDump[one] === false);
			if (gone.length || untold.length) {
				gone.forEach((key) => missing.add(key));
				untold.forEach((one) => absent.add(one));
				continue;
			}
			const misread = keys.filter((key) => !canRead(consumer, key, exports.formats.get(key), tool));
			const verdict = misread.length ? need.verdict : verdictOf(need, way, exports);
			const asked = way.when && exports.tells(way.when) === null ? kernels.keysOf(way.when) : [];
			return {
				need,
				verdict,
				taken: way,
				missing: verdict === "ok" ? [] : [...missing],
				assumed: asked.filter((key) => !exports.values.has(key)),
				misread,
				absent: verdict === "ok" ? [] : [...absent],
				restsOn: restsOn(known.slice(place), exports),
			};
		}
		const none = { taken: null, assumed: [], misread: [], restsOn: [] };
		return { need, verdict: need.verdict, ...none, missing: [...missing], absent: [...absent] };
	}

	// ---- why ---------------------------------------------------------------------------------

	const told = (boundary) => boundary[2] || boundary[0];
	const commitOf = (boundary) => boundary[1] ?? null;
	const openingOf = (boundary) => release(boundary[0]).opening;

	function most(boundaries, sign) {
		let found = null;
		for (const one of boundaries) {
			if (found === null || sign * compareMoments(openingOf(one), openingOf(found)) > 0) {
				found = one;
			}
		}
		return found;
	}

	/** What became of an entry on the architecture of a kernel. */
	function missingOf(key, exports) {
		const entry = exports.schema.entries.get(key);
		const here = entry ? entry.exports.filter((one) => one.concerns(exports.arch.name)) : [];
		const spans = here.flatMap((one) => one.spans);
		const { moment } = exports.release;
		const isReached = (one) => compareMoments(openingOf(one), moment) <= 0;
		const ends = spans.map(([, until]) => until).filter((until) => until && isReached(until));
		const gone = most(ends, 1);
		const coming = most(spans.map(([since]) => since).filter((since) => !isReached(since)), -1);
		return {
			key,
			goneSince: gone && told(gone),
			commit: gone && commitOf(gone),
			since: coming && !gone ? told(coming) : null,
			replacedBy: gone ? entry.replacedBy : [],
			otherwise: exports.unread.has(key) ? "is on a line that this release does not read" : MANY,
			goneAt: gone && openingOf(gone),
		};
	}

	function sentenceOf(one) {
		if (one.goneSince) {
			const commit = one.commit ? `, commit ${one.commit}` : "";
			const instead = one.replacedBy.length ? `, replaced by ${one.replacedBy.join(" ")}` : "";
			return `${one.key} was removed in ${one.goneSince}${commit}${instead}`;
		}
		return one.since ? `${one.key} is exported since ${one.since}` : `${one.key} ${one.otherwise}`;
	}

	/** What went last is what made the difference: words for those, grouped by commit. */
	function lastGone(absent) {
		const gone = absent.filter((one) => one.goneSince);
		if (!gone.length) {
			return absent.slice(0, MOST_KEYS).map(sentenceOf);
		}
		const moment = gone.map((one) => one.goneAt).reduce((last, one) => (compareMoments(one, last) > 0 ? one : last));
		const newest = gone.filter((one) => compareMoments(one.goneAt, moment) === 0);
		const keys = newest.slice(0, MOST_KEYS).map((one) => one.key).join(" ");
		const more = newest.length > MOST_KEYS ? ` and ${newest.length - MOST_KEYS} more` : "";
		const commits = unique(newest.filter((one) => one.commit).map((one) => `commit ${one.commit}`));
		const instead = unique(newest.flatMap((one) => one.replacedBy)).slice(0, MOST_KEYS);
		let text = `${keys}${more} removed in ${newest[0].goneSince}`;
		text += commits.length ? ` (${commits.join(", ")})` : "";
		return [text + (instead.length ? `, replaced by ${instead.join(" ")}` : "")];
	}

	/** By which commit a key that is there came to mean something else. */
	function changedIn(key, exports) {
		const entry = exports.schema.entries.get(key);
		const here = entry ? entry.exports.filter((one) => one.concerns(exports.arch.name)) : [];
		const reached = here
			.flatMap((one) => one.changes.map(([boundary]) => boundary))
			.filter((one) => compareMoments(openingOf(one), exports.release.moment) <= 0);
		const last = most(reached, 1);
		if (last === null) {
			return "";
		}
		const commit = commitOf(last) ? `, commit ${commitOf(last)}` : "";
		return `${key} has a different meaning since ${told(last)}${commit}`;
	}

	function described(way) {
		const sources = (way.dump ?? []).map((one) => facts.dumpSources[one]);
		return [...(way.keys ?? []), ...sources, ...(way.others ?? [])].join(" + ");
	}

	function printed(format, value) {
		const bits = BigInt.asUintN(64, value);
		if (format === "hex" || format === "0x-hex") {
			return `${format === "hex" ? "" : "0x"}${bits.toString(16)}`;
		}
		return String(format === "signed" ? BigInt.asIntN(64, bits) : bits);
	}

	/** One sentence or two: what is taken, what is missing. */
	function whyOf(outcome, exports) {
		const { need, taken } = outcome;
		const parts = outcome.misread.map((key) => {
			const format = exports.formats.get(key);
			return `${key} is printed as ${format}, which this release reads wrongly`;
		});
		if (taken && !isRight(need, taken, exports)) {
			const [since, until] = taken.kernels;
			parts.push(texts.rightOn(described(taken), since, until));
			parts.push(...(taken.keys ?? []).map((key) => changedIn(key, exports)));
		}
		if (taken?.when && exports.tells(taken.when) === false) {
			const known = kernels.keysOf(taken.when).filter((key) => exports.values.has(key));
			const values = known
				.map((key) => `${key} is ${printed(exports.formats.get(key), exports.values.get(key))}`)
				.join(" and ");
			parts.push(texts.notRightWhere(described(taken), values));
		}
		parts.push(...lastGone(outcome.missing.map((key) => missingOf(key, exports))));
		parts.push(...outcome.absent.map((one) => `the dump has no ${facts.dumpSources[one]}`));
		if (outcome.restsOn.length) {
			const others = outcome.restsOn.map((one) => facts.dumpSources[one]).join(", or ");
			parts.push(`it depends on ${others}, which a note alone does not show`);
		}
		if (!taken && !outcome.missing.length && !outcome.absent.length) {
			parts.push("it has no way to do this on this kernel");
		}
		return parts.filter(Boolean).join("; ");
	}

	// Words of `compat` that depend on what they stand between.
	const texts = {
		rightOn(way, since, until) {
			const from = since ? ` since ${since}` : "";
			const to = until ? ` before ${until}` : "";
			const both = since && until ? " and" : "";
			return `it uses ${way}, which is correct only${from}${both}${to}`;
		},
		notRightWhere: (way, values) => `it uses ${way}, which is wrong if ${values}`,
	};

	// ---- parsers of tools --------------------------------------------------------------------

	const SHOWN = 40;
	const NUMBERS = [
		["decimal", /^[0-9]+$/],
		["signed", /^-?[0-9]+$/],
		["hex", /^[0-9a-fA-F]+$/],
		["0x-hex", /^0x[0-9a-fA-F]+$/],
	];

	/** As Python shows ASCII: shortened, and with nothing that a terminal would act on. */
	function shown(line) {
		const names = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
		const start = line.slice(0, SHOWN);
		const quote = start.includes("'") && !start.includes('"') ? '"' : "'";
		const text = [...start]
			.map((letter) => {
				if (letter in names || letter === quote) {
					return names[letter] ?? `\\${letter}`;
				}
				const isPlain = letter >= " " && letter <= "~";
				return isPlain ? letter : `\\x${letter.charCodeAt(0).toString(16).padStart(2, "0")}`;
			})
			.join("");
		return `${quote}${text}${quote}${line.length > SHOWN ? "…" : ""}`;
	}

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

	/** What one release of a tool reads. */
	function keysOfTool(consumer, tool) {
		const known = consumer.needs.flatMap((need) => need.ways.filter((way) => isOf(way.since, way.until, tool)));
		return unique(known.flatMap((way) => way.keys ?? []));
	}

	/** What a release reads otherwise, the worst first. */
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

	// ---- what is known of a release ----------------------------------------------------------

	function supports(consumer, arch, tool) {
		const { supported } = consumer;
		return (
			!supported.length ||
			supported.some(([since, until, archs]) => isOf(since, until, tool) && archs.includes(arch))
		);
	}

	function releaseOf(consumer, tool) {
		return consumer.releases.find(([text]) => compareTools(text, tool) === 0) ?? null;
	}

	const sortedReleases = (consumer) => consumer.releases.map(([text]) => text).sort(compareTools);

	/** Runs of a release on dumps of an architecture. */
	function runsOf(consumer, tool, arch) {
		const { seen } = consumer;
		const place = tool === NEXT ? consumer.releases.length : consumer.releases.indexOf(releaseOf(consumer, tool));
		const found = [];
		for (const [kernel, has, command, level, came, read, releases] of seen.rows) {
			const [name, ofArch, branch, line] = seen.kernels[kernel];
			const at = releases.findIndex((one, index) => index % 2 === 0 && one === place);
			if (ofArch === arch && at >= 0) {
				found.push({
					kernel: name,
					branch,
					line,
					has: seen.has[has],
					command: seen.commands[command],
					level,
					came: facts.verdicts[came],
					read,
					times: releases[at + 1],
				});
			}
		}
		return found;
	}

	/** Why a verdict is not known; nothing where it is. */
	function doubtsOf(consumer, tool, exports) {
		const kernel = exports.release;
		const own = releaseOf(consumer, tool);
		const reasons = [];
		let ofRelease = "";
		if (tool !== NEXT && own === null) {
			const known = sortedReleases(consumer);
			const newest = known[known.length - 1];
			const before = known.filter((one) => compareTools(one, tool) < 0).pop() ?? known[0];
			ofRelease =
				compareTools(tool, newest) > 0
					? `the newest ${consumer.name} in the schema is ${newest}`
					: `the schema has no ${consumer.name} ${tool}; judged as ${before}`;
			reasons.push(ofRelease);
		}
		const arch = exports.arch.name;
		if (!supports(consumer, arch, tool)) {
			const later = sortedReleases(consumer).filter((one) => compareTools(one, tool) > 0);
			const first = later.find((one) => supports(consumer, arch, one));
			const more = first ? `; ${consumer.name} ${first} does` : "";
			reasons.push(`${consumer.name} ${tool} does not read dumps of ${arch}${more}`);
		}
		if (compareLists(kernel.mainline, kernels.LATEST.mainline) > 0) {
			reasons.push(`${kernel} is newer than ${kernels.LATEST}, the newest kernel in the schema`);
		} else if (!ofRelease) {
			const last = passed(consumer, tool, arch, kernel);
			if (last !== null) {
				const words = own?.[2]?.[1] ? "that it declares or was tested on" : "of its time or that it was tested on";
				reasons.push(
					`${last} is the newest ${arch} kernel ${words}; verdicts for newer ones are worked out`,
				);
			}
		}
		return { reasons, isOfRelease: Boolean(ofRelease) };
	}

	/** The newest kernel that can be answered for, where one is past it, and was not seen. */
	function passed(consumer, tool, arch, kernel) {
		const own = release(releaseOf(consumer, tool)?.[1] ?? null);
		if (own === null) {
			return null;
		}
		const seen = new Map();
		for (const run of runsOf(consumer, tool, arch)) {
			if (!consumer.extra.includes(run.command)) {
				seen.set(run.branch, worse([seen.get(run.branch) ?? "ok", run.came]));
			}
		}
		if (seen.has(kernel.mainline.join("."))) {
			return null;
		}
		let last = own;
		for (const [branch, came] of seen) {
			const other = release(branch);
			if (!isBad(came) && compareLists(other.mainline, last.mainline) > 0) {
				last = other;
			}
		}
		return compareLists(kernel.mainline, last.mainline) > 0 ? last : null;
	}

	function limited({ reasons, isOfRelease }, verdict, least) {
		const isUnknown = reasons.length && (isOfRelease || rank(verdict) < rank(least));
		return isUnknown ? "unknown" : verdict;
	}

	const CRC = Array.from({ length: 256 }, (_, byte) => {
		for (let bit = 0; bit < 8; bit++) {
			byte = byte & 1 ? (byte >>> 1) ^ 0xedb88320 : byte >>> 1;
		}
		return byte >>> 0;
	});

	/** Of the keys that a release reads those that are there, in eight digits. */
	function digestOf(consumer, tool, exports) {
		const keys = keysOfTool(consumer, tool).filter((key) => exports.there.has(key));
		let sum = 0xffffffff;
		for (const letter of keys.sort().join("\n")) {
			sum = CRC[(sum ^ letter.charCodeAt(0)) & 0xff] ^ (sum >>> 8);
		}
		return ((sum ^ 0xffffffff) >>> 0).toString(16).padStart(8, "0");
	}

	// ---- one release -------------------------------------------------------------------------

	function judgedOf(consumer, tool, exports, note) {
		const quirks = quirksOf(consumer, tool, note);
		const unread = new Set(quirks.map((one) => one.lost).filter(Boolean));
		const seen = exports.changed({ unread });
		const outcomes = consumer.needs
			.map((need) => judge(consumer, need, tool, seen))
			.filter((outcome) => outcome !== null)
			.sort((left, right) => rank(right.verdict) - rank(left.verdict));
		const counted = outcomes.filter((outcome) => {
			const commands = outcome.need.commands ?? [];
			return !commands.length || !commands.every((one) => consumer.extra.includes(one));
		});
		const worst = (some) => worse([...some, ...quirks.map((one) => one.trait)].map((one) => one.verdict));
		return {
			quirks,
			exports: seen,
			outcomes,
			counted,
			verdict: worst(counted),
			ofEveryDump: worst(counted.filter((one) => !one.need.showsWith)),
		};
	}

	/** Purposes that come to something else where a vendor took what came later. */
	function unsureOf(consumer, tool, exports, note, judged) {
		if (exports.until === null) {
			return new Map();
		}
		const later = exports.changed({ release: exports.until, until: null });
		const became = new Map(judgedOf(consumer, tool, later, note).counted.map((one) => [one.need, one]));
		const was = new Map(judged.counted.map((one) => [one.need, one]));
		const verdict = (one) => overall(one?.verdict ?? "ok");
		return new Map(
			[...was, ...became].filter(([need]) => verdict(was.get(need)) !== verdict(became.get(need))),
		);
	}

	function ofBackports(kernel, exports, unsure) {
		const purposes = unique([...unsure.keys()].map((need) => need.purpose)).sort();
		const shownOnes = purposes.slice(0, MOST_PURPOSES).join(", ");
		const more = purposes.length > MOST_PURPOSES ? ` and ${purposes.length - MOST_PURPOSES} more` : "";
		return (
			`${kernels.calledOf(kernel)} may have mainline changes up to ${exports.until}, which would change the ` +
			`verdict on: ${shownOnes}${more}`
		);
	}

	const isSubset = (some, all) => some.every((one) => all.includes(one));

	/** Whether a need counts for what a run did. */
	function countsFor(need, { command, level }) {
		if (need.commands && !need.commands.includes(command)) {
			return false;
		}
		return level === null || !need.levels || (need.levels & level) !== 0;
	}

	/** Whether runs that count came to a verdict, and no worse. */
	function restsOnRuns(counted, verdict) {
		if (verdict === "unknown") {
			return "not known";
		}
		const isSeen = counted.length && worse(counted.map((run) => run.came)) === overall(verdict);
		return isSeen ? "seen" : "worked out";
	}

	function otherwiseOf(judged, verdict, counted) {
		const rare = judged.counted.filter((one) => one.need.showsWith);
		const isExplained = (run) =>
			rare.some(
				(one) =>
					rank(one.verdict) >= rank(run.came) &&
					rank(run.came) > 0 &&
					isSubset(one.need.showsWith, run.has) &&
					countsFor(one.need, run),
			);
		const unlike = counted.filter((run) => !isExplained(run));
		const other = worse([judged.ofEveryDump, ...unlike.map((run) => run.came)]);
		if (verdict === "unknown" || overall(other) === overall(verdict)) {
			return null;
		}
		return {
			verdict: overall(other),
			rests_on: restsOnRuns(unlike, other),
			shows_with: rare
				.filter((one) => rank(one.verdict) > rank(other))
				.map((one) => one.need.showsWith)
				.sort((left, right) => (left.join("\0") < right.join("\0") ? -1 : 1)),
		};
	}

	/** Whether a release says that it knows a kernel; null where it says nothing. */
	function declares(consumer, tool, kernel) {
		const range = releaseOf(consumer, tool)?.[2] ?? null;
		if (range === null) {
			return null;
		}
		const [first, last] = range.map(release);
		if (first !== null && compareMoments(kernel.moment, first.opening) < 0) {
			return false;
		}
		return last === null || compareMoments(kernel.moment, last.moment) <= 0;
	}

	function firstOf(later, isGood) {
		return later.find(([, judged]) => isGood(judged))?.[0] ?? null;
	}

	/** Whether the parser of a release takes the text as it is meant. */
	function readPurpose(judged, later, doubts) {
		const found = judged.quirks;
		const workedOut = found.length ? found[0].trait.verdict : "ok";
		const verdict = limited(doubts, workedOut, "degraded");
		const isKnown = verdict !== "unknown";
		return {
			purpose: PURPOSE,
			verdict,
			worked_out: isKnown ? null : workedOut,
			rests_on: isKnown ? "worked out" : "not known",
			commands: [],
			extra: false,
			shows_with: [],
			missing: [],
			why: found.map((one) => one.where).join("; "),
			seen: found.length ? found[0].trait.text : "",
			assumed: [],
			fixed_in: found.length ? firstOf(later, (other) => !other.quirks.length) : null,
		};
	}

	/** Of a purpose: a run that is good shows all that it does, a bad one what is as bad as it came. */
	function purposeRestsOn(runs, need, verdict) {
		if (verdict === "unknown") {
			return "not known";
		}
		const isShown = runs.some(
			(run) =>
				isSubset(need.showsWith ?? [], run.has) &&
				countsFor(need, run) &&
				run.came === overall(verdict),
		);
		return isShown ? "seen" : "worked out";
	}

	function purposeOf(outcome, judged, later, { doubts, runs, unsure }) {
		const { need } = outcome;
		const isOk = outcome.verdict === "ok";
		const verdict = unsure.has(need) ? "unknown" : limited(doubts, outcome.verdict, "degraded");
		const works = (one) => one.verdict === "ok" || one.verdict === "fallback";
		const mends = (one) => works(one) && rank(one.verdict) < rank(outcome.verdict);
		const isMended = (other) => other.outcomes.some((one) => one.need === need && mends(one));
		const seen = outcome.verdict === "fallback" && need.fallback ? need.fallback : need.text;
		return {
			purpose: need.purpose,
			verdict,
			worked_out: verdict === "unknown" ? outcome.verdict : null,
			rests_on: purposeRestsOn(runs, need, verdict),
			commands: need.commands ?? [],
			extra: !judged.counted.includes(outcome),
			shows_with: need.showsWith ?? [],
			missing: outcome.missing.map((key) => {
				const one = missingOf(key, judged.exports);
				return {
					key,
					gone_since: one.goneSince,
					commit: one.commit,
					since: one.since,
					replaced_by: one.replacedBy,
				};
			}),
			why: isOk ? "" : whyOf(outcome, judged.exports),
			seen: isOk ? "" : (seen ?? ""),
			assumed: [...outcome.assumed, ...outcome.restsOn.map((one) => facts.dumpSources[one])],
			fixed_in: isOk ? null : firstOf(later, isMended),
		};
	}

	/** Tools on one note. */
	class Subject {
		/**
		 * `found` is what `findNote` found; `arch` is what somebody says, where that does not tell, `flaws`
		 * and `near` what is known of its dump. Throws NotTold for one that does not tell what kernel it
		 * is of.
		 */
		constructor(found, { arch: said = "", flaws = [], near = null } = {}) {
			const info = vmcoreinfo.parse(found.text);
			if (!info.lines.some((line) => line.format !== null)) {
				throw new NotTold("no VMCOREINFO entries; expected lines like OSRELEASE=6.12.0");
			}
			const kernel = kernels.kernelOf(info);
			if (kernel === null) {
				throw new NotTold("OSRELEASE is missing or not in the schema; give the release with --kernel");
			}
			const told = kernels.ARCHS.get(said) ?? kernels.ARCHS.get(found.arch ?? "");
			const archs = told ? [told] : kernels.architecturesOf(kernel, info);
			if (archs.length !== 1) {
				throw new NotTold("unknown architecture; give it with --arch", true);
			}
			const [arch] = archs;
			const release = info.value("OSRELEASE");
			this.info = info;
			this.arch = arch;
			this.kernel = { ...kernel, name: release ?? kernel.name };
			this.line = kernels.lineOf(kernel);
			this.format = found.format;
			this.exports = new Exports(kernel.schema, kernel.release, arch, info, dumpSources(found, arch, info, near));
			this._note = noteOf(found);
			this._flaws = flaws;
			this._judged = new Map();
		}

		/** What one release of a tool comes to, with every purpose. */
		judge(consumer, tool) {
			const { exports, kernel } = this;
			const judged = this._of(consumer, tool);
			const later = laterReleases(consumer, tool).map((one) => [one, this._of(consumer, one)]);
			const doubts = doubtsOf(consumer, tool, exports);
			const unsure = unsureOf(consumer, tool, exports, this._note, judged);
			const read = digestOf(consumer, tool, exports);
			const branch = exports.release.mainline.join(".");
			const runs = runsOf(consumer, tool, exports.arch.name).filter(
				(run) => run.branch === branch && run.read === read && this._isLike(run),
			);
			const flaws = this._flaws.filter((flaw) => ["", consumer.name].includes(flaw.tool ?? ""));
			doubts.reasons.push(...flaws.map((flaw) => flaw.text));
			const counted = runs.filter((run) => !consumer.extra.includes(run.command));
			const basis = { doubts, runs, unsure };
			const workedOut = judged.verdict;
			let verdict = limited(doubts, worse([workedOut, ...counted.map((run) => run.came)]), "unknown");
			const reasons = [...doubts.reasons];
			if (unsure.size && !isBad(verdict) && restsOnRuns(counted, verdict) !== "seen") {
				verdict = "unknown";
				reasons.push(ofBackports(kernel, exports, unsure));
			}
			const purposes = judged.outcomes.map((one) => purposeOf(one, judged, later, basis));
			if (consumer.traits.length) {
				purposes.unshift(readPurpose(judged, later, doubts));
			}
			const rankOf = (one) => rank(one.worked_out ?? one.verdict);
			return {
				consumer: consumer.name,
				release: tool,
				kernel: kernel.name,
				line: this.line,
				arch: exports.arch.name,
				format: this.format,
				verdict: overall(verdict),
				worked_out: verdict === "unknown" ? overall(workedOut) : null,
				not_known: reasons,
				rests_on: restsOnRuns(counted, verdict),
				otherwise: otherwiseOf(judged, verdict, counted),
				seen: runs,
				declared: declares(consumer, tool, exports.release),
				fixed_in: isBad(verdict) ? firstOf(later, (other) => !isBad(other.verdict)) : null,
				purposes: purposes.sort(
					(left, right) => left.extra - right.extra || rankOf(right) - rankOf(left),
				),
			};
		}

		_of(consumer, tool) {
			const asked = `${consumer.name} ${tool}`;
			if (!this._judged.has(asked)) {
				this._judged.set(asked, judgedOf(consumer, tool, this.exports, this._note));
			}
			return this._judged.get(asked);
		}

		_isLike(run) {
			const line = this.kernel.line?.line;
			return !line || line.follows || run.line === line.name;
		}
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

	function laterReleases(consumer, tool) {
		const later = sortedReleases(consumer).filter((one) => compareTools(one, tool) > 0);
		return tool === NEXT ? later : [...later, NEXT];
	}

	/** What is known of the dump that a note is of; nothing of a bare note, as nobody knows what carried it. */
	function dumpSources(found, arch, info, near) {
		const told = {};
		const container = found.container ?? found.format;
		if (typeof found.hasRegisters === "boolean") {
			told["qemu-registers"] = found.hasRegisters;
		}
		if (container === "kdump") {
			const { names } = found;
			const own = info.value("OSRELEASE");
			const isCalled = names && [arch.name, ...arch.aliases].includes(names.machine);
			const agrees = names?.system === "Linux" && isCalled && (own === null || own === names.release);
			return { ...told, headers: false, "kdump-header": true, "elf-header": false, "header-agrees": Boolean(agrees) };
		}
		if (container !== "elf") {
			return {};
		}
		Object.assign(told, { "kdump-header": false, "elf-header": true, "header-agrees": true });
		const { highest } = found;
		if (highest === 0n) {
			told.headers = false;
		} else if (typeof highest === "bigint" && arch.half !== null) {
			told.headers = highest >= arch.half;
		}
		if (arch.name === "x86_64") {
			const base = info.value("NUMBER(phys_base)");
			const isNear = typeof base === "bigint" ? base <= NEAR && base >= -NEAR : near;
			if (isNear !== null) {
				told["near-image"] = isNear;
			}
		}
		return told;
	}

	const NEAR = 16n << 20n;

	/** The newest release of a tool. */
	const latestOf = (consumer) => sortedReleases(consumer).pop();

	/** Those purposes that made the verdict, or would where nobody knows. */
	function decidingOf(judged) {
		const verdict = judged.worked_out ?? judged.verdict;
		const deciding = judged.purposes.filter((one) => (one.worked_out ?? one.verdict) === verdict && !one.extra);
		return verdict === "ok" ? [] : deciding;
	}

	Object.assign(vmcoreinfo, {
		NotTold,
		Subject,
		archNames: facts.archs.map((arch) => arch.name),
		calledOf: kernels.calledOf,
		consumers: facts.consumers,
		decidingOf,
		latestOf,
		supports,
		toolReleases: sortedReleases,
	});
})(globalThis.vmcoreinfo);
