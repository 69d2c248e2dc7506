"use strict";

(() => {
	const data = JSON.parse(document.getElementById("data").textContent);
	const rows = [...document.querySelectorAll("tr[data-search]")];
	const form = document.getElementById("filter");
	const text = document.getElementById("text");
	const arch = document.getElementById("arch");
	const release = document.getElementById("release");
	const count = document.getElementById("count");

	// The run of an entry that a release lies in, on an architecture; -1 stands for any.
	function find(entry, chosen, point) {
		for (const [archs, runs] of data.runs[entry])
			for (const there of archs.filter((a) => chosen < 0 || a === chosen))
				for (const run of runs) {
					const first = Math.max(run[0], data.lives[there][0]);
					const last = Math.min(run[1], data.lives[there][1]);
					if (point < 0 ? first <= last : first <= point && point <= last)
						return run;
				}
		return null;
	}

	function answer([, , condition, quirk]) {
		const cell = document.createElement("div");
		if (condition) {
			const code = document.createElement("code");
			code.textContent = data.texts[condition];
			cell.append(code);
		} else {
			cell.append("always");
		}
		if (quirk) {
			const note = document.createElement("div");
			note.className = "quirk";
			note.textContent = data.texts[quirk];
			cell.append(note);
		}
		return cell;
	}

	// With both chosen there is one condition; else the history that the page came with.
	function showCondition(row, run) {
		const cell = row.cells[3];
		const history = cell.firstElementChild;
		while (cell.lastElementChild !== history)
			cell.lastElementChild.remove();
		history.hidden = run !== null;
		if (run !== null)
			cell.append(answer(run));
	}

	function update() {
		const words = text.value.toLowerCase().split(/\s+/);
		const chosen = data.archs.indexOf(arch.value);
		const point = data.points.indexOf(release.value);
		let shown = 0;
		rows.forEach((row, entry) => {
			const run = find(entry, chosen, point);
			const matches = words.every((word) => row.dataset.search.includes(word));
			row.hidden = !(run && matches);
			if (!row.hidden) {
				shown++;
				showCondition(row, chosen >= 0 && point >= 0 ? run : null);
			}
		});
		for (const body of document.querySelectorAll("tbody"))
			body.hidden = !body.querySelector("tr[data-search]:not([hidden])");
		count.textContent = `${shown} of ${rows.length} entries`;
	}

	// The choice is kept in the address, so that an answer can be linked to.
	function remember() {
		const query = new URLSearchParams();
		for (const field of [text, arch, release])
			if (field.value)
				query.set(field.id, field.value);
		history.replaceState(null, "", `#?${query}`);
		update();
	}

	function recall() {
		if (location.hash.startsWith("#?")) {
			const query = new URLSearchParams(location.hash.slice(2));
			for (const field of [text, arch, release])
				field.value = query.get(field.id) ?? "";
		} else if (location.hash) {
			// A link to an entry: show it, whatever was chosen before.
			form.reset();
		}
		update();
		if (!location.hash.startsWith("#?"))
			document.getElementById(location.hash.slice(1))?.scrollIntoView();
	}

	form.addEventListener("input", remember);
	form.addEventListener("submit", (event) => event.preventDefault());
	addEventListener("hashchange", recall);
	form.hidden = false;
	recall();
})();
