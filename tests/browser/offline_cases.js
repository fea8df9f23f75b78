// Tunnels: what is answered without a connection arrives exactly once, on whatever page it was answered.
import assert from "node:assert/strict";
import { visit } from "./browser.js";
import { answer, answerAll, awaitSaved, awaitWaiting, begin, goOn, section } from "./form.js";
import { evaluations, newLink, sql } from "./made.js";

const away = { expected: visit.network };

function draftOf({ wave, participant }) {
  const [row] = sql(
    `SELECT answers FROM debrief.draft WHERE wave_id = '${wave}' AND participant_id = '${participant}'`,
  );
  return row ? JSON.parse(row[0]) : null;
}

/** What this browser keeps of answers: their keys, and whether any word of them can be read. */
function kept(page) {
  return page.evaluate(async () => {
    const opened = indexedDB.open("debriefd", 1);
    const database = await new Promise((resolve) => {
      opened.onsuccess = () => resolve(opened.result);
    });
    const all = database.transaction("answers").objectStore("answers").getAll();
    const records = await new Promise((resolve) => {
      all.onsuccess = () => resolve(all.result);
    });
    database.close();
    const words = records.map(({ data }) => new TextDecoder("latin1").decode(data)).join(" ");
    return { count: records.length, isReadable: words.includes("q.") };
  });
}

async function awaitNothingKept(page) {
  for (let tries = 0; tries < 100; tries += 1) {
    if ((await kept(page)).count === 0) {
      return;
    }
    await page.waitForTimeout(100);
  }
  assert.fail("answers stay on the device");
}

const inTheMiddle = {
  name: "offline in the middle: what is answered there is saved when the connection is back",
  async play() {
    const link = newLink("every");
    await visit({ ...away, language: "sv" }, async (page, context) => {
      await begin(page, link);
      await answer(page, "RATE", 5);
      await awaitSaved(page);
      assert.equal(draftOf(link).RATE, 5);
      await context.setOffline(true);
      await goOn(page);
      await answer(page, "ONE", "blue");
      await answer(page, "MANY", "green");
      await awaitWaiting(page);
      const { count, isReadable } = await kept(page);
      assert.ok(count === 2 && !isReadable, `${count} kept, readable: ${isReadable}`);
      assert.equal(draftOf(link).ONE, undefined);
      await context.setOffline(false);
      await awaitSaved(page);
      assert.deepEqual([draftOf(link).ONE, draftOf(link).MANY], ["blue", ["green"]]);
      await awaitNothingKept(page);
    });
    assert.equal(evaluations(link).length, 0);
  },
};

