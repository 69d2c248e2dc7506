// SPDX-License-Identifier: MIT
// The rules of the audit on what the compiler and the page tables make of types and addresses.
"use strict";

(function (vmcoreinfo) {
	const { kernels } = vmcoreinfo;
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

	const argumentOf = (key) => /\((.*)\)$/.exec(key)?.[1] ?? key;
	const own = (table, name) => (Object.hasOwn(table, name) ? table[name] : undefined);
	const unsigned = (value) => BigInt.asUintN(64, value);

	/** Bytes of a pointer, if all architectures of the note agree, and what all of them align to; else null. */
	function compilerOf({ archs }) {
		const words = new Set(archs.map((arch) => arch.bits / 8));
		return words.size === 1
			? { word: [...words][0], most: Math.min(...archs.map((arch) => arch.alignment)) }
			: null;
	}

	/** Alignment and least size, in bytes. */
	function layoutOf([size, align], { word, most }) {
		return align
			? { align: Math.min(align, most), size }
			: { align: Math.min(word, most), size: size * word };
	}

	const bytesOf = ([size, inWords], { word }) => size * (inWords ? word : 1);

	/** An expression with the sizes of types in it as numbers. */
	function sized(expression, compiler) {
		if (typeof expression === "string") {
			return expression;
		}
		const [operator, ...operands] = expression;
		return operator === "size"
			? String(bytesOf(operands, compiler))
			: [operator, ...operands.map((operand) => sized(operand, compiler))];
	}

	/** The member whose offset a key gives; null if its type is not known. */
	function memberOf(key, compiler) {
		const [owner, ...rest] = argumentOf(key).split(".");
		const name = rest.join(".");
		const extent = own(layouts.members, `${owner}.${name}`);
		return extent === undefined ? null : { owner, name, layout: layoutOf(extent, compiler) };
	}

	function alignmentOfStruct(name, compiler) {
		const known = own(layouts.extents, name) ?? [];
		return Math.max(1, ...known.map((extent) => layoutOf(extent, compiler).align));
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
	function* structures(subject, compiler) {
		for (const [line, kind] of numbersOf(subject, "OFFSET", "SIZE")) {
			const { key, value } = line;
			const name = argumentOf(key);
			if (kind === "OFFSET") {
				if (FIRST.has(name) && value) {
					yield [key, `${value}, but it is the first member, at 0`, line.line];
				}
				continue;
			}
			const [bound, ...told] = own(layouts.sizes, name) ?? ["at least", 0, 0];
			const size = bytesOf(told, compiler);
			if (bound === "exactly" && value !== BigInt(size)) {
				yield [key, `${value}, but its members have ${size} bytes`, line.line];
			} else if (bound === "at most" && value > BigInt(size)) {
				yield [key, `${value}, but it can have at most ${size} bytes`, line.line];
			}
		}
	}

	/** Values that follow from others: those that have `equals` in the schema. */
	function* sums(subject, compiler) {
		const number = (key) => subject.number(key);
		const values = new Map();
		for (const [key, told] of layouts.equals) {
			const equals = sized(told, compiler);
			for (const asked of kernels.keysOf(equals)) {
				const value = number(asked);
				if (value !== null) {
					values.set(asked, value);
				}
			}
			const found = number(key);
			const value = found === null ? null : kernels.valueOf(equals, values);
			if (value !== null && found !== value) {
				yield at(subject, key, `${found}, but its members add up to ${value}`);
			}
		}
	}

	/** The end of a record's header, which has only padding behind its last member. */
	function* padding(subject) {
		const [size, last, info] = [
			"SIZE(printk_info)", "OFFSET(printk_info.dev_info)", "SIZE(dev_printk_info)",
		].map((key) => subject.number(key));
		if (![size, last, info].includes(null)) {
			const behind = size - last - info;
			if (behind < 0n || behind >= 8n) {
				yield at(subject, "SIZE(printk_info)", `${size}, but its last member ends at ${last + info}`);
			}
		}
	}

	/** The map of nodes, which has a bit for each of them. */
	function* nodeMap(subject, compiler) {
		const word = BigInt(compiler.word);
		const [nodes, mask] = ["LENGTH(node_data)", "SIZE(nodemask_t)"].map((key) => subject.number(key));
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
				yield* padding(subject);
				yield* nodeMap(subject, compiler);
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
