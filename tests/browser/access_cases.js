// Links that are not good, or not any more, and whatever happens before somebody reads a link.
import assert from "node:assert/strict";
import { DESKTOP, PHONE, check, visit } from "./browser.js";
import { answer, begin } from "./form.js";
import { evaluations, made, newLink } from "./made.js";

const refused = { expected: visit.network };

function altered(token) {
  const last = token.at(-5) === "A" ? "B" : "A";
  return `${token.slice(0, -5)}${last}${token.slice(-4)}`;
}

function page404(name, url) {
  return ["sv", "en"].flatMap((language) =>
    [PHONE, DESKTOP].map((size) => ({
      name: `${name}: ${language}, ${size.width} px`,
      async play() {
        await visit({ ...refused, language, size, scripts: size === PHONE }, async (page) => {
          const response = await page.goto(url());
          assert.ok(response.status() >= 400, `status ${response.status()}`);
          assert.equal(await page.locator("html").getAttribute("lang"), language);
          assert.equal(await page.locator("#form").count(), 0);
          assert.ok((await page.locator("h1").textContent()).trim().length > 0);
          await check(page, `${name.replaceAll(" ", "-")}-${language}`);
        });
      },
    })),
  );
}

const closed = {
  name: "a closed wave says so",
  async play() {
    const token = made.closed.tokens.shift();
    await visit({ ...refused, language: "sv" }, async (page) => {
      await page.goto(`${made.url}/i/${token}`);
      assert.equal(await page.locator("[data-item]").count(), 0);
      await check(page, "closed");
    });
  },
};

const scanners = {
  name: "reading a link consumes nothing",
  async play() {
    const link = newLink("every");
    for (const method of ["GET", "HEAD", "GET"]) {
      const reply = await fetch(link.url, { method, redirect: "manual" });
      assert.equal(reply.status, 303, method);
    }
    await visit({ language: "en" }, async (page) => {
      await page.goto(link.url);
      assert.ok(!page.url().includes(link.token), "the token leaves the address");
      await begin(page, link);
      const cookies = await page.context().cookies();
      const cookie = cookies.find(({ name }) => name.startsWith("__Host-"));
      assert.deepEqual(
        [cookie.httpOnly, cookie.secure, cookie.sameSite, cookie.path],
        [true, true, "Lax", "/"],
      );
    });
    assert.equal(evaluations(link).length, 0);
  },
};

const switching = {
  name: "the language is switched and the answers stay",
  async play() {
    for (const scripts of [true, false]) {
      const link = newLink("every");
      await visit({ language: "sv", scripts }, async (page) => {
        await begin(page, link);
        await answer(page, "RATE", 3);
        await page.locator('[value="language.en"], a.language').first().click();
        await page.locator('html[lang="en"]').waitFor({ state: "attached" });
        assert.ok(
          await page.locator('input[name="q.RATE"][value="3"]').isChecked(),
          `scripts: ${scripts}`,
        );
      });
    }
  },
};

const forged = {
  name: "a form of another site changes nothing",
  async play() {
    const link = newLink("every");
    await visit({ ...refused, language: "en" }, async (page) => {
      await begin(page, link);
      const statuses = await page.evaluate(async () => {
        const send = (body) =>
          fetch("/form/draft", { method: "POST", body: new URLSearchParams(body) });
        const answers = { items: "RATE", "q.RATE": "1" };
        const replies = [await send(answers), await send({ ...answers, csrf: "A".repeat(22) })];
        return replies.map(({ status }) => status);
      });
      assert.deepEqual(statuses, [403, 403]);
    });
  },
};

const lostLink = ["sv", "en"].flatMap((language) =>
  [PHONE, DESKTOP].map((size) => ({
    name: `lost link: ${language}, ${size.width} px`,
    async play() {
      await visit({ ...refused, language, size, scripts: size === PHONE }, async (page) => {
        await page.goto(made.url);
        await check(page, `front-${language}`);
        await page.locator("main a").first().click();
        await check(page, `lost-link-${language}`);
        await page.locator("#address").evaluate((input) => input.removeAttribute("type"));
        await page.locator("#address").fill("nobody");
        await page.locator("main button").click();
        assert.equal(await page.locator("#address").inputValue(), "nobody");
        assert.equal(await page.locator("#address").getAttribute("aria-invalid"), "true");
        await check(page, `lost-link-wrong-${language}`);
        await page.locator("#address").fill("nobody@example.org");
        await page.locator("main button").click();
        assert.equal(await page.locator("#address").count(), 0);
        await check(page, `lost-link-asked-${language}`);
      });
    },
  })),
);

export const cases = [
  ...lostLink,
  ...page404("foreign link", () => `${made.url}/i/${altered(made.every.tokens.at(-1))}`),
  ...page404("revoked link", () => `${made.url}/i/${made.revoked}`),
  ...page404("no cookie", () => `${made.url}/form`),
  ...page404("no such page", () => `${made.url}/i/nothing`),
  closed,
  scanners,
  switching,
  forged,
];
