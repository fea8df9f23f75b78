// Rosters: a search among many people, by name or organisation, whatever the accents.
import { form } from "./items.js";

function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

function titleOf(group) {
  return group?.querySelector("legend")?.textContent ?? "";
}

function wire(item, input) {
  const people = [...item.querySelectorAll(".person")].map((element) => ({
    element,
    text: plain(`${titleOf(element)} ${titleOf(element.closest(".group"))}`),
  }));
  const groups = [...item.querySelectorAll(".group")];
  const count = item.querySelector("[data-roster-count]");

  function search() {
    const words = plain(input.value).split(/\s+/);
    let found = 0;
    for (const { element, text } of people) {
      element.hidden = !words.every((word) => text.includes(word));
      found += element.hidden ? 0 : 1;
    }
    for (const group of groups) {
      group.hidden = group.querySelector(".person:not([hidden])") === null;
    }
    if (count) {
      count.textContent = input.value ? count.dataset.found.replace("%1", found) : "";
    }
  }

  input.addEventListener("input", search);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
    }
  });
  input.hidden = false;
  for (const label of input.labels) {
    label.hidden = false;
  }
}

export function startRosters() {
  for (const input of form.querySelectorAll("[data-roster-search]")) {
    wire(input.closest("[data-item]"), input);
  }
}
