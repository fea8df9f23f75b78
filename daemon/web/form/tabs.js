// Tabs: a form that is open twice in one browser shows the same answers.
import { answerOf, form, itemOf, items, setAnswer } from "./items.js";
import { touch } from "./saving.js";

export function startTabs() {
  if (!("BroadcastChannel" in window)) {
    return;
  }
  const channel = new BroadcastChannel(form.querySelector('[name="csrf"]').value);
  channel.onmessage = ({ data: { id, pairs } }) => {
    const element = items.get(id);
    if (element) {
      setAnswer(element, pairs);
      touch(element);
    }
  };
  form.addEventListener("change", ({ target }) => {
    const element = itemOf(target);
    if (element) {
      channel.postMessage({ id: element.dataset.item, pairs: answerOf(element) });
    }
  });
}
