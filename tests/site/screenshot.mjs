// SPDX-License-Identifier: MIT
//
// The picture in the README: node screenshot.mjs TOOLS CHROMIUM SITE PNG
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [tools, executablePath, site, path] = process.argv.slice(2);
const { chromium } = createRequire(join(tools, "package.json"))("playwright-core");
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1080, height: 860 } });
await page.goto(`${pathToFileURL(site).href}/index.html#kernel=6.12&tool=makedumpfile+1.7.2&arch=x86_64`);
await page.waitForSelector("#answer .v");
await page.screenshot({ path });
await browser.close();
