// Navigation: one section at a time, without a reload. The browser's back goes a section back, and each section has
// an address that the server knows.
import { form } from "./items.js";
import { flush, isWaiting, pointTo, settle, wrongItem } from "./saving.js";

const PATIENCE_MS = 600;

const sections = [...(form?.querySelectorAll("[data-section]") ?? [])];

function current() {
  return sections.find((section) => !section.hidden);
}

function numberOf(section) {
  return Number(section.dataset.section);
}

/** A section all of whose items are hidden by their conditions has nothing to ask. */
function asksSomething(section) {
  const asked = [...section.querySelectorAll("[data-item]")];
  return asked.length === 0 || asked.some((element) => !element.hidden);
}

/** The section to show when `number` was asked for, coming from the current one. */
function destination(number) {
  const wanted = sections.findIndex((section) => numberOf(section) === number);
  const step = wanted < sections.indexOf(current()) ? -1 : 1;
  let index = wanted;
  while (sections[index] && !asksSomething(sections[index])) {
    index += step;
  }
  return sections[index];
}

/** "Part 2 of 7" and its bar, counting the sections that ask something now. */
function showProgress(section) {
  const progress = document.getElementById("progress");
  if (!progress) {
    return;
  }
  const asking = sections.filter((one) => one === section || asksSomething(one));
  const at = asking.indexOf(section) + 1;
  const bar = progress.querySelector("progress");
  const text = progress.dataset.text.replace("%1", at).replace("%2", asking.length);
  progress.replaceChildren(text, ...(bar ? [bar] : []));
  if (bar) {
    bar.max = asking.length;
    bar.value = at;
  }
}

function show(section) {
  for (const one of sections) {
    one.hidden = one !== section;
  }
  const field = document.getElementById("section-field");
  if (field) {
    field.value = numberOf(section);
  }
  showProgress(section);
  section.querySelector("h2")?.focus({ preventScroll: true });
  window.scrollTo(0, 0);
}

function address(section) {
  return `${form.getAttribute("action")}?section=${numberOf(section)}`;
}

let isMoving = false;

/** Onwards only from answers that the server takes; one that does not answer soon holds nobody. */
async function move(section) {
  const left = current();
  if (section === left || isMoving) {
    return;
  }
  isMoving = true;
  const known = settle(left);
  if (!isWaiting()) {
    await Promise.race([known, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  }
  isMoving = false;
  const wrong = wrongItem(left);
  if (wrong && numberOf(section) > numberOf(left)) {
    pointTo(wrong);
    return;
  }
  show(section);
  history.pushState({ section: numberOf(section) }, "", address(section));
}

/** The item's section, when it is not the one that is shown, and the item in it. */
export function reveal(element) {
  const section = element.closest("[data-section]");
  if (section?.hidden) {
    show(section);
    history.pushState({ section: numberOf(section) }, "", address(section));
  }
  pointTo(element);
}

function onSubmit(event) {
  const wanted = event.submitter?.name === "go" ? event.submitter.value : "";
  const section = /^\d+$/.test(wanted) && destination(Number(wanted));
  if (section) {
    event.preventDefault();
    move(section);
  }
}

/** A link leads away: what was answered goes first, but a dead connection holds nobody. */
async function onClick(event) {
  const link = event.target.closest?.("a[href]");
  const leads = link?.origin === location.origin && !link.hash && !link.target;
  if (!leads || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) {
    return;
  }
  event.preventDefault();
  await Promise.race([flush(), new Promise((resolve) => setTimeout(resolve, 1500))]);
  location.assign(link.href);
}

/** Enter in a field would press the page's first button, whatever that is. */
function onKey(event) {
  if (event.key === "Enter" && event.target.matches("input")) {
    event.preventDefault();
  }
}

export function startNavigation() {
  form.addEventListener("keydown", onKey);
  const script = document.getElementById("script-field");
  if (script) {
    script.value = "1";
  }
  if (sections.length < 2 || !current() || sections.filter((one) => !one.hidden).length > 1) {
    return;
  }
  history.replaceState({ section: numberOf(current()) }, "");
  window.addEventListener("popstate", ({ state }) => {
    const section = sections.find((one) => numberOf(one) === state?.section);
    if (section) {
      settle(current());
      show(section);
    }
  });
  form.addEventListener("submit", onSubmit);
  document.addEventListener("click", onClick);
}
