// Conditions (show_if): which items are shown, by the answers to earlier ones. The same rules as the daemon's
// (daemon/survey/condition.c): an item that is not shown has no answer, and neither "don't know" nor "refused" is one.
import { answerOf, form, items } from "./items.js";

/** What an item's fields say, without what the daemon's field names are made of. */
function valuesOf(element) {
  return answerOf(element)
    .filter(
      ([name, value]) => name.startsWith("q.") && !/\.(complete|missing)$/.test(name) && value,
    )
    .map(([, value]) => value);
}

function isMissing(element, values) {
  return (
    element.querySelector('[name$=".missing"]:checked') !== null ||
    (values.length === 1 && /^!(dk|refused)$/.test(values[0]))
  );
}

function matches(value, wanted) {
  const flag = { true: "1", false: "0" }[wanted];
  return value === (flag ?? String(wanted));
}

function holdsForItem(condition, answers) {
  const values = answers.get(condition.item) ?? [];
  if ("answered" in condition) {
    return values.length > 0 === condition.answered;
  }
  if ("in" in condition) {
    return condition.in.some((wanted) => values.some((value) => matches(value, wanted)));
  }
  const { min = -Infinity, max = Infinity } = condition;
  return values.length > 0 && Number(values[0]) >= min && Number(values[0]) <= max;
}

/** `answers` has the values of every answered and shown item, by id. */
export function holds(condition, answers) {
  if ("all" in condition) {
    return condition.all.every((part) => holds(part, answers));
  }
  if ("any" in condition) {
    return condition.any.some((part) => holds(part, answers));
  }
  if ("not" in condition) {
    return !holds(condition.not, answers);
  }
  return holdsForItem(condition, answers);
}

function show() {
  const answers = new Map();
  for (const [id, element] of items) {
    const condition = element.dataset.show;
    element.hidden = condition !== undefined && !holds(JSON.parse(condition), answers);
    const values = valuesOf(element);
    if (!element.hidden && values.length > 0 && !isMissing(element, values)) {
      answers.set(id, values);
    }
  }
}

export function startConditions() {
  if (![...items.values()].some((element) => element.dataset.show)) {
    return;
  }
  form.addEventListener("input", show);
  form.addEventListener("change", show);
  form.addEventListener("answer", show, true);
  show();
}
