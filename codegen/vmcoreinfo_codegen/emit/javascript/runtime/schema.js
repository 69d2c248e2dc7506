// SPDX-License-Identifier: MIT
// The exports of kernels, according to the schema.
"use strict";

(function (vmcoreinfo) {
	const { facts } = vmcoreinfo;
	const { compareReleases, firstInForce, holds, ofSpan, release, simplify } = vmcoreinfo.kernels;
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
		const [archs, spans, formats, conditions, changes, place, quirks, addresses] = facts.exports[number];
		const rest = { place, quirks, addresses, concerns: (name) => concerns(archs, name) };
		return { archs, spans, formats, conditions, changes, ...rest };
	}
	const EXPORTS = facts.exports.map((_, number) => exportOf(number));

	function isThere(exported, moment) {
		return exported.spans.some((span) => holds(ofSpan(span), moment));
	}

	function existedIn(arch, kernel) {
		return holds(ofSpan(arch.span), kernel.moment);
	}

	/** The entries of mainline, or of a build of a vendor's line. */
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

		/** The exports of a kernel: by key in order, each with its remaining condition and its format. */
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

	/** Whether a SYMBOL is the address of the symbol itself, not a pointer that is stored there. */
	function isOwnAddress(exported, kernel, arch) {
		const { addresses } = exported;
		const here = addresses.filter(([, , , archs]) => arch === null || concerns(archs, arch.name));
		const first = firstInForce(here, kernel.moment);
		return addresses.length ? Boolean(first?.[4]) : true;
	}

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

	Object.assign(vmcoreinfo.kernels, {
		ANY, ARCHS, DECLARED, IS_DECLARED, LATEST, MAINLINE, Schema, concerns, existedIn, formatOf,
		formatsOf, isOwnAddress, isThere,
	});
})(globalThis.vmcoreinfo);
