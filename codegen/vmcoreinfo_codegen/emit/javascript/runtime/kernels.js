// SPDX-License-Identifier: MIT
// Releases, conditions, and what the kernel of a note exports by what the schema knows.
"use strict";

(function (vmcoreinfo) {
	const { facts } = vmcoreinfo;
	const FINAL = 10 ** 6;
	const RELEASE = /^([0-9]{1,9})\.([0-9]{1,9})((?:\.[0-9]{1,9})*)(?:-rc([0-9]{1,5}))?$/;
	const RELEASE_STRING = /^([0-9]+(?:\.[0-9]+)+(?:-rc[0-9]+)?)([^]*)$/;
	const LITERAL = "init_uts_ns.name.release";

	// ---- releases ----------------------------------------------------------------------------

	function compareLists(left, right) {
		for (let place = 0; place < Math.min(left.length, right.length); place++) {
			if (left[place] !== right[place]) {
				return left[place] < right[place] ? -1 : 1;
			}
		}
		return left.length - right.length;
	}

	/** A release of the kernel: `6.9`, `6.6.9`, `7.3-rc1`, `2.6.35.6`. */
	class Release {
		constructor(mainline, candidate = FINAL, stable = 0) {
			this.mainline = mainline;
			this.candidate = candidate;
			this.stable = stable;
		}

		/** Null for what is none. */
		static parse(text) {
			const match = RELEASE.exec(text);
			if (match === null) {
				return null;
			}
			const rest = match[3].split(".").slice(1).map(Number);
			const numbers = [Number(match[1]), Number(match[2]), ...rest];
			const width = numbers[0] === 2 && numbers[1] === 6 ? 3 : 2;
			if (numbers.length > width + 1 || (width === 3 && numbers.length < 3)) {
				return null;
			}
			const stable = numbers[width] ?? 0;
			const candidate = match[4] === undefined ? FINAL : Number(match[4]);
			if (stable && candidate !== FINAL) {
				return null;
			}
			return new Release(numbers.slice(0, width), candidate, stable);
		}

		get branch() {
			return new Release(this.mainline);
		}

		/** Where the kernel of this release stands. */
		get moment() {
			return [this.mainline, this.candidate, this.stable];
		}

		/** Where a span bounded by this release opens or closes: at its merge window. */
		get opening() {
			return this.candidate === FINAL && !this.stable ? [this.mainline, 0, 0] : this.moment;
		}

		toString() {
			const text = this.mainline.join(".");
			if (this.candidate !== FINAL) {
				return `${text}-rc${this.candidate}`;
			}
			return this.stable ? `${text}.${this.stable}` : text;
		}
	}

	function compareMoments(left, right) {
		return compareLists(left[0], right[0]) || left[1] - right[1] || left[2] - right[2];
	}

	function compareReleases(left, right) {
		return compareMoments(left.moment, right.moment);
	}

	const known = new Map();

	/** A release that the facts name; each is read once. */
	function release(text) {
		if (text === null || text === undefined) {
			return null;
		}
		if (!known.has(text)) {
			known.set(text, Release.parse(text));
		}
		return known.get(text);
	}

	/** Whether a moment lies in the half-open `[since, until)`; null is no bound. */
	function contains(since, until, moment) {
		if (since !== null && compareMoments(moment, since.opening) < 0) {
			return false;
		}
		return until === null || compareMoments(moment, until.opening) < 0;
	}

	function isInBranch(backport, moment) {
		const isSame = compareLists(moment[0], backport.mainline) === 0;
		return isSame && compareMoments(moment, backport.moment) >= 0;
	}

	/** Whether something of `[since, until, backports, ...]` holds at a moment. */
	function holds([since, until, backports], moment) {
		return (
			contains(release(since), release(until), moment) ||
			backports.some((backport) => isInBranch(release(backport), moment))
		);
	}

	/** What counts where only one can: what was backported to the branch first. */
	function firstInForce(several, moment) {
		const isBackported = (one) => one[2].some((backport) => isInBranch(release(backport), moment));
		return (
			several.find(isBackported) ??
			several.find(([since, until]) => contains(release(since), release(until), moment))
		);
	}

	const ofSpan = ([since, until, backports]) => [
		since[0],
		until && until[0],
		backports.map((backport) => backport[0]),
	];

	// ---- conditions --------------------------------------------------------------------------

	/** True, false, or null where what is known does not decide it. */
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

	/** The condition that is left once `config` is put in. */
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

	/** The symbols that a condition asks for as they are: `A && !B && C == 3`; not those of an `||`. */
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

	/** The words of C, as people read a condition. */
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

	// ---- expressions -------------------------------------------------------------------------

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

	/** The 64 bits of an expression over the values of a note, null where it needs what is not there. */
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

	/** The keys that an expression asks for, in order. */
	function keysOf(expression) {
		if (typeof expression === "string") {
			return [];
		}
		const [operator, ...operands] = expression;
		return operator === "key" ? operands : [...new Set(operands.flatMap(keysOf))];
	}

	// ---- the schema --------------------------------------------------------------------------

	const everywhere = new Set(facts.archs.flatMap((arch) => arch.config));
	for (const arch of facts.archs) {
		arch.fixed = {};
		for (const name of everywhere) {
			if (arch.config.includes(name)) {
				arch.fixed[name] = true;
			} else if (!arch.optional.includes(name)) {
				arch.fixed[name] = false;
			}
		}
		arch.half = arch.kernelHalf === null ? null : BigInt(arch.kernelHalf);
	}

	const ARCHS = new Map();
	for (const arch of facts.archs) {
		arch.aliases.forEach((alias) => ARCHS.set(alias, arch));
	}
	facts.archs.forEach((arch) => ARCHS.set(arch.name, arch));

	const DECLARED = facts.releases.map(release);
	const LATEST = DECLARED.reduce((most, one) => (compareReleases(one, most) > 0 ? one : most));
	const IS_DECLARED = new Set(facts.releases);

	const concerns = (archs, name) => !archs || archs.includes(name);

	function exportOf(number) {
		const [archs, spans, formats, conditions, changes, place, quirks] = facts.exports[number];
		const rest = { place, quirks, concerns: (name) => concerns(archs, name) };
		return { archs, spans, formats, conditions, changes, ...rest };
	}
	const EXPORTS = facts.exports.map((_, number) => exportOf(number));

	function isThere(exported, moment) {
		return exported.spans.some((span) => holds(ofSpan(span), moment));
	}

	function existedIn(arch, kernel) {
		return holds(ofSpan(arch.span), kernel.moment);
	}

	/** Entries as mainline has them, or as builds of a vendor's line do. */
	class Schema {
		constructor(own = {}) {
			const changed = new Map((own.entries ?? []).map(([place, ...rest]) => [place, rest]));
			this.entries = new Map();
			facts.entries.forEach(([key, format, replacedBy, exports], place) => {
				const [replaced, numbers] = changed.get(place) ?? [replacedBy, exports];
				const all = numbers.map((number) => EXPORTS[number]);
				this.entries.set(key, { key, format, replacedBy: replaced, exports: all });
			});
			this.likes = new Map(Object.entries(own.likes ?? {}).map(([key, like]) => [key, release(like)]));
			this.commits = own.commits ?? {};
			this.until = release(own.until ?? null);
			this._predicted = new Map();
		}

		/** What a kernel exports: by key in order, each with the condition that is left and its format. */
		predict(kernel, arch) {
			const asked = `${kernel} ${arch.name}`;
			if (!this._predicted.has(asked)) {
				this._predicted.set(asked, this._predict(kernel, arch));
			}
			return this._predicted.get(asked);
		}

		_predict(kernel, arch) {
			const found = new Map();
			if (!existedIn(arch, kernel)) {
				return found;
			}
			for (const entry of this.entries.values()) {
				const prediction = this.predictEntry(entry, kernel, arch);
				if (prediction !== null) {
					found.set(entry.key, prediction);
				}
			}
			return found;
		}

		predictEntry(entry, kernel, arch) {
			const { moment } = kernel;
			for (const exported of entry.exports) {
				if (!exported.concerns(arch.name) || !isThere(exported, moment)) {
					continue;
				}
				const whole = firstInForce(exported.conditions, moment);
				const condition = whole ? simplify(facts.conditions[whole[3]], arch.fixed) : true;
				if (condition !== false) {
					return { key: entry.key, condition, export: exported, isSure: condition === true };
				}
			}
			return null;
		}
	}

	const MAINLINE = new Schema();
	const ANY = new Schema({ until: LATEST.toString() });

	/** The format in which an export of an entry is printed. */
	function formatOf(entry, exported, kernel) {
		return firstInForce(exported.formats, kernel.moment)?.[3] ?? entry.format;
	}

	/** All formats in which some kernel prints an entry. */
	function formatsOf(entry) {
		const printed = (exported) =>
			exported.formats.length ? exported.formats.map((one) => one[3]) : [entry.format];
		return [...new Set(entry.exports.flatMap(printed))];
	}

	// ---- kernels by their names --------------------------------------------------------------

	const LINES = facts.lines.map((line) => ({
		...line,
		base: release(line.base),
		patterns: line.names.map((name) => new RegExp(`^(?:${name})`)),
		schemas: [],
	}));
	const BY_BASE = [...LINES].sort((left, right) => (left.base === null) - (right.base === null));

	const numbersOf = (build) => build.split(".").map(Number);

	/** What the name of a kernel tells, null where it is of another line. */
	function readBy(line, text) {
		for (const [place, pattern] of line.patterns.entries()) {
			const match = pattern.exec(text);
			if (match === null) {
				continue;
			}
			const { release: own, stable, build } = match.groups ?? {};
			const base = line.base ?? (own ? Release.parse(own) : null);
			if (base === null) {
				return null;
			}
			return {
				line,
				release: new Release(base.mainline, FINAL, Number(stable ?? 0)),
				isStable: Boolean(line.stable[place]),
				build: build ? numbersOf(build).join(".") : null,
			};
		}
		return null;
	}

	/** The number of the builds that count for one; -1 where none does. */
	function buildAt(line, build) {
		if (build === null) {
			return -1;
		}
		const isNoLater = ([first]) => compareLists(numbersOf(first), numbersOf(build)) <= 0;
		return line.builds.map(isNoLater).lastIndexOf(true);
	}

	function schemaOf(found) {
		const { line } = found;
		if (!line.kernels.length) {
			return MAINLINE;
		}
		const at = 1 + buildAt(line, found.build);
		line.schemas[at] ??= new Schema(line.kernels[at]);
		return line.schemas[at];
	}

	/** Whether what a build exports was read of it, or of one like it. */
	function isKnown({ line, build, release: own }) {
		if (!line.builds.length) {
			return line.readOf.includes(own.branch.toString());
		}
		const at = buildAt(line, build);
		if (at < 0) {
			return false;
		}
		const [first, last, ofVendor] = line.builds[at];
		const numbers = numbersOf(build);
		const isBetween =
			compareLists(numbersOf(first), numbers) <= 0 && compareLists(numbers, numbersOf(last)) <= 0;
		const firsts = [first, last].map((one) => numbersOf(one)[0]);
		return isBetween || (Boolean(ofVendor) && firsts.includes(numbers[0]));
	}

	/** The kernel that `uname -r` calls so; null for what is none. */
	function kernelNamed(text) {
		if (!/^[0-9]/.test(text)) {
			return null;
		}
		for (const line of BY_BASE) {
			const found = readBy(line, text);
			if (found !== null) {
				return { name: text, schema: schemaOf(found), release: found.release, line: found, added: "" };
			}
		}
		const match = RELEASE_STRING.exec(text);
		const own = match && Release.parse(match[1]);
		if (!own) {
			return null;
		}
		const added = match[2];
		const isMainline = compareReleases(own, own.branch) === 0;
		const isPatched = added && isMainline && IS_DECLARED.has(own.branch.toString());
		return { name: text, schema: isPatched ? ANY : MAINLINE, release: own, line: null, added };
	}

	/** The kernel by OSRELEASE; null where the note has none that is known. */
	function kernelOf(info) {
		if (info.line("OSRELEASE")?.text === LITERAL) {
			return { name: LITERAL, schema: MAINLINE, release: release("2.6.25"), line: null, added: "" };
		}
		const kernel = kernelNamed(String(info.value("OSRELEASE") ?? ""));
		if (kernel === null || IS_DECLARED.has(kernel.release.branch.toString())) {
			return kernel;
		}
		return compareReleases(kernel.release.branch, LATEST) > 0 ? { ...kernel, release: LATEST } : null;
	}

	/** The line of a vendor's kernel, as answers tell it; null for mainline. */
	function lineOf(kernel) {
		if (kernel === null || kernel.line === null) {
			return null;
		}
		const { line, build } = kernel.line;
		const at = buildAt(line, build);
		return {
			name: line.name,
			vendor: line.vendor,
			release: at < 0 ? null : line.builds[at][2] || null,
			build,
			base: kernel.release.toString(),
			read: isKnown(kernel.line),
		};
	}

	/** What a person calls it: `4.18`, or `rhel8 8.10, build 553.22.1, based on 4.18`. */
	function calledOf(kernel) {
		const told = lineOf(kernel);
		if (told === null) {
			return kernel.release.toString();
		}
		const own = told.release ? ` ${told.release}` : "";
		const number = told.build === null ? "" : `, build ${told.build}`;
		return `${told.name}${own}${number}, based on ${kernel.release}`;
	}

	/** Whether it may export what the schema does not know of: its vendor is not known, or its build. */
	function isPatched(kernel) {
		if (kernel.line === null) {
			return Boolean(kernel.added);
		}
		const { line } = kernel.line;
		return !isKnown(kernel.line) && (line.builds.length > 0 || !line.follows);
	}

	/** Whether its name leaves open which stable update of its release it is. */
	function mayBeStable(kernel) {
		if (compareReleases(kernel.release, kernel.release.branch) !== 0) {
			return false;
		}
		return kernel.line === null
			? Boolean(kernel.added)
			: kernel.line.line.follows && !kernel.line.isStable;
	}

	// ---- architectures -----------------------------------------------------------------------

	function misfit(arch, info) {
		const size = info.value("SIZE(list_head)");
		let wrong = Number(typeof size === "bigint" && size * 4n !== BigInt(arch.bits));
		const addresses = [...info.entries.values()]
			.filter((line) => line.key.startsWith("SYMBOL(") && typeof line.value === "bigint")
			.map((line) => line.value);
		if (arch.bits === 32) {
			wrong += Number(addresses.some((address) => address >> 32n));
		} else if (arch.half !== null) {
			wrong += Number(addresses.some((address) => address < arch.half));
		}
		return wrong;
	}

	/** How badly each architecture fits; what comes first counts more. */
	function scores(kernel, info) {
		const present = new Set(info.lines.filter((line) => line.format !== null).map((line) => line.key));
		const words = new Set(String(info.value("OSRELEASE")).split(/[-+._]/));
		const found = new Map();
		for (const arch of kernel === null ? [] : facts.archs) {
			const exported = builds(kernel, arch) ? kernel.schema.predict(kernel.release, arch) : new Map();
			if (!exported.size) {
				continue;
			}
			const alien = [...present].filter((key) => !exported.has(key)).length;
			const sure = [...exported.values()].filter((one) => one.isSure);
			const absent = sure.filter((one) => !present.has(one.key)).length;
			const isNamed = [arch.name, ...arch.aliases].some((name) => words.has(name));
			found.set(arch, [misfit(arch, info), Number(!isNamed), alien, absent]);
		}
		return found;
	}

	/** Those that fit the keys best; none where the release is not known. */
	function architecturesOf(kernel, info) {
		const found = scores(kernel, info);
		const best = [...found.values()].sort(compareLists)[0];
		return [...found].filter(([, score]) => compareLists(score, best) === 0).map(([arch]) => arch);
	}

	/** Whether a note can be of the architecture that its dump says. */
	function isLikely(kernel, info, told) {
		const found = scores(kernel, info);
		if (!found.has(told)) {
			return true;
		}
		const best = [...found.values()].sort(compareLists)[0];
		const own = found.get(told);
		return own[0] <= best[0] && own[2] - best[2] < 3;
	}

	/** Whether its vendor builds it for an architecture. */
	const builds = (kernel, arch) => concerns(kernel.line?.line.archs, arch.name);

	vmcoreinfo.kernels = {
		ARCHS,
		DECLARED,
		LATEST,
		LITERAL,
		MAINLINE,
		Release,
		architecturesOf,
		builds,
		calledOf,
		compareLists,
		compareMoments,
		compareReleases,
		contains,
		evaluate,
		existedIn,
		firstInForce,
		formatOf,
		formatsOf,
		isLikely,
		isPatched,
		isThere,
		kernelOf,
		keysOf,
		lineOf,
		literals,
		mayBeStable,
		release,
		rendered,
		simplify,
		valueOf,
	};
})(globalThis.vmcoreinfo);
