// SPDX-License-Identifier: MIT
// A note and the exports of its kernel, for the rules of the audit.
"use strict";

(function (vmcoreinfo) {
	const { ENTRIES, kernels } = vmcoreinfo;
	const { compareLists, compareMoments, compareReleases, contains, openingOf, release } = kernels;
	const LAST_STABLE = 10 ** 5;
	const NEWLINE = 0x0a;
	const UNITS_OF_BOOT = new Set(["address", "physical-address", "displacement", "seconds"]);
	const isNumber = (value) => typeof value === "bigint";

	function latest(boundaries, sign = 1) {
		const isBetter = (one, best) => sign * compareMoments(openingOf(one), openingOf(best)) > 0;
		return boundaries.reduce((best, one) => (best === null || isBetter(one, best) ? one : best), null);
	}

	/** The boundary of the final removal, null while some span is open. */
	function lastOf(exported) {
		const ends = exported.spans.map(([, until]) => until);
		return ends.includes(null) ? null : latest(ends);
	}

	function quirkOf([kind, ranges, archs, text, begins]) {
		return { kind, ranges, archs, text, begins };
	}

	function applies(quirk, own, arch) {
		if (quirk.archs && arch !== null && !quirk.archs.includes(arch)) {
			return false;
		}
		return quirk.ranges.some(([since, until]) => contains(release(since), release(until), own.moment));
	}

	/** A note and everything that is known about its kernel. */
	class Subject {
		constructor(found, { arch: said = "", flaws = [], unseen = [] } = {}) {
			const whole = vmcoreinfo.parse(found.text);
			this.found = found;
			this.size = found.text.length;
			this.flaws = [...flaws, ...unseen];
			this.kernel = kernels.kernelOf(whole);
			this.schema = this.kernel?.schema ?? kernels.MAINLINE;
			this.release = this.kernel?.release ?? null;
			this.unfinished = null;
			this.info = whole;
			this.archs = [];
			this.releases = releasesOf(this.kernel);
			this._setAside();
			this._setArchs(said);
			this.predictions = this.releases.flatMap((own) =>
				this.archs.map((arch) => this.schema.predict(own, arch)),
			);
			// This depends on the release, which is known only now.
			if (this.unfinished === null) {
				this._setAside();
			}
			this.missing = this._missing();
			this.ends = this._ends();
		}

		/** Set a last line without a newline aside: it may be incomplete. */
		_setAside() {
			const cut = this.info.diagnostics.find((one) => one.id === "truncated");
			if (cut === undefined || this.quirks(cut.key ?? "", "unended").length) {
				return;
			}
			const { text } = this.info;
			const behind = this.found.text.subarray(text.length);
			const end = text.lastIndexOf(NEWLINE) + 1;
			const whole = new Uint8Array(end + behind.length);
			whole.set(text.subarray(0, end));
			whole.set(behind, end);
			this.info = vmcoreinfo.parse(whole);
			this.unfinished = { line: cut.line, key: cut.key };
		}

		_setArchs(said) {
			const chosen = kernels.ARCHS.get(said);
			const header = kernels.ARCHS.get(this.found.arch ?? "");
			this.marked = null;
			if (chosen) {
				this.archs = [chosen];
			} else if (header && kernels.isLikely(this.kernel, this.info, header)) {
				this.archs = [header];
			} else {
				// A mismatch of the names in a compressed dump has a finding of its own.
				this.marked = header && !this.found.names ? header.name : null;
				this.archs = kernels.architecturesOf(this.kernel, this.info);
			}
		}

		get arch() {
			return this.archs.length === 1 ? this.archs[0] : null;
		}

		number(key) {
			const value = this.info.value(key);
			return isNumber(value) ? value : value === true ? 1n : null;
		}

		/** The lines of known keys with a usable value, each with its entry. */
		*entries() {
			for (const line of this.info.lines) {
				const entry = line.status === "ok" ? this.schema.entries.get(line.key) : undefined;
				if (entry !== undefined) {
					yield [line, entry, ENTRIES.get(line.key)];
				}
			}
		}

		/** Lines whose value differs between boots, each with whether it is an address in the kernel image. */
		*ofBoot() {
			for (const [line, entry, { kind, unit }] of this.entries()) {
				if (isNumber(line.value) && (kind === "SYMBOL" || UNITS_OF_BOOT.has(unit))) {
					yield { line, kind, isInImage: kind === "SYMBOL" && this._isInImage(entry) };
				}
			}
		}

		_isInImage(entry) {
			const exports = this.release === null ? [] : this.exports(entry);
			return (
				exports.length > 0 &&
				exports.every((one) => kernels.isOwnAddress(one, this.release, this.arch))
			);
		}

		/** The exports of an entry in the possible kernels. */
		exports(entry) {
			const found = this.predictions.map((one) => one.get(entry.key)?.export).filter(Boolean);
			return [...new Set(found)];
		}

		/** The quirks of an entry in the possible kernels. */
		quirks(key, ...kinds) {
			const entry = this.schema.entries.get(key);
			if (!entry?.exports.some((one) => one.quirks.length)) {
				return [];
			}
			const here = this.releases.flatMap((one) =>
				this.archs.flatMap((arch) =>
					entry.exports.filter((e) => e.concerns(arch.name) && kernels.isThere(e, one.moment)),
				),
			);
			const archs = this.archs.length ? this.archs.map((arch) => arch.name) : [null];
			const exports = here.length ? [...new Set(here)] : entry.exports;
			return exports
				.flatMap((one) => one.quirks.map(quirkOf))
				.filter((quirk) => kinds.includes(quirk.kind))
				.filter((quirk) => this.releases.some((one) => archs.some((arch) => applies(quirk, one, arch))));
		}

		get mayBeBackported() {
			return this.kernel !== null && kernels.isPatched(this.kernel);
		}

		// Missing keys.

		/** Entries that every possible kernel of the note prints and the note lacks, in schema order. */
		_missing() {
			if (!this.predictions.length) {
				return [];
			}
			const shown = this.predictions.map((predicted) => new Shown(predicted, this.info));
			const found = [];
			for (const [key, prediction] of this.predictions[0]) {
				const conditions = this.predictions.map((one) => one.get(key)?.condition);
				if (conditions.includes(undefined) || this.info.has(key) || this.quirks(key, "missing").length) {
					continue;
				}
				let why = `every ${this.arch?.name ?? "kernel"} ${this.release} exports it`;
				if (!conditions.every((condition) => condition === true)) {
					const witnesses = conditions.map((condition, place) => shown[place].witness(condition));
					if (witnesses.includes(null)) {
						continue;
					}
					const condition = kernels.rendered(prediction.condition);
					why = `this kernel exports it, as ${witnesses[0]} shows that ${condition} is true`;
				}
				found.push({ key, why, mayBeGone: this._mayBeGone(key, prediction) });
			}
			return found;
		}

		/** Whether the vendor may have backported the removal of an entry. */
		_mayBeGone(key, prediction) {
			if (!this.mayBeBackported || !this._goes(key, prediction)) {
				return false;
			}
			const commit = lastOf(prediction.export)?.[1];
			this._commits ??= new Set(
				this.predictions.flatMap((predicted) =>
					[...predicted.values()]
						.filter((one) => this.info.has(one.key))
						.map((one) => lastOf(one.export)?.[1])
						.filter(Boolean),
				),
			);
			return !commit || !this._commits.has(commit);
		}

		_goes(key, prediction) {
			const later = kernels.DECLARED.filter((one) => compareReleases(one, this.release.branch) > 0);
			const entry = this.schema.entries.get(key);
			return this.archs.some(
				(arch) =>
					kernels.existedIn(arch, this.release) &&
					later.some((other) => {
						const found = this.schema.predictEntry(entry, other, arch);
						const isLess = found === null || (prediction.isSure && !found.isSure);
						return kernels.existedIn(arch, other) && isLess;
					}),
			);
		}

		/** Keys that the kernel prints before the first line of a note, and after its last one. */
		_ends() {
			const cutKey = this.unfinished?.key ?? null;
			const lost = this.missing.filter((one) => one.key !== cutKey);
			if (!lost.length) {
				return { head: [], tail: [] };
			}
			const places = this._places();
			const keys = this.info.lines.map((line) => line.key);
			const present = [...keys, ...(cutKey === null ? [] : [cutKey])]
				.map((key) => places.get(key))
				.filter((place) => place !== undefined);
			if (!present.length) {
				return { head: [], tail: this.unfinished ? cutOff(lost, lost) : [] };
			}
			const [first, last] = [Math.min(...present), Math.max(...present)];
			const head = lost.filter((one) => places.get(one.key) < first);
			const tail = lost.filter((one) => places.get(one.key) > last);
			return { head: this.info.has("OSRELEASE") ? [] : cutOff(head, lost), tail: cutOff(tail, lost) };
		}

		_places() {
			const merged = new Map();
			for (const predicted of this.predictions) {
				for (const [key, prediction] of predicted) {
					if (!merged.has(key)) {
						merged.set(key, prediction.export.place);
					}
				}
			}
			const sorted = [...merged].sort(([, left], [, right]) => compareLists(left, right));
			return new Map(sorted.map(([key], place) => [key, place]));
		}
	}

	/** The first and the last possible release: of the branch, if the stable update is unknown. */
	function releasesOf(kernel) {
		if (kernel === null) {
			return [];
		}
		const { release: own } = kernel;
		const stable = new kernels.Release(own.mainline, undefined, LAST_STABLE);
		return kernels.mayBeStable(kernel) ? [own, stable] : [own];
	}

	/** Keys missing at one end; none if at least as many are missing elsewhere. */
	function cutOff(end, lost) {
		const sure = (some) => some.filter((one) => !one.mayBeGone).length;
		return 2 * sure(end) > sure(lost) ? end.map((one) => one.key) : [];
	}

	/** The conditions that the keys of a note prove for one kernel. */
	class Shown {
		constructor(predicted, info) {
			this._symbols = {};
			this._bySymbol = {};
			this._whole = new Map();
			for (const { key, condition } of predicted.values()) {
				if (condition === true || !info.has(key)) {
					continue;
				}
				const whole = JSON.stringify(condition);
				if (!this._whole.has(whole)) {
					this._whole.set(whole, key);
				}
				for (const [name, value] of Object.entries(kernels.literals(condition))) {
					this._symbols[name] ??= value;
					this._bySymbol[name] ??= key;
				}
			}
		}

		/** A key that proves the condition, null if there is none; any key for one that always holds. */
		witness(condition) {
			const whole = this._whole.get(JSON.stringify(condition));
			if (whole !== undefined) {
				return whole;
			}
			if (!kernels.evaluate(condition, this._symbols)) {
				return null;
			}
			const names = JSON.stringify(condition).match(/\bCONFIG_\w+/g) ?? [];
			const keys = names.sort().map((name) => this._bySymbol[name]);
			return keys.find(Boolean) ?? "OSRELEASE";
		}
	}

	vmcoreinfo.ofAudit = { Subject, isNumber, latest, quirkOf };
})(globalThis.vmcoreinfo);
