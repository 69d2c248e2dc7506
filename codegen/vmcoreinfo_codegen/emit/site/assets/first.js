/* SPDX-License-Identifier: MIT */
"use strict";

// The answer for a kernel and a tool. The choice is in the address, so that answers can be linked to.
(() => {
	const form = document.getElementById("pair");
	const out = document.getElementById("answer");
	const fields = ["kernel", "tool", "arch"].map((name) => document.getElementById(name));
	const { verdict, badge } = globalThis.vmcoreinfoAnswer;

	function load(then) {
		if (globalThis.vmcoreinfoAnswers) {
			then(globalThis.vmcoreinfoAnswers);
			return;
		}
		const script = document.createElement("script");
		script.src = "data/answers.js";
		script.onload = () => then(globalThis.vmcoreinfoAnswers);
		document.head.append(script);
	}

	function link(place, text) {
		const a = document.createElement("a");
		a.href = place;
		a.textContent = text;
		return a;
	}

	function line(...parts) {
		const p = document.createElement("p");
		p.append(...parts);
		return p;
	}

	const slug = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");

	function show(kernel, name, release, arch, found) {
		const called = /^\d+(\.\d+)+$/.test(kernel) ? `Linux ${kernel}` : kernel;
		if (!found) {
			out.replaceChildren(line(`${called} is not built for ${arch}, according to the schema.`));
			return;
		}
		const page = `tools/${name}/${release}.html`;
		const head = line(badge(found.verdict), ` ${name} ${release} on ${called}, ${arch}`);
		head.className = "status";
		const basis = found.verdict === "unknown" ? `${found.workedOut} by the schema; not tested.`
			: found.seen ? "Seen on a real dump." : "Worked out from the sources of kernel and tool; not tested.";
		const parts = [head, line(basis)];
		if (found.purposes.length) {
			const p = line("What fails: ");
			found.purposes.forEach((purpose, i) => {
				if (i)
					p.append(", ");
				p.append(link(`tools/${name}.html#does-${slug(purpose)}`, purpose));
			});
			p.append(".");
			parts.push(p);
		} else if (["wrong", "fatal"].includes(found.verdict)) {
			parts.push(line("Failed on a real dump. The entries of the note do not show why."));
		}
		if (!found.isFine) {
			parts.push(found.better
				? line("Use instead: ", link(`tools/${name}/${found.better}.html`, `${name} ${found.better}`), ".")
				: line("No later release is better."));
			if (found.isHelped)
				parts.push(line(link(`${page}#helps`, "Workarounds for this release"), "."));
		}
		const where = found.line ? `kernels/${found.line.name}.html` : `kernels/${kernel}.html`;
		parts.push(line(link(`${page}#${found.id}`, "Details"), " · ", link(where, `${called}: keys, changes, tools`)));
		out.replaceChildren(...parts);
	}

	function fromAddress() {
		const chosen = new URLSearchParams(location.hash.slice(1));
		if (!chosen.has("kernel")) {
			out.replaceChildren();
			return;
		}
		for (const field of fields)
			if (chosen.has(field.id))
				field.value = chosen.get(field.id);
		const [name, release] = fields[1].value.split(" ");
		load((data) => show(fields[0].value, name, release, fields[2].value,
			verdict(data, fields[0].value, name, release, fields[2].value)));
	}

	form.hidden = false;
	form.addEventListener("submit", (event) => {
		event.preventDefault();
		const chosen = new URLSearchParams(fields.map((field) => [field.id, field.value]));
		if (`#${chosen}` === location.hash)
			fromAddress();
		else
			location.hash = chosen.toString();
	});
	addEventListener("hashchange", fromAddress);
	fromAddress();
})();
