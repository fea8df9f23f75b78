// Answering as a person does: section by section, by labels and buttons.
import assert from "node:assert/strict";

export const section = (page) => page.locator("section[data-section]:not([hidden])").first();

/** The ids of the visible items of the section on the screen. */
function itemsShown(page) {
  const shown = section(page).locator("[data-item]:visible");
  return shown.evaluateAll((elements) => elements.map((element) => element.dataset.item));
}

/** On the label around a field, as a finger does. */
function press(field) {
  return field.locator("xpath=ancestor::label").click();
}

const radio = (item, name, value) => item.locator(`input[name="${name}"][value="${value}"]`);

/** How each type is answered; `choice` is given, or the type's usual one. */
const types = {
  rating: (item, name, choice = 4) => press(radio(item, name, choice)),
  nps: (item, name, choice = 9) => press(radio(item, name, choice)),
  binary: (item, name, choice = 1) => press(radio(item, name, choice)),
  single: async (item, name, choice) => {
    await press(choice ? radio(item, name, choice) : item.locator(`input[name="${name}"]`).first());
  },
  multiple: async (item, name, choice) => {
    await press(choice ? radio(item, name, choice) : item.locator(`input[name="${name}"]`).first());
  },
  ranking: async (item) => {
    await item.locator("select").nth(1).selectOption("1");
  },
  matrix: async (item) => {
    const names = await item
      .locator("input[type=radio]")
      .evaluateAll((fields) => [...new Set(fields.map((field) => field.name))]);
    for (const name of names) {
      await press(radio(item, name, 3));
    }
  },
  count: (item, name, choice = 2) => item.locator(`[name="${name}"]`).first().fill(String(choice)),
  number: (item, name, choice = 3) => item.locator(`[name="${name}"]`).first().fill(String(choice)),
  text: (item, name, choice = "Åtta långa ord om resan") =>
    item.locator(`[name="${name}"]`).first().fill(choice),
  roster: async (item) => {
    const person = item.locator(".person").first();
    await press(person.locator("input[type=radio]").nth(2));
  },
  contacts: async (item, name) => {
    await item.locator(`[name="${name}.0.name"]`).fill("Maija Meikäläinen");
    await item.locator(`[name="${name}.0.organisation"]`).fill("Helsingfors stad");
  },
  commitments: async (item, name) => {
    await item.locator(`[name="${name}.0.text"]`).fill("Berätta för nämnden");
    await press(item.locator(`[name="${name}.0.level"][value="individual"]`));
  },
  commitment_status: async () => {},
};

export async function answerItem(item, choice) {
  const type = await item.getAttribute("data-type");
  await types[type](item, `q.${await item.getAttribute("data-item")}`, choice);
}

export async function answer(page, id, choice) {
  await answerItem(page.locator(`[data-item="${id}"]`), choice);
}

/** Opens a link, in the visitor's language. The organiser has said that everybody reads Swedish. */
export async function open(page, link) {
  await page.goto(link.url);
  const { language } = page.context();
  const isRight = (await page.locator("html").getAttribute("lang")) === language;
  if (!isRight) {
    await page
      .locator(`a.language[lang="${language}"], button.language[lang="${language}"]`)
      .click();
    await page.locator(`html[lang="${language}"]`).waitFor({ state: "attached" });
  }
}

/** Opens a link and goes to the first section, past the page that says what is asked and by whom. */
export async function begin(page, link) {
  await open(page, link);
  const start = page.locator('button:is([value="consent"], [value="1"]).main');
  await section(page).or(start).first().waitFor();
  if ((await page.locator("#form").count()) === 0) {
    await start.click();
  }
  await section(page).waitFor();
}

/** Presses the button that leads on: to the next section, or to the review. */
export async function goOn(page) {
  const button = section(page).locator("button.main[name=go]").first();
  const value = await button.getAttribute("value");
  const leads = page.waitForEvent("framenavigated").catch(() => {});
  await button.click();
  // Scripts stay where an answer is wrong.
  await Promise.race([leads, section(page).locator(".error:visible").first().waitFor()]);
  await page.waitForLoadState("domcontentloaded");
  return value;
}

/** Answers may bring up more questions. */
async function answerSection(page, choices) {
  const done = new Set();
  for (;;) {
    const next = (await itemsShown(page)).filter((id) => !done.has(id));
    if (next.length === 0) {
      return;
    }
    for (const id of next) {
      done.add(id);
      if (choices[id] !== null) {
        await answer(page, id, choices[id]);
      }
    }
  }
}

/**
 * Answers everything (`choices`: by item, null to skip it) until the review, or until the server finds something wrong;
 * `seen(section number)` at each section.
 */
export async function answerAll(page, choices = {}, seen = async () => {}) {
  for (let sections = 0; sections < 40; sections += 1) {
    await answerSection(page, choices);
    await seen(await section(page).getAttribute("data-section"));
    await goOn(page);
    const isWrong =
      (await page.locator("#summary, section[data-section] .error:visible").count()) > 0;
    if (page.url().includes("section=review") || isWrong) {
      return;
    }
  }
  assert.fail("the form does not end");
}

export async function send(page) {
  await page.locator('button[name="go"][value="send"]:visible').first().click();
  await page.waitForURL(/\/receipt\//);
}

/** Waits until the status line says that the server has everything. */
export async function awaitSaved(page) {
  await page.waitForFunction(() => {
    const status = document.getElementById("saving");
    return status && status.textContent.trim() === status.dataset.saved;
  });
}

export async function awaitWaiting(page) {
  await page.waitForFunction(() => {
    const status = document.getElementById("saving");
    return status.textContent.trim() === status.dataset.waiting;
  });
}
