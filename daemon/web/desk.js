// Keeps the answers so far fresh on a study's pages. Without it, loading the page again does.
const PAUSE_MS = 5000;
const LOOKS = 360; // then a page that was left open no longer keeps its session alive
const tables = document.querySelectorAll("table[data-live]");
const study = location.pathname.match(/^\/desk\/studies\/[^/]+/);
let looks = 0;

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

async function refresh() {
  const reply = await fetch(`${study[0]}/rates`, { redirect: "error" });
  if (reply.ok) {
    (await reply.json()).forEach(show);
  }
}

async function look() {
  if (document.visibilityState === "visible") {
    await refresh().catch(() => {}); // without a connection the page stays as it is
    looks += 1;
  }
  if (looks < LOOKS) {
    setTimeout(look, PAUSE_MS);
  }
}

if (tables.length > 0 && study) {
  setTimeout(look, PAUSE_MS);
}