const sentInTheTunnel = {
  name: "sent in the tunnel: stored once when the connection is back",
  async play() {
    const link = newLink("every");
    await visit({ ...away, language: "en" }, async (page, context) => {
      await begin(page, link);
      await answerAll(page, {});
      await context.setOffline(true);
      const button = page.locator('button[name="go"][value="send"]:visible').first();
      await button.click();
      await button.click({ force: true });
      await awaitWaiting(page);
      await context.setOffline(false);
      await page.waitForURL(/\/receipt\//);
    });
    assert.equal(evaluations(link).length, 1);
  },
};

const lastSection = {
  name: "review pressed in the tunnel: the form offers to send when there is a connection",
  async play() {
    const link = newLink("every");
    await visit({ ...away, language: "sv" }, async (page, context) => {
      await begin(page, link);
      await answer(page, "RATE", 3);
      await awaitSaved(page);
      await context.setOffline(true);
      await goOn(page);
      await answer(page, "ONE", "red");
      await goOn(page);
      await answer(page, "YES", 1);
      await page.locator('button[name="go"][value="review"]:visible').click();
      await page.locator("#offline button").click();
      await awaitWaiting(page);
      await context.setOffline(false);
      await page.waitForURL(/\/receipt\//);
    });
    const [stored, ...more] = evaluations(link);
    assert.deepEqual([stored.scores[0], stored.scores[1], more.length], [3, 1, 0]);
  },
};

const closedTab = {
  name: "the tab is closed in the tunnel: the same link sends what waits",
  async play() {
    const link = newLink("every");
    await visit({ ...away, language: "en" }, async (page, context) => {
      await begin(page, link);
      await answer(page, "RATE", 2);
      await awaitSaved(page);
      await context.setOffline(true);
      await answer(page, "RATE", 5);
      await awaitWaiting(page);
      await page.close();
      await context.setOffline(false);
      const again = await context.newPage();
      await begin(again, link);
      await awaitSaved(again);
      assert.equal(draftOf(link).RATE, 5);
      assert.ok(await again.locator('input[name="q.RATE"][value="5"]').isChecked());
    });
  },
};

const newerElsewhere = {
  name: "what another device saved meanwhile is not undone by what waited here",
  async play() {
    const link = newLink("every");
    await visit({ ...away, language: "en" }, async (page, context) => {
      await begin(page, link);
      await context.setOffline(true);
      await answer(page, "RATE", 1);
      await awaitWaiting(page);
      await page.close();
      await visit({ language: "en" }, async (other) => {
        await begin(other, link);
        await answer(other, "RATE", 4);
        await awaitSaved(other);
      });
      await context.setOffline(false);
      const again = await context.newPage();
      await begin(again, link);
      await section(again).waitFor();
      await awaitNothingKept(again);
      assert.equal(draftOf(link).RATE, 4);
    });
  },
};

const otherPerson = {
  name: "somebody else's link on the same device sends nothing of what waits",
  async play() {
    const [first, second] = [newLink("every"), newLink("every")];
    await visit({ ...away, language: "en" }, async (page, context) => {
      await begin(page, first);
      await context.setOffline(true);
      await answer(page, "RATE", 1);
      await awaitWaiting(page);
      await page.close();
      await context.setOffline(false);
      const other = await context.newPage();
      await begin(other, second);
      await answer(other, "MUCH", 7).catch(() => {});
      await goOn(other);
      await answer(other, "ONE", "grey");
      await awaitSaved(other);
      assert.equal(draftOf(second).RATE, undefined);
      assert.equal((await kept(other)).count, 1, "the first one's answer still waits");
      await begin(other, first);
      await awaitSaved(other);
      assert.equal(draftOf(first).RATE, 1);
    });
  },
};

const lostAnswer = {
  name: "the server's answer to the sending is lost: sent again, stored once",
  async play() {
    const link = newLink("every");
    await visit({ ...away, language: "en" }, async (page) => {
      await begin(page, link);
      await answerAll(page, {});
      let lost = 0;
      await page.route("**/form/draft", async (route) => {
        if (lost === 0) {
          lost += 1;
          await route.fetch();
          await route.abort();
        } else {
          await route.continue();
        }
      });
      await page.locator('button[name="go"][value="send"]:visible').first().click();
      await page.waitForURL(/\/receipt\//);
      assert.equal(lost, 1);
    });
    assert.equal(evaluations(link).length, 1);
  },
};

const devices = {
  name: "two devices: the second goes on where the first was, and neither undoes the other",
  async play() {
    const link = newLink("every");
    await visit({ language: "sv" }, async (phone) => {
      await begin(phone, link);
      await answer(phone, "RATE", 4);
      await awaitSaved(phone);
      await visit({ language: "sv" }, async (laptop) => {
        await begin(laptop, link);
        assert.ok(await laptop.locator('input[name="q.RATE"][value="4"]').isChecked());
        await laptop.goto(`${new URL(laptop.url()).origin}/form?section=2`);
        await answer(laptop, "ONE", "blue");
        await awaitSaved(laptop);
      });
      await answer(phone, "RATE", 5);
      await awaitSaved(phone);
      await goOn(phone);
      await answer(phone, "MANY", "grey");
      await awaitSaved(phone);
    });
    const draft = draftOf(link);
    assert.deepEqual([draft.RATE, draft.ONE, draft.MANY], [5, "blue", ["grey"]]);
  },
};

const tabs = {
  name: "two tabs of one browser show the same answers",
  async play() {
    const link = newLink("every");
    await visit({ language: "en" }, async (page, context) => {
      await begin(page, link);
      const second = await context.newPage();
      await begin(second, link);
      await answer(page, "RATE", 2);
      await second
        .locator('input[name="q.RATE"][value="2"]:checked')
        .waitFor({ state: "attached" });
      await awaitSaved(page);
      await awaitSaved(second);
    });
    assert.equal(draftOf(link).RATE, 2);
  },
};

export const cases = [
  inTheMiddle,
  sentInTheTunnel,
  lastSection,
  closedTab,
  newerElsewhere,
  otherPerson,
  lostAnswer,
  devices,
  tabs,
];
