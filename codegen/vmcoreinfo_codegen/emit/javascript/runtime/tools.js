// SPDX-License-Identifier: MIT
// Releases of tools: their order, what they support and read, the runs that were observed.
"use strict";

(function (vmcoreinfo) {
	const { facts } = vmcoreinfo;
	const { compareLists, compareMoments, release } = vmcoreinfo.kernels;
	const NEXT = "next";

	const rank = (verdict) => facts.verdicts.indexOf(verdict);
	const isBad = (verdict) => verdict === "wrong" || verdict === "fatal";
	const worse = (verdicts) =>
		verdicts.reduce((most, one) => (rank(one) > rank(most) ? one : most), "ok");
	const overall = (verdict) => (verdict === "fallback" ? "ok" : verdict);
	const unique = (list) => [...new Set(list)];

	const TOOL_RELEASE = /^[0-9]{1,9}(?:\.[0-9]{1,9})+(?:-rc[0-9]{1,5})?$/;
	const numbers = new Map();

	/** A release of a tool as numbers that sort like it: 8.0.0 equals 8.0, a candidate sorts before its release. */
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

	/** Whether a release reads a value in that format correctly; true unless the facts say otherwise. */
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

	/** The keys that a release of a tool reads. */
	function keysOfTool(consumer, tool) {
		const known = consumer.needs.flatMap((need) => need.ways.filter((way) => isOf(way.since, way.until, tool)));
		return unique(known.flatMap((way) => way.keys ?? []));
	}

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

	/** Whether a release declares support for a kernel; null if it declares nothing. */
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

	function laterReleases(consumer, tool) {
		const later = sortedReleases(consumer).filter((one) => compareTools(one, tool) > 0);
		return tool === NEXT ? later : [...later, NEXT];
	}

	/** The newest release of a tool. */
	const latestOf = (consumer) => sortedReleases(consumer).pop();

	vmcoreinfo.ofTools = {
		NEXT, canRead, compareTools, declares, isBad, isOf, keysOfTool, laterReleases, overall, rank,
		releaseOf, runsOf, sortedReleases, supports, unique, worse,
	};
	Object.assign(vmcoreinfo, {
		consumers: facts.consumers, latestOf, supports, toolReleases: sortedReleases,
	});
})(globalThis.vmcoreinfo);
