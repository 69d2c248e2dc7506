// SPDX-License-Identifier: MIT
// The page that checks a dump or a note: reads a file, a drop or a pasted text, shows verdicts and findings.
// Text from a note is only put into text nodes.
"use strict";

(function (vmcoreinfo) {
	const SIGNS = { ok: "✓", fallback: "✓", degraded: "◐", unknown: "?", wrong: "✗", fatal: "■" };
	// Each severity looks like a verdict.
	const SEVERITIES = { error: ["wrong", "✗"], warning: ["degraded", "◐"], info: ["unknown", "i"] };
	const SHOWN_EVERY = 100;
	const MOST_SHOWN = 200;

	/** An element with attributes, and children that are elements or text. */
	function el(name, attributes = {}, ...children) {
		const made = document.createElement(name);
		for (const [key, value] of Object.entries(attributes)) {
			if (typeof value === "function") {
				made.addEventListener(key, value);
			} else if (value !== null && value !== false) {
				made.setAttribute(key, value === true ? "" : value);
			}
		}
		made.append(...children.flat(9).filter((child) => child !== null && child !== ""));
		return made;
	}

	function badge(kind, word, sign = SIGNS[kind]) {
		const shown = el("span", { class: "sign", "aria-hidden": "true" }, sign);
		return el("span", { class: `v v-${kind}` }, shown, " ", word);
	}

	function table(caption, heads, rows) {
		const head = el("tr", {}, heads.map((text) => el("th", { scope: "col" }, text)));
		const body = rows.map((cells) =>
			el("tr", {}, cells.map((cell, place) =>
				place ? el("td", { "data-head": heads[place] }, cell) : el("th", { scope: "row" }, cell),
			)),
		);
		const made = el(
			"table",
			{ class: "plain" },
			el("caption", {}, caption),
			el("thead", {}, head),
			el("tbody", {}, body),
		);
		return el("div", { class: "wide", tabindex: "0", role: "region", "aria-label": caption }, made);
	}

	function facts(rows) {
		const shown = rows.filter(([, value]) => value !== null && value !== "");
		return el(
			"dl",
			{ class: "facts" },
			shown.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))),
		);
	}

	function sized(bytes) {
		const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
		let place = 0;
		while (bytes >= 1024 && place < units.length - 1) {
			bytes /= 1024;
			place++;
		}
		return `${place ? bytes.toFixed(1) : bytes} ${units[place]}`;
	}

	function counted(number, word) {
		return `${number} ${word}${number === 1 ? "" : "s"}`;
	}

	class Page {
		/** `links` gives the address of a `key` or a `tool`; without one there is no link. */
		constructor(root, links = {}) {
			this._links = links;
			this._status = root.querySelector("[data-part=status]");
			this._answer = root.querySelector("[data-part=answer]");
			this._reading = null;
			const file = root.querySelector("input[type=file]");
			const text = root.querySelector("textarea");
			// This allows the same file to be chosen again after it was rewritten.
			file.addEventListener("click", () => (file.value = ""));
			file.addEventListener("change", () => file.files[0] && this.take(file.files[0]));
			root.querySelector("form").addEventListener("submit", (event) => {
				event.preventDefault();
				this.take(new Blob([text.value]), "the pasted text");
			});
			this._takeDrops(root.querySelector("[data-part=drop]"));
			root.hidden = false;
		}

		_takeDrops(area) {
			// A file dropped beside the area must not replace the page.
			for (const event of ["dragover", "drop"]) {
				document.addEventListener(event, (one) => one.preventDefault());
			}
			area.addEventListener("dragover", () => area.classList.add("over"));
			area.addEventListener("dragleave", () => area.classList.remove("over"));
			area.addEventListener("drop", (event) => {
				area.classList.remove("over");
				const [file] = event.dataTransfer.files;
				const text = event.dataTransfer.getData("text");
				if (file) {
					this.take(file);
				} else if (text) {
					this.take(new Blob([text]), "the dropped text");
				}
			});
		}

		/** Read a file or a text and show the result; cancels an earlier read. */
		async take(blob, name = blob.name) {
			this._reading?.abort();
			const reading = new AbortController();
			this._reading = reading;
			this._answer.replaceChildren();
			this._said(`Reading ${name} …`);
			const onProgress = this._progress(name, reading);
			try {
				const found = await vmcoreinfo.findNote(blob, { name, onProgress, signal: reading.signal });
				const known = await vmcoreinfo.ofDump(found);
				if (reading === this._reading) {
					this._shown(found, known);
				}
			} catch (error) {
				if (reading !== this._reading) {
					return;
				}
				if (reading.signal.aborted) {
					this._said(`Stopped reading ${name}.`);
				} else {
					this._failed(error);
				}
			}
		}

		_said(...parts) {
			this._status.replaceChildren(...parts);
		}

		_failed(error) {
			const isKnown = error instanceof vmcoreinfo.DumpError || error instanceof vmcoreinfo.NotTold;
			const text = isKnown ? error.message : `internal error (please report it): ${error.message}`;
			this._said(el("strong", { class: "warn" }, text));
		}

		/** Shows progress, a few times a second, if reading takes long. */
		_progress(name, reading) {
			let last = performance.now();
			return ({ at, size, reads }) => {
				const now = performance.now();
				if (now - last < SHOWN_EVERY) {
					return;
				}
				last = now;
				const stop = el("button", { type: "button", click: () => reading.abort() }, "Stop");
				const bar = el("progress", { max: size, value: at, "aria-label": `Reading ${name}` });
				this._said(`Reading ${name}: at ${sized(at)} of ${sized(size)}, ${counted(reads, "read")} `, bar, " ", stop);
			};
		}

		/** `said` is the architecture that the user chose, if the note does not give it. */
		_shown(found, known, said = "") {
			let subject;
			try {
				subject = new vmcoreinfo.Subject(found, { arch: said, ...known });
			} catch (error) {
				this._failed(error);
				if (error instanceof vmcoreinfo.NotTold) {
					this._answer.replaceChildren(...this._withoutKernel(found, known, error));
				}
				return;
			}
			const { kernel, arch } = subject;
			this._said(el("strong", {}, `${kernel.name}, ${arch.name}`), ` in ${found.name}.`);
			this._answer.replaceChildren(
				el("h2", { id: "kernel" }, "Kernel"),
				this._kernel(found, known, subject),
				el("h2", { id: "verdicts" }, "Tool support"),
				this._verdicts(subject),
				...this._audited(found, known, said),
			);
		}

		_withoutKernel(found, known, error) {
			const audited = this._audited(found, known);
			if (!error.isOfArch) {
				return audited;
			}
			const options = vmcoreinfo.archNames.map((name) => el("option", {}, name));
			const select = el("select", { id: "check-arch" }, options);
			const show = () => this._shown(found, known, select.value);
			const button = el("button", { type: "button", click: show }, "Check");
			const label = el("label", { for: "check-arch" }, "Architecture");
			return [el("p", {}, label, " ", select, " ", button), ...audited];
		}

		_kernel(found, known, { kernel, arch, line, info }) {
			const vendor = line ? vmcoreinfo.calledOf(kernel) : null;
			const build = info.line("BUILD-ID");
			const crash = info.number("CRASHTIME");
			const time = crash && crash > 0n && crash < 1n << 40n ? new Date(Number(crash) * 1000) : null;
			const flaws = [...known.flaws, ...known.unseen].map((flaw) => flaw.text);
			const place = found.offset ? `, note at byte ${found.offset}` : "";
			return facts([
				["Release", kernel.name],
				["Vendor kernel", vendor],
				["Architecture", arch.name],
				["Build ID", build?.status === "ok" ? build.text : null],
				["Crash time", time && time.toISOString().replace(".000Z", " UTC").replace("T", " ")],
				["Format", `${found.format}, ${sized(found.source.size)}${place}`],
				["Entries", String(info.entries.size)],
				["Other notes", found.beside.join(", ")],
				["Remarks", found.remarks.join("; ")],
				["Problems of the dump", flaws.length ? flaws.join("; ") : null],
			]);
		}

		_verdicts(subject) {
			const readers = vmcoreinfo.consumers.filter((one) =>
				vmcoreinfo.supports(one, subject.arch.name, vmcoreinfo.latestOf(one)),
			);
			const others = vmcoreinfo.consumers.filter((one) => !readers.includes(one));
			const rows = readers.map((consumer) => this._row(subject, consumer));
			const heads = ["Tool", "Release", "Verdict", "Reason and remedy"];
			const unread = others.map((one) => one.name).join(", ");
			return el(
				"div",
				{},
				table("Tool support", heads, rows),
				others.length ? el("p", { class: "quiet" }, `Does not support ${subject.arch.name}: ${unread}.`) : null,
			);
		}

		/** A tool, with its newest release; another one can be chosen. */
		_row(subject, consumer) {
			const releases = [...vmcoreinfo.toolReleases(consumer)].reverse();
			const options = ["next", ...releases].map((name) =>
				el("option", { value: name, selected: name === releases[0] }, name),
			);
			const label = `Release of ${consumer.name}`;
			const verdict = el("span");
			const why = el("div");
			const show = () => {
				const judged = subject.judge(consumer, select.value);
				verdict.replaceChildren(...this._verdict(judged));
				why.replaceChildren(...this._why(judged));
			};
			const select = el("select", { "aria-label": label, change: show }, options);
			show();
			return [this._link("tool", consumer.name), select, verdict, why];
		}

		_verdict(judged) {
			const parts = [badge(judged.verdict, judged.verdict)];
			if (judged.worked_out) {
				parts.push(el("span", { class: "quiet" }, ` ${judged.worked_out} by the schema`));
			} else if (judged.rests_on === "seen") {
				const times = judged.seen.reduce((sum, run) => sum + run.times, 0);
				parts.push(el("span", { class: "quiet" }, ` seen on real dumps (${counted(times, "run")})`));
			} else if (judged.rests_on === "worked out") {
				parts.push(el("span", { class: "quiet" }, " worked out"));
			}
			return parts;
		}

		_why(judged) {
			const parts = judged.not_known.map((reason) => el("p", {}, `Unknown: ${reason}.`));
			if (judged.otherwise) {
				const { verdict, shows_with: shows } = judged.otherwise;
				const words = [...new Set(shows.map((has) => has.join(" and ")))].join(" or ");
				parts.push(el("p", {}, `${verdict} for dumps without ${words}.`));
			}
			const deciding = vmcoreinfo.decidingOf(judged);
			if (judged.fixed_in === "next") {
				parts.push(el("p", {}, "Fixed in the tool’s repository, not yet released."));
			} else if (judged.fixed_in) {
				const fixed = el("strong", {}, `${judged.consumer} ${judged.fixed_in}`);
				parts.push(el("p", {}, "Use ", fixed, " or later."));
			}
			const bad = judged.purposes.filter((one) => (one.worked_out ?? one.verdict) !== "ok");
			if (bad.length) {
				const most = deciding.slice(0, 2).map((one) => one.purpose).join(", ");
				const left = bad.length - Math.min(2, deciding.length);
				const more = left && most ? `, and ${left} more` : "";
				const summary = el("summary", {}, most ? most + more : counted(bad.length, "fallback"));
				parts.push(el("details", {}, summary, el("ul", {}, bad.map((one) => this._purpose(judged, one)))));
			}
			return parts;
		}

		_purpose(judged, one) {
			const works = (one.worked_out ?? one.verdict) === "fallback" ? "ok" : "works";
			const later = one.fixed_in === "next" ? "the next release" : `${judged.consumer} ${one.fixed_in}`;
			const fixed = one.fixed_in ? `${works} since ${later}` : works === "works" ? "not fixed in any later release" : "";
			// The message above already names keys that are just missing.
			const known = one.missing.filter((gone) => gone.gone_since || gone.since);
			const keys = known.map((gone) => {
				const since = gone.gone_since ? ` removed in ${gone.gone_since}` : ` exported since ${gone.since}`;
				const instead = gone.replaced_by.map((key) => [" ", this._link("key", key)]);
				return el(
					"li",
					{},
					this._link("key", gone.key),
					since,
					instead.length ? [", replaced by", instead] : null,
				);
			});
			const shows = one.shows_with.length ? `, with ${one.shows_with.join(" and ")} in the dump` : "";
			return el(
				"li",
				{},
				badge(one.verdict, one.verdict),
				` ${one.purpose}${one.worked_out ? `, ${one.worked_out} by the schema` : ""}${shows}`,
				[one.seen, one.why, fixed].filter(Boolean).map((text) => el("p", {}, text)),
				keys.length ? el("ul", {}, keys) : null,
			);
		}

		_audited(found, known, said = "") {
			if (!vmcoreinfo.audit) {
				return [];
			}
			const findings = vmcoreinfo.audit(found, { arch: said, ...known });
			const head = el("h2", { id: "findings" }, "Findings");
			if (!findings.length) {
				return [head, el("p", {}, "No problems found by the rules that need only the note.")];
			}
			const rows = findings.slice(0, MOST_SHOWN).map((one) => [
				badge(SEVERITIES[one.severity][0], one.severity, SEVERITIES[one.severity][1]),
				one.line === null ? "" : String(one.line),
				one.key === null ? "" : this._link("key", one.key),
				one.message,
				one.remedy,
			]);
			const more = findings.length - rows.length;
			const heads = ["Severity", "Line", "Key", "Finding", "Remedy"];
			return [
				head,
				table("Findings", heads, rows),
				more > 0 ? el("p", { class: "quiet" }, `${more} more not shown`) : null,
			].filter(Boolean);
		}

		_link(kind, name) {
			const address = this._links[kind]?.(name);
			const text = kind === "key" ? el("code", {}, name) : name;
			return address ? el("a", { href: address }, text) : text;
		}
	}

	vmcoreinfo.check = (root, links) => new Page(root, links);
})(globalThis.vmcoreinfo);
