// Rows of a list (commitments, contacts): one to begin with, another at a button's press. A removed row is emptied;
// rows without a word in them are no answer.
import { fieldsOf, form } from "./items.js";

function isBlank(row) {
  return fieldsOf(row).every((field) =>
    field.type === "radio" || field.type === "checkbox"
      ? field.checked === field.defaultChecked
      : field.type === "hidden" || field.tagName === "SELECT" || !field.value.trim(),
  );
}

function empty(row) {
  for (const field of fieldsOf(row)) {
    if (field.type === "radio" || field.type === "checkbox") {
      field.checked = false;
    } else {
      field.value = "";
    }
  }
}

function wire(item) {
  const rows = [...item.querySelectorAll("[data-row]")];
  const add = item.querySelector("[data-add]");
  const more = item.querySelector(".no-script");

  function offer() {
    const isFull = rows.every((row) => !row.hidden);
    if (add) {
      add.hidden = isFull;
    }
    if (more) {
      more.hidden = !isFull;
    }
  }

  function arrange() {
    rows.forEach((row, index) => {
      row.hidden = index > 0 && isBlank(row);
    });
    offer();
  }

  add?.addEventListener("click", () => {
    const row = rows.find((one) => one.hidden);
    if (row) {
      row.hidden = false;
      offer();
      row.querySelector("input:not([type=hidden]), textarea")?.focus();
    }
  });
  for (const row of rows) {
    const remove = row.querySelector("[data-remove]");
    if (remove) {
      remove.hidden = false;
      remove.addEventListener("click", () => {
        empty(row);
        row.hidden = rows.filter((one) => !one.hidden).length > 1;
        item.dispatchEvent(new Event("change", { bubbles: true }));
        offer();
        (add?.hidden === false
          ? add
          : rows.find((one) => !one.hidden)?.querySelector("input")
        )?.focus();
      });
    }
  }
  item.addEventListener("answer", arrange);
  arrange();
}

export function startRows() {
  for (const item of form.querySelectorAll("[data-item]")) {
    if (item.querySelector("[data-row]")) {
      wire(item);
    }
  }
}
