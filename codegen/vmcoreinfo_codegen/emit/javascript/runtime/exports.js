// SPDX-License-Identifier: MIT
// The exports of a note's kernel, according to the note.
"use strict";

(function (vmcoreinfo) {
	const { kernels } = vmcoreinfo;
	const { compareMoments, contains, release } = kernels;

	/** The format in which a kernel prints an entry, even if the schema does not expect it there. */
	function printedAs(entry, kernel, arch) {
		const here = entry.exports.filter((one) => one.formats.length && one.concerns(arch.name));
		if (!here.length) {
			return entry.format;
		}
		const exported = here.find((one) => kernels.isThere(one, kernel.moment)) ?? here[0];
		return kernels.formatOf(entry, exported, kernel);
	}

	/** The format that lines show for keys with several: a distribution may have a newer one early. */
	function seenAs(schema, expected, info) {
		const found = new Map();
		for (const line of info.lines) {
			const several = expected.has(line.key) ? kernels.formatsOf(schema.entries.get(line.key)) : [];
			if (several.length < 2) {
				continue;
			}
			const hasPrefix = line.text.startsWith("0x");
			const fitting = several.filter((format) => (format === "0x-hex") === hasPrefix);
			if (fitting.length && !fitting.includes(expected.get(line.key))) {
				found.set(line.key, fitting[fitting.length - 1]);
			}
		}
		return found;
	}

	/** The entries of a note, which are complete, and the sources in its dump. */
	class Exports {
		constructor(schema, own, arch, info, ofDump) {
			this.schema = schema;
			this.release = own;
			this.arch = arch;
			this.until = schema.until;
			this.ofDump = ofDump;
			this.unread = new Set();
			this.values = new Map();
			this.there = new Set();
			const formats = new Map();
			for (const [key, line] of info.entries) {
				if (line.value === null) {
					continue;
				}
				this.there.add(key);
				if (schema.entries.has(key)) {
					formats.set(key, printedAs(schema.entries.get(key), own, arch));
				}
				if (typeof line.value === "bigint" || line.value === true) {
					this.values.set(key, BigInt(line.value));
				}
			}
			this.formats = new Map([...formats, ...seenAs(schema, formats, info)]);
			this.config = {};
			for (const one of schema.predict(own, arch).values()) {
				if (this.there.has(one.key) && !one.isSure) {
					Object.assign(this.config, kernels.literals(one.condition));
				}
			}
			Object.assign(this.config, arch.fixed);
		}

		changed(rest) {
			return Object.assign(Object.create(Exports.prototype), this, rest);
		}

		has(key) {
			return !this.unread.has(key) && this.there.has(key);
		}

		/** The mainline release that the kernel is like for these keys. */
		releaseOf(keys) {
			let like = this.release;
			for (const key of keys) {
				const other = this.schema.likes.get(key);
				if (other && compareMoments(other.moment, like.moment) > 0) {
					like = other;
				}
			}
			return like;
		}

		/** Whether this kernel is in a range, given the commits that it is known to have or lack. */
		isIn(range, keys) {
			const [since, until, commit] = range;
			if (commit !== null && commit in this.schema.commits) {
				return this.schema.commits[commit] === (since !== null);
			}
			return contains(release(since), release(until), this.releaseOf(keys).moment);
		}

		/** Whether an expression is not 0; null if it needs a value that is not known. */
		tells(expression) {
			const value = kernels.valueOf(expression, this.values);
			return value === null ? null : value !== 0n;
		}
	}

	Object.assign(vmcoreinfo.ofTools, { Exports });
})(globalThis.vmcoreinfo);
