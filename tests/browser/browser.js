// One Chromium for all cases. A visitor is a context of its own: language, size, scripts or none. Whatever a page
// complains about (errors, refusals by the content security policy) fails the case that it belongs to.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const pictures = process.env.DEBRIEFD_PICTURES;
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
let browser = null;

export const PHONE = { width: 360, height: 640 };
export const DESKTOP = { width: 1280, height: 900 };

async function launch() {
  // As root, and in containers, Chromium's own sandbox cannot be made.
  browser ??= chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
  });
  return browser;
}

export async function closeBrowser() {
  await (await browser)?.close();
}

const LOCALES = { sv: "sv-SE", en: "en-GB" };

function watch(page, faults) {
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" || /content security policy/i.test(message.text())) {
      faults.push(`console: ${message.text()}`);
    }
  });
}

/** What a page may complain about when the case takes the connection away, or asks for what is refused. */
const NETWORK = /Failed to load resource|net::ERR_/;

/**
 * Runs `play(page, context)` as somebody who reads `language`, on a screen of `size`, with `scripts` or without.
 * `settings` are Playwright's, and `expected`: a pattern of complaints that belong to the case.
 */
export async function visit({ language = "en", size = PHONE, scripts = true, ...settings }, play) {
  const { expected = null, ...rest } = settings;
  const options = { locale: LOCALES[language], viewport: size, reducedMotion: "reduce", ...rest };
  const context = await (await launch()).newContext({ ...options, javaScriptEnabled: scripts });
  Object.assign(context, { language, scripts, settings: options });
  const faults = [];
  context.on("page", (page) => watch(page, faults));
  context.setDefaultTimeout(15000);
  try {
    const result = await play(await context.newPage(), context);
    const real = faults.filter((fault) => !(expected?.test(fault) ?? false));
    assert.deepEqual(real, [], "the pages complain");
    return result;
  } catch (error) {
    const [page] = context.pages();
    await (page && look(page, `failed-${Date.now()}`).catch(() => {}));
    error.message += faults.length > 0 ? ` (complaints: ${faults.join("; ")})` : "";
    throw error;
  } finally {
    await context.close();
  }
}

visit.network = NETWORK;
/** The browser itself complains of answers like the one that half a commitment gets from the draft. */
visit.refusals = /Failed to load resource: the server responded with a status of 422/;

/** axe needs scripts: where there are none, it looks at a copy of the page, whose own scripts are kept away. */
async function withScripts(page, play) {
  const { scripts, settings } = page.context();
  if (scripts) {
    return play(page);
  }
  const context = await (await launch()).newContext({ ...settings, javaScriptEnabled: true });
  try {
    const copy = await context.newPage();
    const body = await page.content();
    await copy.route("**/*.js", (route) => route.abort());
    await copy.route(page.url(), (route) => route.fulfill({ body, contentType: "text/html" }));
    await copy.goto(page.url());
    return await play(copy);
  } finally {
    await context.close();
  }
}

/** No violation of WCAG 2.2 A and AA that axe can find, and a picture when pictures are wanted. */
export async function check(page, name) {
  await look(page, name);
  const found = await withScripts(page, async (seen) => {
    await seen.evaluate(axe);
    return seen.evaluate(
      (values) =>
        window.axe.run(document, {
          runOnly: { type: "tag", values },
          resultTypes: ["violations"],
        }),
      tags,
    );
  });
  const faults = found.violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}: ${nodes
        .slice(0, 3)
        .map((node) => node.html.slice(0, 200))
        .join(" ")}`,
  );
  assert.deepEqual(faults, [], `${name} (${page.url()})`);
  await assertFits(page, name);
}

/** Nothing makes the page scroll sideways. */
export async function assertFits(page, name) {
  const [scroll, client] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  assert.ok(scroll <= client, `${name}: ${scroll} px wide content in ${client} px`);
}

export async function look(page, name) {
  if (pictures) {
    mkdirSync(pictures, { recursive: true });
    const { width } = page.viewportSize();
    await page.screenshot({ path: join(pictures, `${name}-${width}.png`), fullPage: true });
  }
}
