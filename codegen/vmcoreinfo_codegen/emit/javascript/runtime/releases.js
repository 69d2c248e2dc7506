// SPDX-License-Identifier: MIT
// Kernel releases, and what holds for them.
"use strict";

(function (vmcoreinfo) {
	const FINAL = 10 ** 6;
	const RELEASE = /^([0-9]{1,9})\.([0-9]{1,9})((?:\.[0-9]{1,9})*)(?:-rc([0-9]{1,5}))?$/;

	function compareLists(left, right) {
		for (let place = 0; place < Math.min(left.length, right.length); place++) {
			if (left[place] !== right[place]) {
				return left[place] < right[place] ? -1 : 1;
			}
		}
		return left.length - right.length;
	}

	/** A kernel release: `6.9`, `6.6.9`, `7.3-rc1`, `2.6.35.6`. */
	class Release {
		constructor(mainline, candidate = FINAL, stable = 0) {
			this.mainline = mainline;
			this.candidate = candidate;
			this.stable = stable;
		}

		/** The release, null if the text is not one. */
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

		/** The position of this release's own kernel. */
		get moment() {
			return [this.mainline, this.candidate, this.stable];
		}

		/** The start or end of a span that is bounded by this release: its merge window. */
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

	/** A release in the facts; each is parsed once. */
	function release(text) {
		if (text === null || text === undefined) {
			return null;
		}
		if (!known.has(text)) {
			known.set(text, Release.parse(text));
		}
		return known.get(text);
	}

	const told = (boundary) => boundary[2] || boundary[0];
	const openingOf = (boundary) => release(boundary[0]).opening;

	/** Whether a moment lies in the half-open span `[since, until)`; null means no bound. */
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

	/** The one that counts if there can be only one: a backport to the branch comes first. */
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

	vmcoreinfo.kernels = {
		FINAL, Release, compareLists, compareMoments, compareReleases, contains, firstInForce, holds,
		ofSpan, openingOf, release, told,
	};
})(globalThis.vmcoreinfo);
