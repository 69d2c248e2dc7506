// SPDX-License-Identifier: MIT
"use strict";

globalThis.vmcoreinfo.check(document.getElementById("check"));
