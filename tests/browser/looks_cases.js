// Zoom, forced colours, reduced motion, dark: nothing is lost.
import assert from "node:assert/strict";
import { assertFits, check, look, visit } from "./browser.js";
import { answerAll, begin, section } from "./form.js";
import { made, newLink } from "./made.js";

const settings = [
  // 1280 px at 400 % are 320 CSS pixels (WCAG 1.4.10).
  { name: "400 % zoom", size: { width: 320, height: 256 } },
  { name: "forced colours", forcedColors: "active" },
  { name: "dark", colorScheme: "dark" },
  { name: "landscape phone", size: { width: 640, height: 360 } },
];

const whole = settings.map(({ name, ...given }) => ({
  name: `the form with ${name}`,
  async play() {
    const link = newLink("post");
    const named = name.replaceAll(/\W+/g, "-");
    const see = name === "dark" ? check : look; // contrasts are other ones in the dark
    await visit({ language: "sv", expected: visit.refusals, ...given }, async (page) => {
      await begin(page, link);
      await answerAll(page, {}, async (number) => {
        await assertFits(page, `${name}, section ${number}`);
        await see(page, `${named}-${number}`);
      });
      await see(page, `${named}-review`);
    });
  },
}));

/** Controls are marked by more than colours that the system replaces. */
const forced = {
  name: "forced colours: a chosen answer differs from the others",
  async play() {
    const link = newLink("every");
    await visit({ language: "sv", forcedColors: "active" }, async (page) => {
      await begin(page, link);
      const field = page.locator('input[name="q.RATE"][value="4"]');
      const before = await section(page).screenshot();
      await page
        .locator(`label[for="${await field.getAttribute("id")}"]`)
        .or(field.locator("xpath=ancestor::label"))
        .first()
        .click();
      const after = await section(page).screenshot();
      assert.ok(!before.equals(after), "choosing can be seen");
      await look(page, "forced-chosen");
    });
  },
};

const still = {
  name: "reduced motion: nothing moves",
  async play() {
    const link = newLink("post");
    await visit({ language: "sv", reducedMotion: "reduce" }, async (page) => {
      await begin(page, link);
      const moving = await page.evaluate(() =>
        [...document.querySelectorAll("*")]
          .filter((element) => {
            const { transitionDuration, animationDuration, scrollBehavior } =
              getComputedStyle(element);
            const lasts = [transitionDuration, animationDuration].some(
              (text) => parseFloat(text) > 0.01,
            );
            return lasts || scrollBehavior === "smooth";
          })
          .map((element) => `${element.tagName}.${element.className}`),
      );
      assert.deepEqual(moving, []);
    });
  },
};

const targets = {
  name: "what is tapped is at least 24 pixels, on the form 44",
  async play() {
    const link = newLink("post");
    await visit({ language: "sv" }, async (page) => {
      await begin(page, link);
      const small = await page.evaluate(() =>
        [...document.querySelectorAll("section:not([hidden]) :is(label, button), button[name=go]")]
          .filter((element) => element.checkVisibility() && element.getClientRects().length > 0)
          .map((element) => [
            `${element.tagName}.${element.className} ${element.textContent.trim()}`,
            element.getBoundingClientRect(),
          ])
          .filter(([, box]) => box.height < 44 || box.width < 24)
          .map(([html, box]) => `${html} ${box.width}x${box.height}`),
      );
      assert.deepEqual(small, []);
    });
  },
};

export const cases = made.every ? [...whole, forced, still, targets] : [];
