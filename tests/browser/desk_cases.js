// The organiser's desk: from a mailed link to a trip with forty people and their invitations, and every page on the way.
import assert from "node:assert/strict";
import { DESKTOP, PHONE, check, visit } from "./browser.js";
import { api, made, sql } from "./made.js";

const SECTORS = ["politics", "business", "academia", "state"];
let accounts = 0;

/** The link that an operator gets for a new account. */
async function signInLink(language) {
  accounts += 1;
  const path = `/v1/programmes/${made.programme}/accounts`;
  const email = `organiser${accounts}@example.org`;
  const account = { email, name: "Anna Lind", role: "organiser", language };
  const { id } = await api("POST", path, account, made.operator);
  const { link } = await api("POST", `${path}/${id}:sign-in`, undefined, made.operator);
  return link;
}

async function signIn(page) {
  const { language } = page.context();
  await page.goto(await signInLink(language));
  await check(page, `desk-link-${language}`);
  await press(page, "main form button");
}

async function press(page, selector) {
  await Promise.all([page.waitForEvent("framenavigated"), page.locator(selector).first().click()]);
  await page.waitForLoadState("domcontentloaded");
}

function table(count, spoil = (row) => row) {
  const rows = Array.from({ length: count }, (_, i) =>
    spoil([`Åsa Person${i}`, `desk${i}@example.org`, SECTORS[i % 4], `Org ${i % 7}`], i),
  );
  return [["name", "email", "sector", "organisation"], ...rows]
    .map((row) => row.join("\t"))
    .join("\n");
}

async function makeTrip(page, name) {
  await page.goto(`${made.url}/desk/new`);
  await page.fill("[name=name]", name);
  await page.fill("[name=starts_on]", "2027-05-03");
  await page.fill("[name=ends_on]", "2027-05-07");
  await check(page, "desk-new");
  await press(page, "button[value=dates]");
  await check(page, "desk-dates");
  await press(page, "button[value=create]");
  return page.url().match(/.*\/desk\/studies\/[^/?]+/)[0];
}

async function pasteDelegation(page, study) {
  const importing = `${study}/delegation/import`;
  await page.goto(importing);
  await page.fill(
    "textarea",
    table(40, (row, i) => (i === 7 ? ["", "no address", "x", ""] : row)),
  );
  await check(page, "desk-import");
  await press(page, "button[value=check]");
  assert.equal(
    await page.locator("button[value=import]").count(),
    0,
    "nothing is imported with faults",
  );
  await check(page, "desk-import-faults");
  await page.goto(importing);
  await page.fill("textarea", table(40));
  await press(page, "button[value=check]");
  await check(page, "desk-import-preview");
  await press(page, "button[value=import]");
  await check(page, "desk-delegation");
}

async function invite(page, study) {
  await page.goto(study);
  await check(page, "desk-study");
  const wave = await page.locator('main a[href*="/waves/"]').first().getAttribute("href");
  await page.goto(made.url + wave);
  await check(page, "desk-wave");
  await press(page, 'form[action$="/open"] button');
  await press(page, 'form[action$="/invitations"] button');
  await check(page, "desk-wave-open");
  const [[count]] = sql(
    `SELECT count(*) FROM debrief.invitation WHERE wave_id = '${wave.split("/").at(-1)}'`,
  );
  assert.equal(count, "40");
}

const walk = [
  { language: "en", size: DESKTOP, scripts: true },
  { language: "sv", size: PHONE, scripts: false },
].map((way) => ({
  name: `the desk: a trip with forty people in a few steps: ${way.language}, ${way.size.width} px`,
  async play() {
    await visit({ ...way, expected: visit.refusals }, async (page) => {
      await signIn(page);
      await check(page, "desk-home");
      const study = await makeTrip(page, `Lissabon ${way.language}`);
      await pasteDelegation(page, study);
      await invite(page, study);
    });
  },
}));

/** Where a link leads, without what only differs by an id: one page of each kind is looked at. */
function kindOf(path) {
  return path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "*");
}

async function deskLinks(page) {
  const links = await page
    .locator('a[href^="/desk"]')
    .evaluateAll((found) => found.map((link) => link.getAttribute("href").split("#")[0]));
  return links.filter((path) => !/\.csv|\.xlsx|\.json|sign-out/.test(path));
}

async function crawl(page, from) {
  const seen = new Set();
  const waiting = [...from];
  while (waiting.length > 0) {
    const path = waiting.shift();
    if (!seen.has(kindOf(path))) {
      seen.add(kindOf(path));
      const reply = await page.goto(made.url + path);
      assert.equal(reply.status(), 200, path);
      await check(
        page,
        `desk${kindOf(path)
          .replace(/\/desk/, "")
          .replace(/\W+/g, "-")}`,
      );
      waiting.push(...(await deskLinks(page)));
    }
  }
  return seen.size;
}

const pages = [
  { language: "sv", size: DESKTOP, scripts: true },
  { language: "en", size: PHONE, scripts: true },
].map((way) => ({
  name: `the desk: every page that a link leads to: ${way.language}, ${way.size.width} px`,
  async play() {
    await visit(way, async (page) => {
      await signIn(page);
      const count = await crawl(page, ["/desk", `/desk/studies/${made.post.study}`]);
      console.log(`${count} kinds of pages at the desk`);
      assert.ok(count >= 12, `${count} kinds of pages`);
    });
  },
}));

const sign = ["sv", "en"].map((language) => ({
  name: `the desk: signing in is asked for: ${language}`,
  async play() {
    await visit({ language, size: language === "sv" ? PHONE : DESKTOP }, async (page) => {
      await page.goto(`${made.url}/desk`);
      assert.match(page.url(), /\/desk\/sign-in/);
      await check(page, `desk-sign-in-${language}`);
    });
  },
}));

export const cases = [...sign, ...walk, ...pages];
