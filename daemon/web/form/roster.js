// Rosters: a search among many people, by name or organisation, whatever the accents.
import { form } from "./items.js";

function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

function wire(item, input) {
  const people = [...item.querySelectorAll(".person")].map((element) => ({
    element,
    text: plain(element.dataset.search ?? element.textContent),
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
      const text = input.dataset.found ?? count.dataset.found ?? "%1";
      count.textContent = input.value ? text.replace("%1", found) : "";
    }
  }

  input.addEventListener("input", search);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
    }
  });
  for (let box = input; box && box !== item; box = box.parentElement) {
    box.hidden = false;
  }
}

export function startRosters() {
  for (const input of form.querySelectorAll("[data-roster-search]")) {
    wire(input.closest("[data-item]"), input);
  }
}
