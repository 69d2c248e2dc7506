// SPDX-License-Identifier: MIT
// The verdict on one purpose of a release.
"use strict";

(function (vmcoreinfo) {
	const { kernels } = vmcoreinfo;
	const { evaluate } = kernels;
	const { canRead, isOf, unique } = vmcoreinfo.ofTools;
	const keysOfNeed = (need) => (need.allKeys ??= unique(need.ways.flatMap((way) => way.keys ?? [])));
	const isBeside = (way) => Boolean(way.dump?.length || way.others?.length);
	const fallsBack = (need) => Boolean(need.fallback) || need.verdict === "fallback";

	function matters(need, exports) {
		if (need.archs && !need.archs.includes(exports.arch.name)) {
			return false;
		}
		if (need.kernels && !exports.isIn(need.kernels, keysOfNeed(need))) {
			return false;
		}
		const decided = evaluate(need.condition ?? true, exports.config);
		if (decided === null) {
			// A kernel built for it exports the entries of an alternative that some release knows.
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

	/** The unknown sources on which the outcome depends: those of the leading alternatives that have some. */
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

	/** The outcome for a purpose; null if that kernel or that release does not have it. */
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

	Object.assign(vmcoreinfo.ofTools, { isRight, judge });
})(globalThis.vmcoreinfo);
