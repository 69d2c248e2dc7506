// SPDX-License-Identifier: MIT
// The architecture of a note, from its keys and values.
"use strict";

(function (vmcoreinfo) {
	const { facts } = vmcoreinfo;
	const { compareLists, concerns } = vmcoreinfo.kernels;

	/** Whether more than half fit: a single damaged address shows no other architecture. */
	const areMost = (addresses, isOne) => 2 * addresses.filter(isOne).length > addresses.length;

	function misfit(arch, info) {
		const size = info.value("SIZE(list_head)");
		let wrong = Number(typeof size === "bigint" && size * 4n !== BigInt(arch.bits));
		const addresses = [...info.entries.values()]
			.filter((line) => line.key.startsWith("SYMBOL(") && typeof line.value === "bigint")
			.map((line) => line.value);
		if (arch.bits === 32) {
			wrong += Number(areMost(addresses, (address) => address >> 32n));
		} else if (arch.half !== null) {
			wrong += Number(areMost(addresses, (address) => address < arch.half));
		}
		return wrong;
	}

	/** How badly each architecture fits; earlier numbers count more. */
	function scores(kernel, info) {
		const present = new Set(info.lines.filter((line) => line.format !== null).map((line) => line.key));
		const words = new Set(String(info.value("OSRELEASE")).split(/[-+._]/));
		const found = new Map();
		for (const arch of kernel === null ? [] : facts.archs) {
			const exported = builds(kernel, arch) ? kernel.schema.predict(kernel.release, arch) : new Map();
			if (!exported.size) {
				continue;
			}
			const alien = [...present].filter((key) => !exported.has(key)).length;
			const sure = [...exported.values()].filter((one) => one.isSure);
			const absent = sure.filter((one) => !present.has(one.key)).length;
			const isNamed = [arch.name, ...arch.aliases].some((name) => words.has(name));
			found.set(arch, [misfit(arch, info), Number(!isNamed), alien, absent]);
		}
		return found;
	}

	/** The architectures that fit the keys best; none if the release is unknown. */
	function architecturesOf(kernel, info) {
		const found = scores(kernel, info);
		const best = [...found.values()].sort(compareLists)[0];
		return [...found].filter(([, score]) => compareLists(score, best) === 0).map(([arch]) => arch);
	}

	/** Whether a note can be of the architecture that its dump names. */
	function isLikely(kernel, info, told) {
		const found = scores(kernel, info);
		if (!found.has(told)) {
			return true;
		}
		const best = [...found.values()].sort(compareLists)[0];
		const own = found.get(told);
		return own[0] <= best[0] && own[2] - best[2] < 3;
	}

	/** Whether a kernel's vendor builds it for an architecture. */
	const builds = (kernel, arch) => concerns(kernel.line?.line.archs, arch.name);

	Object.assign(vmcoreinfo.kernels, { architecturesOf, builds, isLikely });
})(globalThis.vmcoreinfo);
