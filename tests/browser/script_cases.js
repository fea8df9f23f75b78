// What the form's script does without a tunnel: sections, history, focus, keyboard, double taps.
import assert from "node:assert/strict";
import { check, visit } from "./browser.js";
import { answer, answerAll, begin, goOn, section } from "./form.js";
import { evaluations, newLink } from "./made.js";

const number = (page) => section(page).getAttribute("data-section");

const navigation = {
  name: "sections change without a reload, back and forward work, the heading has the focus",
  async play() {
    const link = newLink("every");
    await visit({ language: "en" }, async (page) => {
      await begin(page, link);
      await page.evaluate(() => {
        window.isSame = true;
      });
      await answer(page, "RATE");
      await goOn(page);
      assert.equal(await number(page), "2");
      assert.match(page.url(), /section=2/);
      assert.equal(await page.evaluate(() => document.activeElement.tagName), "H2");
      await goOn(page);
      assert.equal(await number(page), "3");
      await page.goBack();
      assert.equal(await number(page), "2");
      await page.goForward();
      assert.equal(await number(page), "3");
      assert.ok(await page.evaluate(() => window.isSame), "the page was never loaded again");
      await page.reload();
      assert.equal(await number(page), "3");
    });
  },
};

const conditions = {
  name: "a question with a condition comes and goes with the answer it depends on",
  async play() {
    const link = newLink("every");
    await visit({ language: "en" }, async (page) => {
      await begin(page, link);
      await answer(page, "RATE");
      await goOn(page);
      await goOn(page);
      const why = page.locator('[data-item="WHY"]');
      assert.ok(!(await why.isVisible()));
      await answer(page, "YES", 1);
      await why.waitFor();
      await answer(page, "WHY", "because");
      await answer(page, "YES", 0);
      await why.waitFor({ state: "hidden" });
      await page.locator('button[name="go"][value="review"]:visible').click();
      await page.waitForURL(/review/);
      await page.locator('button[name="go"][value="send"]:visible').first().click();
      await page.waitForURL(/\/receipt\//);
    });
    assert.equal(evaluations(link)[0].texts.WHY, undefined, "what is not shown is not answered");
  },
};

const twice = {
  name: "send is pressed twice at once: one evaluation",
  async play() {
    const link = newLink("every");
    await visit({ language: "sv" }, async (page) => {
      await begin(page, link);
      await answerAll(page);
      await page.locator('button[name="go"][value="send"]:visible').first().dblclick();
      await page.waitForURL(/\/receipt\//);
    });
    assert.equal(evaluations(link).length, 1);
  },
};

/** Presses Tab until the focus is on what matches. */
async function tabTo(page, selector, most = 200) {
  for (let presses = 0; presses < most; presses += 1) {
    await page.keyboard.press("Tab");
    if (
      await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)
    ) {
      return;
    }
  }
  assert.fail(`the keyboard does not reach ${selector}`);
}

async function assertFocusIsVisible(page) {
  const style = await page.evaluate(() => {
    const element = document.activeElement;
    const shown = [element, element.closest("label"), element.nextElementSibling].filter(Boolean);
    return shown.map((one) => {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
      return (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
    });
  });
  assert.ok(style.includes(true), "whoever has the focus shows it");
}

const keyboard = {
  name: "the keyboard alone answers and sends",
  async play() {
    const link = newLink("every");
    await visit({ language: "en" }, async (page) => {
      await begin(page, link);
      await page.keyboard.press("Tab");
      assert.ok(
        await page.evaluate(() => document.activeElement.matches(".skip")),
        "skip link first",
      );
      await tabTo(page, 'input[name="q.RATE"]');
      await assertFocusIsVisible(page);
      await page.keyboard.press("Space");
      await page.keyboard.press("ArrowRight");
      await tabTo(page, 'button[name="go"][value="2"]');
      await assertFocusIsVisible(page);
      await page.keyboard.press("Enter");
      await tabTo(page, '[data-item="RANKS"] button.move');
      await page.keyboard.press("Enter");
      await tabTo(page, 'button[name="go"][value="3"]');
      await page.keyboard.press("Space");
      await tabTo(page, 'input[name="q.MUCH"]');
      await page.keyboard.type("4");
      await page.keyboard.press("Enter");
      await tabTo(page, 'button[name="go"][value="review"]');
      await page.keyboard.press("Enter");
      await page.waitForURL(/review/);
      await tabTo(page, 'button[name="go"][value="send"]');
      await assertFocusIsVisible(page);
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/receipt\//);
    });
    const [stored] = evaluations(link);
    assert.deepEqual([stored.scores[0], stored.texts.MUCH], [2, 4]);
    assert.deepEqual(stored.scores.slice(6, 10), [1, 0, 0, 0], "the button ranks the first option");
  },
};

const rows = {
  name: "commitments and contacts: rows are added and removed",
  async play() {
    const link = newLink("post");
    await visit({ language: "sv", expected: visit.refusals }, async (page) => {
      await begin(page, link);
      const item = page.locator('[data-item="COMMIT"]');
      while (!(await item.isVisible())) {
        await goOn(page);
      }
      const shown = item.locator("[data-row]:visible");
      assert.equal(await shown.count(), 1);
      await item.locator("[data-add]").click();
      await item.locator("[data-add]").click();
      assert.equal(await shown.count(), 3);
      await shown.nth(1).locator("[name$='.text']").fill("Mitt");
      await check(page, "commitments");
      await shown.nth(1).locator("[data-remove]").click();
      assert.equal(await shown.count(), 2);
    });
  },
};

export const cases = [navigation, conditions, twice, keyboard, rows];
