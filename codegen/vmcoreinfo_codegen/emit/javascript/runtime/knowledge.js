// SPDX-License-Identifier: MIT
// What is known about a release on a kernel: declared support, tests, runs.
"use strict";

(function (vmcoreinfo) {
	const { kernels } = vmcoreinfo;
	const { compareLists, release } = kernels;
	const {
		NEXT, compareTools, isBad, keysOfTool, overall, rank, releaseOf, runsOf, sortedReleases, supports,
		worse,
	} = vmcoreinfo.ofTools;

	/** Why a verdict is not known; empty if it is. */
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

	/** The newest known kernel, if this one is newer and was not seen. */
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

	/** A digest in eight digits of the given keys that a release reads. */
	function digestOf(consumer, tool, exports) {
		const keys = keysOfTool(consumer, tool).filter((key) => exports.there.has(key));
		let sum = 0xffffffff;
		for (const letter of keys.sort().join("\n")) {
			sum = CRC[(sum ^ letter.charCodeAt(0)) & 0xff] ^ (sum >>> 8);
		}
		return ((sum ^ 0xffffffff) >>> 0).toString(16).padStart(8, "0");
	}

	const isSubset = (some, all) => some.every((one) => all.includes(one));

	/** Whether a need counts for the result of a run. */
	function countsFor(need, { command, level }) {
		if (need.commands && !need.commands.includes(command)) {
			return false;
		}
		return level === null || !need.levels || (need.levels & level) !== 0;
	}

	/** Whether the runs that count had that verdict, and none a worse one. */
	function restsOnRuns(counted, verdict) {
		if (verdict === "unknown") {
			return "not known";
		}
		const isSeen = counted.length && worse(counted.map((run) => run.came)) === overall(verdict);
		return isSeen ? "seen" : "worked out";
	}

	/** The evidence for a purpose: a good run shows all its purposes, a bad one those with the same verdict. */
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

	Object.assign(vmcoreinfo.ofTools, {
		countsFor, digestOf, doubtsOf, isSubset, limited, purposeRestsOn, restsOnRuns,
	});
})(globalThis.vmcoreinfo);
