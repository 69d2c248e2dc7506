// SPDX-License-Identifier: MIT
// Sources in a dump beside its note.
"use strict";

(function (vmcoreinfo) {
	const NEAR = 16n << 20n;

	/** The sources that a dump is known to have or lack; none for a bare note, whose dump is unknown. */
	function dumpSources(found, arch, info, near) {
		const told = {};
		const container = found.container ?? found.format;
		if (typeof found.hasRegisters === "boolean") {
			told["qemu-registers"] = found.hasRegisters;
		}
		if (container === "kdump") {
			const { names } = found;
			const own = info.value("OSRELEASE");
			const isCalled = names && [arch.name, ...arch.aliases].includes(names.machine);
			const agrees = names?.system === "Linux" && isCalled && (own === null || own === names.release);
			return { ...told, headers: false, "kdump-header": true, "elf-header": false, "header-agrees": Boolean(agrees) };
		}
		if (container !== "elf") {
			return {};
		}
		Object.assign(told, { "kdump-header": false, "elf-header": true, "header-agrees": true });
		const { highest } = found;
		if (highest === 0n) {
			told.headers = false;
		} else if (typeof highest === "bigint" && arch.half !== null) {
			told.headers = highest >= arch.half;
		}
		if (arch.name === "x86_64") {
			const base = info.value("NUMBER(phys_base)");
			const isNear = typeof base === "bigint" ? base <= NEAR && base >= -NEAR : near;
			if (isNear !== null) {
				told["near-image"] = isNear;
			}
		}
		return told;
	}

	Object.assign(vmcoreinfo.ofTools, { dumpSources });
})(globalThis.vmcoreinfo);
