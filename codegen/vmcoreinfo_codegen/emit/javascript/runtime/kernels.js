// SPDX-License-Identifier: MIT
// The kernel of a note, from its release string: mainline's or a vendor's.
"use strict";

(function (vmcoreinfo) {
	const { facts } = vmcoreinfo;
	const {
		ANY, FINAL, IS_DECLARED, LATEST, MAINLINE, Release, Schema, compareLists, compareReleases, release,
	} = vmcoreinfo.kernels;
	const RELEASE_STRING = /^([0-9]+(?:\.[0-9]+)+(?:-rc[0-9]+)?)([^]*)$/;
	const LITERAL = "init_uts_ns.name.release";

	const LINES = facts.lines.map((line) => ({
		...line,
		base: release(line.base),
		patterns: line.names.map((name) => new RegExp(`^(?:${name})`)),
		schemas: [],
	}));
	const BY_BASE = [...LINES].sort((left, right) => (left.base === null) - (right.base === null));

	const numbersOf = (build) => build.split(".").map(Number);

	/** What a kernel's name says, null if it is not a name of this line. */
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

	/** The index of the build clause that applies to a build; -1 for none. */
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

	/** Whether the exports of a build, or of one like it, were read. */
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

	/** The kernel with that `uname -r` string; null if it is not one. */
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

	/** The kernel named by OSRELEASE; null if it is unknown. */
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

	/** The line of a vendor's kernel, as in answers; null for mainline. */
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

	/** Its name for people: `4.18`, or `rhel8 8.10, build 553.22.1, based on 4.18`. */
	function calledOf(kernel) {
		const told = lineOf(kernel);
		if (told === null) {
			return kernel.release.toString();
		}
		const own = told.release ? ` ${told.release}` : "";
		const number = told.build === null ? "" : `, build ${told.build}`;
		return `${told.name}${own}${number}, based on ${kernel.release}`;
	}

	/** Whether it may have exports that the schema doesn't know, because its vendor or build is unknown. */
	function isPatched(kernel) {
		if (kernel.line === null) {
			return Boolean(kernel.added);
		}
		const { line } = kernel.line;
		return !isKnown(kernel.line) && (line.builds.length > 0 || !line.follows);
	}

	/** Whether its name does not say which stable update of its release it is. */
	function mayBeStable(kernel) {
		if (compareReleases(kernel.release, kernel.release.branch) !== 0) {
			return false;
		}
		return kernel.line === null
			? Boolean(kernel.added)
			: kernel.line.line.follows && !kernel.line.isStable;
	}

	Object.assign(vmcoreinfo.kernels, { LITERAL, calledOf, isPatched, kernelOf, lineOf, mayBeStable });
})(globalThis.vmcoreinfo);
