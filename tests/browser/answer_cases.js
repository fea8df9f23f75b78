// The whole form, answered and sent: in both languages, on both sizes, with scripts and without.
import assert from "node:assert/strict";
import { DESKTOP, PHONE, check, visit } from "./browser.js";
import { answer, answerAll, awaitSaved, begin, goOn, open, section, send } from "./form.js";
import { evaluations, newLink } from "./made.js";

async function playWhole(wave, { language, size, scripts }) {
  const link = newLink(wave);
  const named = `${wave}-${language}-${scripts ? "script" : "plain"}`;
  // The pages are the same with scripts and without: each language and size is looked at once.
  const isChecked = scripts === ((language === "sv") === (size === PHONE));
  await visit({ language, size, scripts, expected: visit.refusals }, async (page) => {
    await begin(page, link);
    await answerAll(page, {}, async (number) => {
      if (isChecked) {
        await check(page, `${named}-${number}`);
      }
    });
    const seen = isChecked ? check : async () => {};
    await seen(page, `${named}-review`);
    await send(page);
    await seen(page, `${named}-receipt`);
  });
  const stored = evaluations(link);
  assert.equal(stored.length, 1, "one evaluation");
  return stored[0];
}

const ways = [];
for (const language of ["sv", "en"]) {
  for (const size of [PHONE, DESKTOP]) {
    for (const scripts of [true, false]) {
      ways.push({ language, size, scripts });
    }
  }
}

function nameOf(way) {
  return `${way.language}, ${way.size.width} px, ${way.scripts ? "scripts" : "no scripts"}`;
}

const stored = new Map();

const whole = ways.map((way) => ({
  name: `the form after a trip: ${nameOf(way)}`,
  async play() {
    const { scores, texts } = await playWhole("post", way);
    stored.set(nameOf(way), { scores, texts });
    assert.ok(scores.filter((score) => score >= 0).length >= 15, String(scores));
    assert.ok(texts.COMMIT.length === 1 && texts.CONTACTS.length === 1, JSON.stringify(texts));
    for (const other of stored.values()) {
      assert.deepEqual({ scores, texts }, other, "every way stores the same");
    }
  },
}));

const types = [true, false].map((scripts) => ({
  name: `every type of question: ${scripts ? "scripts" : "no scripts"}`,
  async play() {
    const { scores, texts } = await playWhole("every", { language: "en", size: PHONE, scripts });
    // RATE, ONE, MANY (4), RANKS (4), MATRIX (2), YES, MANY_TIMES
    assert.deepEqual(scores, [4, 1, 1, 0, 0, 0, 0, 1, 0, 0, 3, 3, 1, 2]);
    assert.deepEqual(texts, { WHY: "Åtta långa ord om resan", MUCH: 3 });
  },
}));

const roster = {
  name: "the roster is searched without accents and by organisation",
  async play() {
    const link = newLink("pre");
    await visit({ language: "sv" }, async (page) => {
      await begin(page, link);
      const search = page.locator("[data-roster-search]");
      while (!(await search.isVisible())) {
        await goOn(page);
      }
      const people = page.locator(".person:visible");
      const all = await people.count();
      assert.ok(all >= 50, `${all} people`);
      await check(page, "roster");
      await search.fill("asa ore");
      const found = await people.count();
      assert.ok(found > 0 && found < all, `${found} of ${all}`);
      await check(page, "roster-search");
      await search.fill("nobody is called this");
      assert.equal(await people.count(), 0);
      await search.fill("");
      assert.equal(await people.count(), all);
    });
  },
};

const edit = {
  name: "a sent form can be changed, and the change replaces it",
  async play() {
    const link = newLink("every");
    await visit({ language: "en" }, async (page) => {
      await begin(page, link);
      await answerAll(page);
      await send(page);
      await open(page, link);
      await check(page, "recorded");
      await page.locator('button[name="go"][value="edit"]').click();
      await section(page).waitFor();
      await answer(page, "RATE", 2);
      await awaitSaved(page);
      await answerAll(page, { RATE: 2 });
      await send(page);
    });
    const [first, second, ...more] = evaluations(link);
    assert.deepEqual([first.scores[0], second.scores[0], second.isEdit], [4, 2, true]);
    assert.equal(more.length, 0);
  },
};

const errors = [true, false].map((scripts) => ({
  name: `what is wrong is said at the top and at the question: ${scripts ? "scripts" : "no scripts"}`,
  async play() {
    const link = newLink("every");
    await visit({ language: "sv", scripts, expected: visit.refusals }, async (page) => {
      await begin(page, link);
      await answerAll(page, { RATE: null, MUCH: 11 });
      if (scripts) {
        const much = page.locator('[data-item="MUCH"]');
        await much.locator(".error:visible").waitFor();
        assert.ok(await much.locator("input:focus").count(), "the field has the focus");
        assert.equal(await page.locator("#saving").textContent(), "Något behöver ses över");
        await check(page, "errors-stay");
        await answer(page, "MUCH", 4);
        await awaitSaved(page);
        assert.equal(await much.locator(".error:visible").count(), 0);
        await answerAll(page, { RATE: null, MUCH: 4 });
      }
      await page.locator("#summary").waitFor();
      await check(page, `errors-${scripts ? "script" : "plain"}`);
    });
    assert.equal(evaluations(link).length, 0);
  },
}));

export const cases = [...whole, ...types, roster, edit, ...errors];
