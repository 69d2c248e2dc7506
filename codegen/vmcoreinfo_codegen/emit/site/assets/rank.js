/* SPDX-License-Identifier: MIT */
"use strict";

// Ranks the entries of data/search.js by how well they fit what was typed. Knows no document.
globalThis.vmcoreinfoRank = (() => {
	const KINDS = ["tool", "kernel", "distribution", "key", "option", "architecture", "derived value", "commit", "purpose", "name", "release"];
	const HASH = /^[0-9a-f]{7,40}$/;

	function wordsOf(entry) {
		if (!entry.words) {
			const whole = [entry[1], ...entry[3]].map((word) => word.toLowerCase());
			const parts = whole.flatMap((word) => word.split(/[^a-z0-9_]+/));
			const pieces = parts.flatMap((word) => word.split("_"));
			Object.defineProperty(entry, "words", { value: { whole, parts: parts.filter(Boolean), pieces: pieces.filter(Boolean), note: (entry[4] || "").toLowerCase() } });
		}
		return entry.words;
	}

	// How well one typed word fits an entry; 0 is not at all.
	function fit(entry, word) {
		const { whole, parts, pieces, note } = wordsOf(entry);
		if (entry[0] === "commit")
			return HASH.test(word) && (whole[0].startsWith(word) || word.startsWith(whole[0])) ? 100 : 0;
		// Who types what a key is about means the key.
		if (whole[0] === word || entry[0] === "key" && whole.includes(word))
			return 100;
		if (whole.includes(word))
			return 90;
		if (parts.includes(word))
			return 70;
		if (whole.some((one) => one.startsWith(word)))
			return 60;
		if (pieces.includes(word))
			return 55;
		if (parts.some((one) => one.startsWith(word)))
			return 50;
		if (word.length > 1 && pieces.some((one) => one.startsWith(word)))
			return 45;
		if (word.length > 2 && whole.some((one) => one.includes(word)))
			return 35;
		return word.length > 2 && entry[0] !== "release" && note.includes(word) ? 15 : 0;
	}

	// Letters put in, left out, replaced or swapped, at most so many.
	function distance(one, other, most) {
		if (Math.abs(one.length - other.length) > most)
			return most + 1;
		let before = null;
		let row = Array.from({ length: other.length + 1 }, (_, i) => i);
		for (let i = 1; i <= one.length; i++) {
			const next = [i];
			for (let j = 1; j <= other.length; j++) {
				const same = one[i - 1] === other[j - 1] ? 0 : 1;
				next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + same);
				if (before && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1])
					next[j] = Math.min(next[j], before[j - 2] + 1);
			}
			before = row;
			row = next;
			if (Math.min(...row) > most)
				return most + 1;
		}
		return row[other.length];
	}

	function nearly(entry, word) {
		const most = word.length < 4 ? 0 : word.length < 7 ? 1 : 2;
		if (!most || entry[0] === "commit" || entry[0] === "release")
			return 0;
		const { whole, parts, pieces } = wordsOf(entry);
		let best = most + 1;
		for (const one of new Set([...whole, ...parts, ...pieces]))
			best = Math.min(best, distance(word, one, most));
		return best > most ? 0 : 30 - 8 * best;
	}

	function scored(entries, words, how) {
		const found = [];
		const typed = words.join(" ");
		for (const entry of entries) {
			const { whole } = wordsOf(entry);
			if (entry[0] === "key" ? whole.includes(typed) : whole[0] === typed) {
				found.push({ entry, score: 120 });
				continue;
			}
			const fits = words.map((word) => how(entry, word));
			if (fits.every(Boolean))
				found.push({ entry, score: fits.reduce((sum, one) => sum + one, 0) / fits.length });
		}
		return found;
	}

	// What an entry is in a kernel: there, not yet there, or gone and what to use.
	function state(index, entry, kernel) {
		const [, , , , , stretches, replaced] = entry;
		const place = index.kernels.indexOf(kernel);
		const name = (number) => index.kernels[number];
		if (!stretches.length)
			return "in no mainline release";
		if (stretches.some(([first, last]) => first <= place && place <= last))
			return place === index.kernels.length - 1 ? "" : `exported by ${kernel}`;
		const later = stretches.find(([first]) => first > place);
		if (later)
			return `added in ${name(later[0])}, not in ${kernel}`;
		const gone = name(stretches[stretches.length - 1][1] + 1);
		return `removed in ${gone}, ${replaced.length ? `use ${replaced.join(", ")}` : "no replacement"}`;
	}

	// Entries by rank: {entry, note, near}. A kernel beside other words asks for its state.
	function rank(index, typed, limit = Infinity) {
		let words = typed.toLowerCase().trim().split(/\s+/).filter(Boolean);
		let kernel = index.kernels[index.kernels.length - 1];
		const isKernel = (word) => index.kernels.includes(word) || word in index.bases;
		if (words.length > 1) {
			const named = words.find(isKernel);
			const rest = words.filter((word) => word !== named && word !== "at" && word !== "linux" && word !== "on");
			const isOfTool = named && rest.some((word) => index.entries.some((entry) => entry[0] === "tool" && entry[1] === word));
			if (named && rest.length && !isOfTool) {
				words = rest;
				kernel = index.bases[named] || named;
			}
		}
		if (!words.length)
			return [];
		let found = scored(index.entries, words, fit);
		const near = !found.length;
		if (near)
			found = scored(index.entries, words, (entry, word) => fit(entry, word) || nearly(entry, word));
		const last = index.kernels.length - 1;
		const isGone = (entry) => entry[0] === "key" && !entry[5].some(([, end]) => end === last);
		found.sort((one, other) => other.score - one.score
			|| KINDS.indexOf(one.entry[0]) - KINDS.indexOf(other.entry[0])
			|| isGone(one.entry) - isGone(other.entry)
			|| one.entry[1].length - other.entry[1].length
			|| (one.entry[1] < other.entry[1] ? -1 : 1));
		return found.slice(0, limit).map(({ entry }) => ({
			entry,
			near,
			note: entry[0] === "key" ? [state(index, entry, kernel), entry[4]].filter(Boolean).join(" · ") : entry[4],
		}));
	}

	return { rank };
})();
