/* SPDX-License-Identifier: MIT */
"use strict";

// Keys and tools of an answer lead to their pages.
globalThis.vmcoreinfo.check(document.getElementById("check"), {
	key: (name) => globalThis.vmcoreinfoPages[name],
	tool: (name) => `tools/${name}.html`,
});
