/* SPDX-License-Identifier: MIT */
"use strict";

// Compares what data/compare.js and data/answers.js say. The choice is in the address.
(() => {
	const out = document.getElementById("difference");
	const forms = { kernel: document.getElementById("kernels"), tool: document.getElementById("tools") };
	const { verdict, badge } = globalThis.vmcoreinfoAnswer;

	function load(names, then) {
		const missing = names.filter(([variable]) => !globalThis[variable]);
		if (!missing.length) {
			then();
			return;
		}
		let left = missing.length;
		for (const [, file] of missing) {
			const script = document.createElement("script");
			script.src = `data/${file}.js`;
			script.onload = () => --left || then();
			document.head.append(script);
		}
	}

	function make(tag, ...parts) {
		const element = document.createElement(tag);
		element.append(...parts);
		return element;
	}

	function link(place, text, isCode = false) {
		const a = make("a", isCode ? make("code", text) : text);
		a.href = place;
		return a;
	}

	const keyLink = (data, number) => link(data.pages[number], data.keys[number], true);

	function stateOf(data, key, arch, kernel) {
		for (const [archs, runs] of data.runs[key])
			if (archs.includes(arch))
				for (const [first, last, condition, quirk] of runs)
					if (first <= kernel && kernel <= last)
						return { condition: data.texts[condition], quirk: data.texts[quirk] };
		return null;
	}

	const words = (state) => (state.condition ? `if ${state.condition}` : "always");

	function change(before, after) {
		if (!before && !after)
			return null;
		if (!before)
			return { kind: "Added", text: after.condition ? words(after) : "" };
		if (!after)
			return { kind: "Removed", text: "" };
		if (before.condition !== after.condition)
			return { kind: "Changed condition", text: `${words(after)}, was ${words(before)}` };
		if (before.quirk !== after.quirk)
			return { kind: "Quirks", text: after.quirk || `no longer ${before.quirk}` };
		return null;
	}

	function table(heads, rows) {
		const head = make("tr", ...heads.map((text) => {
			const th = make("th", text);
			th.scope = "col";
			return th;
		}));
		const body = rows.map((cells) => make("tr", ...cells.map((cell, i) => {
			const element = make(i ? "td" : "th", ...[].concat(cell));
			if (i)
				element.dataset.head = heads[i];
			else
				element.scope = "row";
			return element;
		})));
		const found = make("table", make("thead", head), make("tbody", ...body));
		found.className = "plain";
		return found;
	}

	function ofKernels(chosen) {
		const data = globalThis.vmcoreinfoCompare;
		const [from, to] = [chosen.get("kernel"), chosen.get("to")].map((name) => data.kernels.indexOf(name));
		if (from < 0 || to < 0)
			return [make("p", "This kernel is not in the schema.")];
		const wanted = chosen.get("arch");
		const both = data.there[from].filter((arch) => data.there[to].includes(arch));
		const archs = both.filter((arch) => !wanted || data.archs[arch] === wanted);
		const parts = [make("h2", `${data.kernels[from]} to ${data.kernels[to]}${wanted ? ` on ${wanted}` : ""}`)];
		if (!archs.length)
			return [...parts, make("p", "No architecture is supported by both kernels.")];
		const grouped = new Map();
		data.keys.forEach((_, key) => {
			const alike = new Map();
			for (const arch of archs) {
				const one = change(stateOf(data, key, arch, from), stateOf(data, key, arch, to));
				if (one) {
					const asked = `${one.kind}\n${one.text}`;
					alike.set(asked, [...(alike.get(asked) || []), data.archs[arch]]);
				}
			}
			for (const [asked, names] of alike) {
				const [kind, text] = asked.split("\n");
				const where = names.length === archs.length ? "" : ` on ${names.join(", ")}`;
				grouped.set(kind, [...(grouped.get(kind) || []), { key, text, where }]);
			}
		});
		if (from < to && to < data.points)
			for (const [place, key, what, text] of data.changes)
				if (from < place && place <= to) {
					const kind = `Changed ${what.split(" on ")[0]}`;
					const where = what.includes(" on ") ? ` on ${what.split(" on ")[1]}` : "";
					grouped.set(kind, [...(grouped.get(kind) || []), { key, text, where }]);
				}
		for (const [kind, several] of grouped) {
			parts.push(make("h3", `${kind} (${several.length})`));
			const alike = new Map();
			for (const one of several) {
				const instead = kind === "Removed" ? data.instead[one.key].filter((other) => data.keys.includes(other)) : [];
				const asked = [one.where, one.text, instead].join("\n");
				alike.set(asked, [...(alike.get(asked) || []), { ...one, instead }]);
			}
			parts.push(make("ul", ...[...alike.values()].map((same) => {
				const item = make("li");
				same.forEach(({ key }, i) => item.append(i ? ", " : "", keyLink(data, key)));
				item.append(same[0].where, same[0].text ? `: ${same[0].text}` : "");
				same[0].instead.forEach((one, i) => item.append(i ? ", " : "; use ", keyLink(data, data.keys.indexOf(one))));
				return item;
			})));
		}
		if (!grouped.size)
			parts.push(make("p", "Both kernels export the same keys."));
		return [...parts, ...toolsOn(data.kernels[from], data.kernels[to], wanted || "x86_64")];
	}

	// Releases of tools with different verdicts on two kernels.
	function toolsOn(from, to, arch) {
		const rows = [];
		for (const tool of globalThis.vmcoreinfoAnswers.tools)
			for (const release of [...tool.releases].reverse().slice(0, 8)) {
				const [was, is] = [from, to].map((kernel) => verdict(globalThis.vmcoreinfoAnswers, kernel, tool.name, release, arch));
				if (was && is && (was.verdict !== is.verdict || was.purposes.join() !== is.purposes.join()))
					rows.push([link(`tools/${tool.name}/${release}.html`, `${tool.name} ${release}`), badge(was.verdict), badge(is.verdict), is.purposes.join(", ")]);
			}
		const title = make("h3", `Tools with different verdicts on ${arch}`);
		return rows.length ? [title, table(["Release", from, to, "What fails"], rows)] : [];
	}

	function ofTools(chosen) {
		const data = globalThis.vmcoreinfoCompare;
		const answers = globalThis.vmcoreinfoAnswers;
		const [[name, from], [other, to]] = [chosen.get("tool"), chosen.get("than")].map((text) => (text || "").split(" "));
		const tool = answers.tools.find((one) => one.name === name);
		if (!tool || name !== other)
			return [make("p", "Choose two releases of the same tool.")];
		const arch = chosen.get("on") || "x86_64";
		const parts = [make("h2", `${name} ${from} to ${to}, on ${arch}`)];
		const stretches = [];
		answers.kernels.forEach((kernel) => {
			const [was, is] = [from, to].map((release) => verdict(answers, kernel, name, release, arch));
			if (!was || !is || (was.verdict === is.verdict && was.purposes.join() === is.purposes.join()))
				return;
			const last = stretches[stretches.length - 1];
			const same = last && last.was.verdict === was.verdict && last.is.verdict === is.verdict
				&& last.was.purposes.join() === was.purposes.join() && last.is.purposes.join() === is.purposes.join()
				&& answers.kernels.indexOf(kernel) === answers.kernels.indexOf(last.last) + 1;
			if (same)
				last.last = kernel;
			else
				stretches.push({ first: kernel, last: kernel, was, is });
		});
		const told = (one) => [badge(one.verdict), one.purposes.length ? ` ${one.purposes.join(", ")}` : ""];
		parts.push(make("h3", "Kernels with different verdicts"));
		parts.push(stretches.length
			? table(["Kernels", from, to], stretches.reverse().map((one) => [one.first === one.last ? one.first : `${one.first} to ${one.last}`, told(one.was), told(one.is)]))
			: make("p", "None."));
		const [then, now] = [from, to].map((release) => data.sets[data.reads[name][release]]);
		for (const [title, keys] of [["Also reads", now.filter((key) => !then.includes(key))], ["No longer reads", then.filter((key) => !now.includes(key))]])
			if (keys.length)
				parts.push(make("h3", title), make("ul", ...keys.map((key) => make("li", keyLink(data, key)))));
		return parts;
	}

	function fromAddress() {
		const chosen = new URLSearchParams(location.hash.slice(1));
		const which = chosen.has("kernel") ? "kernel" : chosen.has("tool") ? "tool" : null;
		if (!which) {
			out.replaceChildren();
			return;
		}
		for (const field of forms[which].elements)
			if (field.name)
				field.value = chosen.get(field.name) || "";
		load([["vmcoreinfoCompare", "compare"], ["vmcoreinfoAnswers", "answers"]], () => {
			out.replaceChildren(...(which === "kernel" ? ofKernels(chosen) : ofTools(chosen)));
		});
	}

	for (const form of Object.values(forms)) {
		form.hidden = false;
		form.addEventListener("submit", (event) => {
			event.preventDefault();
			const chosen = new URLSearchParams(new FormData(form)).toString();
			if (`#${chosen}` === location.hash)
				fromAddress();
			else
				location.hash = chosen;
		});
	}
	for (const [id, place] of [["kernel", 1], ["to", 0], ["tool", 1], ["than", 0]])
		document.getElementById(id).selectedIndex = place;
	addEventListener("hashchange", fromAddress);
	fromAddress();
})();
