// SPDX-License-Identifier: MIT
// Why a verdict is not ok.
"use strict";

(function (vmcoreinfo) {
	const { facts, kernels } = vmcoreinfo;
	const { compareMoments, openingOf, told } = kernels;
	const { isRight, unique } = vmcoreinfo.ofTools;
	const MOST_KEYS = 4;
	const MANY = "is not in the note";
	const commitOf = (boundary) => boundary[1] ?? null;

	function most(boundaries, sign) {
		let found = null;
		for (const one of boundaries) {
			if (found === null || sign * compareMoments(openingOf(one), openingOf(found)) > 0) {
				found = one;
			}
		}
		return found;
	}

	/** Why an entry is missing on the architecture of a kernel. */
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

	/** A text for the most recent removals, which caused the verdict, with their commits. */
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

	/** The commit that changed the meaning of a key that is present. */
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

	/** One or two sentences: what is used, what is missing. */
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

	// Texts of `compat` that depend on their context.
	const texts = {
		rightOn(way, since, until) {
			const from = since ? ` since ${since}` : "";
			const to = until ? ` before ${until}` : "";
			const both = since && until ? " and" : "";
			return `it uses ${way}, which is correct only${from}${both}${to}`;
		},
		notRightWhere: (way, values) => `it uses ${way}, which is wrong if ${values}`,
	};

	Object.assign(vmcoreinfo.ofTools, { missingOf, whyOf });
})(globalThis.vmcoreinfo);
