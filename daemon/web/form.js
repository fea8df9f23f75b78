// The participant's form. The page works without this; with it sections change without a reload, every answer is
// saved as it is given, and what is given without a connection waits, encrypted, until there is one.
import { startConditions } from "./form/conditions.js";
import { form, itemOf } from "./form/items.js";
import { startNavigation } from "./form/navigation.js";
import { forgetAll, startQueue } from "./form/queue.js";
import { startRankings } from "./form/ranking.js";
import { startRosters } from "./form/roster.js";
import { startRows } from "./form/rows.js";
import { flush, startSaving, touch } from "./form/saving.js";
import { resume, startSending } from "./form/sending.js";
import { startTabs } from "./form/tabs.js";

async function start() {
  startConditions();
  startRosters();
  startRankings();
  startRows();
  if (form.dataset.mode === "entry") {
    return; // an organiser's: all of it on one page, sent at once
  }
  startNavigation();
  if (form.dataset.mode === "anonymous") {
    return;
  }
  startSending();
  startSaving();
  startTabs();
  for (const kind of ["input", "change"]) {
    form.addEventListener(kind, (event) => touch(itemOf(event.target)));
  }
  await startQueue();
  await flush();
  await resume();
}

if (form) {
  start();
} else if (document.querySelector("[data-recorded]")) {
  forgetAll();
}
