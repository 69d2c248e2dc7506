// SPDX-License-Identifier: MIT
// The rules of the audit on what the compiler and the page tables make of types and addresses.
"use strict";

(function (vmcoreinfo) {
	const { layouts } = vmcoreinfo.facts;
	const { RULES, isNumber } = vmcoreinfo.ofAudit;
	const UNIONS = new Set(layouts.unions);
	const FIRST = new Set(layouts.first);
	const PAGE_ALIGNED = new Set([
		"KERNELOFFSET", "NUMBER(phys_base)", "NUMBER(kimage_voffset)", "NUMBER(PHYS_OFFSET)",
	]);
	const LEAST_PAGE = 4096n;
	const MOST_IMAGE = 1n << 30n;
	const LEAST_SYMBOLS = 3;
	const MOST_BITS = 64n;
	// Tables of bytes, which are not aligned.
	const OF_BYTES = "kallsyms_";

	const OF_STRUCT = new Map();
	for (const member of [...Object.keys(layouts.words), ...Object.keys(layouts.bytes)]) {
		const [owner] = member.split(".");
		OF_STRUCT.set(owner, [...(OF_STRUCT.get(owner) ?? []), member]);
	}

	const argumentOf = (key) => /\((.*)\)$/.exec(key)?.[1] ?? key;
	const own = (table, name) => (Object.hasOwn(table, name) ? table[name] : undefined);
	const unsigned = (value) => BigInt.asUintN(64, value);
	const sum = (numbers) => numbers.reduce((total, one) => total + one, 0n);

	/** Bytes of a pointer and the strictest alignment, if all architectures of the note agree; else null. */
	function compilerOf({ archs }) {
		const found = new Map(archs.map(({ bits, mostAligned }) => [`${bits} ${mostAligned}`, bits]));
		return found.size === 1
			? { word: archs[0].bits / 8, most: archs[0].mostAligned }
			: null;
	}

	/** Alignment and size of a member, in bytes; null if its type is not known. */
	function layoutOf(member, { word, most }) {
		const words = own(layouts.words, member);
		if (words !== undefined) {
			return { align: Math.min(word, most), size: word * words };
		}
		const bytes = own(layouts.bytes, member);
		return bytes === undefined ? null : { align: Math.min(bytes[0], most), size: bytes[1] };
	}

	/** The member whose offset a key gives; null if its type is not known. */
	function memberOf(key, compiler) {
		const [owner, ...rest] = argumentOf(key).split(".");
		const name = rest.join(".");
		const layout = layoutOf(`${owner}.${name}`, compiler);
		return layout && { owner, name, layout };
	}

	function alignmentOfStruct(name, compiler) {
		if (name === "nodemask_t") {
			return Math.min(compiler.word, compiler.most);
		}
		const members = OF_STRUCT.get(name) ?? [];
		return Math.max(1, ...members.map((member) => layoutOf(member, compiler).align));
	}

	function* aligned(line, align, what) {
		if (line.value % BigInt(align)) {
			yield [line.key, `${line.text} is not a multiple of ${align}, the alignment of ${what}`, line.line];
		}
	}

	/** Lines with numbers, of one kind of key. */
	function* numbersOf(subject, ...kinds) {
		for (const [line, , { kind }] of subject.entries()) {
			if (kinds.includes(kind) && isNumber(line.value)) {
				yield [line, kind];
			}
		}
	}

	function at(subject, key, message) {
		return [key, message, subject.info.line(key)?.line ?? null];
	}

	/** The base-2 logarithm of a power of two. */
	function log2(size) {
		const isPower = size !== null && size > 0n && (size & (size - 1n)) === 0n;
		return isPower ? BigInt(size.toString(2).length - 1) : null;
	}

	// Values that must be consistent.

	/** Members that begin a structure, and the sizes of structures. */
	function* structures(subject, { word }) {
		for (const [line, kind] of numbersOf(subject, "OFFSET", "SIZE")) {
			const { key, value } = line;
			const name = argumentOf(key);
			if (kind === "OFFSET") {
				if (FIRST.has(name) && value) {
					yield [key, `${value}, but it is the first member, at 0`, line.line];
				}
				continue;
			}
			const exact = own(layouts.exactWords, name);
			const most = own(layouts.mostWords, name);
			if (exact !== undefined) {
				if (value !== BigInt(exact * word)) {
					yield [key, `${value}, but its members have ${exact * word} bytes`, line.line];
				}
			} else if (most !== undefined && value > BigInt(most * word)) {
				yield [key, `${value}, but it can have at most ${most * word} bytes`, line.line];
			}
		}
	}

	/** Values that follow from others: where a member is, or the size of a structure. */
	function* sums(subject, compiler) {
		const word = BigInt(compiler.word);
		const number = (key) => subject.number(key);
		const lists = number("LENGTH(free_area.free_list)");
		const known = [
			["SIZE(free_area)", [lists === null ? null : 2n * lists * word, word]],
			["OFFSET(dev_printk_info.device)", [number("LENGTH(printk_info_subsystem)")]],
			[
				"SIZE(dev_printk_info)",
				[number("LENGTH(printk_info_subsystem)"), number("LENGTH(printk_info_device)")],
			],
			["OFFSET(printk_ringbuffer.text_data_ring)", [number("SIZE(prb_desc_ring)")]],
			[
				"OFFSET(printk_ringbuffer.fail)",
				[number("OFFSET(printk_ringbuffer.text_data_ring)"), number("SIZE(prb_data_ring)")],
			],
			["SIZE(printk_ringbuffer)", [number("OFFSET(printk_ringbuffer.fail)"), word]],
		];
		for (const [key, parts] of known) {
			const found = number(key);
			if (found !== null && !parts.includes(null) && found !== sum(parts)) {
				yield at(subject, key, `${found}, but its members add up to ${sum(parts)}`);
			}
		}
		const [size, last, info] =
			["SIZE(printk_info)", "OFFSET(printk_info.dev_info)", "SIZE(dev_printk_info)"].map(number);
		if (![size, last, info].includes(null)) {
			const behind = size - last - info;
			if (behind < 0n || behind >= 8n) {
				yield at(subject, "SIZE(printk_info)", `${size}, but its last member ends at ${last + info}`);
			}
		}
		const [nodes, mask] = ["LENGTH(node_data)", "SIZE(nodemask_t)"].map(number);
		if (nodes !== null && mask !== null && mask !== (nodes / 8n > word ? nodes / 8n : word)) {
			yield at(subject, "LENGTH(node_data)", `${nodes} nodes, but SIZE(nodemask_t) has ${mask * 8n} bits`);
		}
	}

	/** Members of a structure that share bytes, except in a union. */
	function* overlaps(subject, compiler) {
		const owners = new Map();
		for (const [line] of numbersOf(subject, "OFFSET")) {
			const member = memberOf(line.key, compiler);
			if (member !== null && !UNIONS.has(member.owner)) {
				const { owner, name, layout } = member;
				// A key that is on several lines is a finding of VMCA004.
				owners.set(owner, owners.get(owner) ?? new Map());
				owners.get(owner).set(name, { ...member, offset: line.value, size: BigInt(layout.size) });
			}
		}
		for (const members of owners.values()) {
			const byOffset = (left, right) => Number(left.offset > right.offset) - Number(left.offset < right.offset);
			const ordered = [...members.values()].sort(byOffset);
			for (const [place, other] of ordered.slice(1).entries()) {
				const one = ordered[place];
				const end = one.offset + one.size;
				if (other.offset < end) {
					const key = `OFFSET(${other.owner}.${other.name})`;
					const message = `${other.offset} is inside ${one.owner}.${one.name}, which ends at ${end}`;
					yield at(subject, key, message);
				}
			}
		}
	}

	/** Arrays that do not fit in the structure that contains them. */
	function* zones(subject) {
		for (const [outer, member, count, inner] of [
			["SIZE(zone)", "OFFSET(zone.free_area)", "LENGTH(zone.free_area)", "SIZE(free_area)"],
			["SIZE(pglist_data)", "OFFSET(pglist_data.node_zones)", "", "SIZE(zone)"],
		]) {
			const [size, offset, each] = [outer, member, inner].map((key) => subject.number(key));
			const number = count ? subject.number(count) : 1n;
			if ([size, offset, each, number].includes(null)) {
				continue;
			}
			const end = offset + number * each;
			if (end > size) {
				const what = count ? `${number} times ${inner}` : `one ${inner}`;
				yield at(subject, count || member, `${what} end at ${end}, but ${outer} is ${size}`);
			}
		}
	}

	/** The largest block of free pages, which fits in a memory section and in an address. */
	function* orders(subject) {
		const [key, limit] = ["LENGTH(zone.free_area)", "NUMBER(SECTION_SIZE_BITS)"];
		const [length, page] = [subject.number(key), log2(subject.number("PAGESIZE"))];
		if (length === null || page === null) {
			return;
		}
		const bits = length - 1n + page;
		const most = subject.number(limit);
		const words = Math.max(0, ...subject.archs.map((arch) => arch.bits)) || 64;
		if (most !== null && bits > most) {
			yield at(subject, key, `blocks of free pages have up to ${bits} bits, but ${limit} is ${most}`);
		} else if (bits >= BigInt(words)) {
			yield at(subject, key, `blocks of free pages of ${bits} bits, but addresses have ${words}`);
		}
	}

	/** Memory sections, which are larger than a page and smaller than memory can be. */
	function* sections(subject) {
		const [section, memory] = ["NUMBER(SECTION_SIZE_BITS)", "NUMBER(MAX_PHYSMEM_BITS)"];
		const [bits, most] = [subject.number(section), subject.number(memory)];
		const page = log2(subject.number("PAGESIZE"));
		if (bits !== null && page !== null && bits <= page) {
			yield at(subject, section, `${bits}, but a page has ${page} bits`);
		}
		if (bits !== null && most !== null && bits >= most) {
			yield at(subject, section, `${bits}, but ${memory} is ${most}`);
		}
		const [roots, size] = ["LENGTH(mem_section)", "SIZE(mem_section)"].map((key) => subject.number(key));
		if ([roots, size, bits, most, page].includes(null)) {
			return;
		}
		const isPlausible = bits > 0n && bits < most && most <= MOST_BITS && size > 0n && size <= 1n << page;
		if (!isPlausible) {
			return;
		}
		// With CONFIG_SPARSEMEM_EXTREME each root is a page of sections.
		const all = 1n << (most - bits);
		const each = (1n << page) / size;
		const possible = [...new Set([(all + each - 1n) / each, all])];
		if (!possible.includes(roots)) {
			const message = `${roots}, but ${most - bits} bits of sections make it ${possible.join(" or ")}`;
			yield at(subject, "LENGTH(mem_section)", message);
		}
	}

	/** Areas of memory, which start before they end, and the kernel's offset, which has limited room. */
	function* areas(subject) {
		const [offset, image] = ["KERNELOFFSET", "NUMBER(KERNEL_IMAGE_SIZE)"].map((key) => subject.number(key));
		if (offset !== null && image !== null && (offset < 0n || offset >= image)) {
			const message = `${offset.toString(16)}, but NUMBER(KERNEL_IMAGE_SIZE) is ${image.toString(16)}`;
			yield at(subject, "KERNELOFFSET", message);
		}
		for (const [first, last] of [
			["NUMBER(VMALLOC_START)", "NUMBER(VMALLOC_END)"],
			["NUMBER(MODULES_VADDR)", "NUMBER(MODULES_END)"],
			["NUMBER(VMEMMAP_START)", "NUMBER(VMEMMAP_END)"],
		]) {
			const [start, end] = [first, last].map((key) => subject.number(key));
			if (start !== null && end !== null && unsigned(start) > unsigned(end)) {
				const [from, to] = [start, end].map((value) => `0x${unsigned(value).toString(16)}`);
				yield at(subject, last, `${to}, but ${first} is ${from}`);
			}
		}
	}

	Object.assign(RULES, {
		*VMCA023(subject) {
			const compiler = compilerOf(subject);
			for (const [line] of numbersOf(subject, "OFFSET")) {
				const [owner] = argumentOf(line.key).split(".");
				const size = subject.number(`SIZE(${owner})`);
				if (size === null || size <= 0n) {
					continue;
				}
				const needed = (compiler && memberOf(line.key, compiler)?.layout.size) ?? 1;
				if (line.value >= size) {
					yield [line.key, `${line.value} is outside ${owner}, which has ${size} bytes`, line.line];
				} else if (line.value + BigInt(needed) > size) {
					const message = `${needed} bytes at ${line.value} reach outside ${owner}, which has ${size} bytes`;
					yield [line.key, message, line.line];
				}
			}
		},

		*VMCA025(subject) {
			const compiler = compilerOf(subject);
			for (const [line, kind] of compiler ? numbersOf(subject, "OFFSET", "SIZE") : []) {
				if (kind === "SIZE") {
					yield* aligned(line, alignmentOfStruct(argumentOf(line.key), compiler), "its members");
				} else {
					yield* aligned(line, memberOf(line.key, compiler)?.layout.align ?? 1, "its type");
				}
			}
			for (const { line, kind } of subject.ofBoot()) {
				if (PAGE_ALIGNED.has(line.key)) {
					if (line.value % LEAST_PAGE) {
						const message = `${line.text} is not a multiple of ${LEAST_PAGE}, but must be page-aligned`;
						yield [line.key, message, line.line];
					}
				} else if (kind === "SYMBOL" && !line.key.includes(OF_BYTES)) {
					const least = compiler ? Math.min(4, compiler.most) : 1;
					yield* aligned(line, least, "variables and functions");
				}
			}
		},

		*VMCA026(subject) {
			const compiler = compilerOf(subject);
			if (compiler) {
				yield* structures(subject, compiler);
				yield* sums(subject, compiler);
				yield* overlaps(subject, compiler);
			}
			yield* zones(subject);
			yield* orders(subject);
			yield* sections(subject);
			yield* areas(subject);
		},

		*VMCA027(subject) {
			const told = subject.number("NUMBER(KERNEL_IMAGE_SIZE)");
			const room = told && told > 0n && told <= MOST_IMAGE ? told : MOST_IMAGE;
			const inside = [...subject.ofBoot()].filter((one) => one.isInImage).map((one) => one.line);
			if (inside.length < LEAST_SYMBOLS) {
				return;
			}
			const compare = (left, right) => Number(left > right) - Number(left < right);
			const values = inside.map((line) => line.value).sort(compare);
			const middle = values[Math.floor((values.length - 1) / 2)];
			const near = inside.find((line) => line.value === middle);
			for (const line of inside) {
				const distance = line.value > middle ? line.value - middle : middle - line.value;
				if (distance >= room) {
					const message =
						`${line.text} is too far from ${near.key}, ${near.text}: a kernel image has at most ${room} ` +
						"bytes";
					yield [line.key, message, line.line];
				}
			}
		},
	});
})(globalThis.vmcoreinfo);
