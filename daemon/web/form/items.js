// Items: what is asked, as elements of the page, and their answers as pairs of a field's name and value.
// The review's page has a form of its own, without items.
export const form = document.getElementById("form") ?? document.getElementById("send");

/** Elements by item id, in the order of the page. */
export const items = new Map();
for (const element of form?.querySelectorAll("[data-item]") ?? []) {
  items.set(element.dataset.item, element);
}

/** The element of the item that a field belongs to, or null. */
export function itemOf(field) {
  return field.closest?.("[data-item]") ?? null;
}

export function fieldsOf(element) {
  return [...element.querySelectorAll("input, select, textarea")].filter(({ name }) => name);
}

function isTicked(field) {
  return field.type === "radio" || field.type === "checkbox";
}

function initialValue(field) {
  if (field.type !== "select-one") {
    return field.defaultValue;
  }
  return ([...field.options].find((option) => option.defaultSelected) ?? field.options[0])?.value;
}

/** The answer as it stands, as pairs. */
export function answerOf(element) {
  return fieldsOf(element)
    .filter((field) => !isTicked(field) || field.checked)
    .map((field) => [field.name, field.value]);
}

/** The answer as the server wrote it into the page. */
export function servedAnswerOf(element) {
  return fieldsOf(element)
    .filter((field) => !isTicked(field) || field.defaultChecked)
    .map((field) => [field.name, initialValue(field)]);
}

/** Makes the fields say what the pairs say. */
export function setAnswer(element, pairs) {
  const values = new Map();
  for (const [name, value] of pairs) {
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  for (const field of fieldsOf(element)) {
    const given = values.get(field.name) ?? [];
    if (isTicked(field)) {
      field.checked = given.includes(field.value);
    } else if (field.type !== "hidden") {
      field.value = given[0] ?? "";
    }
  }
  element.dispatchEvent(new Event("answer"));
}
