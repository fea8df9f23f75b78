"use strict";
// Keeps the answers so far fresh on a study's pages. Without it, loading the page again does.
const PAUSE = 5000;
const tables = document.querySelectorAll("table[data-live]");
const study = location.pathname.match(/^\/desk\/studies\/[^/]+/);

function show(rate) {
  for (const row of document.querySelectorAll("table[data-live] tr")) {
    if (row.dataset.wave === rate.wave && row.dataset.slice === rate.slice) {
      const meter = row.querySelector("progress");
      meter.max = rate.delegation;
      meter.value = rate.answered;
      row.querySelector("[data-answered]").textContent = rate.answered;
      row.querySelector("[data-people]").textContent = rate.delegation;
    }
  }
}

async function look() {
  if (document.visibilityState === "visible") {
    const reply = await fetch(study[0] + "/rates", { redirect: "error" });
    if (!reply.ok) return;
    for (const rate of await reply.json()) show(rate);
  }
  setTimeout(look, PAUSE);
}

if (tables.length > 0 && study) setTimeout(() => look().catch(() => setTimeout(look, 4 * PAUSE)), PAUSE);
