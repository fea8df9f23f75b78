// Rankings: buttons move an option up or down, and a rank belongs to one option. The daemon's select of each option
// stays what holds the answer.
import { form } from "./items.js";

function rankOf(select) {
  return Number(select.value);
}

function setRank(select, rank) {
  select.value = rank > 0 ? String(rank) : "";
}

/** The rank one step away, 0 for none: the last one moves out, one without a rank moves in behind the others. */
function nextRank(selects, select, step) {
  const taken = selects.map(rankOf).filter((rank) => rank > 0);
  const places = select.options.length - 1;
  const rank = rankOf(select);
  if (rank === 0) {
    return step < 0 ? Math.min(taken.length + 1, places) : 0;
  }
  const next = rank + step;
  return step > 0 && next > Math.max(...taken) ? 0 : Math.max(next, 1);
}

/** Whoever has the rank gets the one that is given up. */
function give(selects, select, rank, before) {
  const other = selects.find((one) => one !== select && rank > 0 && rankOf(one) === rank);
  setRank(select, rank);
  if (other) {
    setRank(other, before);
  }
}

/** In the order of ranks, those without one last. */
function arrange(options) {
  const focused = document.activeElement;
  const rank = (option) => rankOf(option.querySelector("select")) || options.length + 1;
  const order = [...options].sort((a, b) => rank(a) - rank(b));
  const end = document.createTextNode("");
  options[0].parentElement.insertBefore(end, options.at(-1).nextSibling);
  order.forEach((option) => end.before(option));
  end.remove();
  focused?.focus();
}

function makeButton(name, sign, press) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "move";
  button.textContent = sign;
  button.setAttribute("aria-label", name);
  button.addEventListener("click", press);
  return button;
}

function wire(item) {
  const options = [...item.querySelectorAll(".rank")];
  const selects = options.map((option) => option.querySelector("select"));
  const { up, down } = (item.querySelector("[data-up]") ?? item).dataset;
  const ranks = new Map();

  function settle() {
    selects.forEach((select) => ranks.set(select, rankOf(select)));
    arrange(options);
  }

  function move(select, step) {
    setRank(select, nextRank(selects, select, step));
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  for (const select of selects) {
    const name = select.labels[0]?.textContent.trim() ?? "";
    select.addEventListener("change", () => {
      give(selects, select, rankOf(select), ranks.get(select));
      settle();
    });
    select.after(
      makeButton(`${up}: ${name}`, "↑", () => move(select, -1)),
      makeButton(`${down}: ${name}`, "↓", () => move(select, 1)),
    );
  }
  item.addEventListener("answer", settle);
  settle();
}

export function startRankings() {
  for (const item of form.querySelectorAll('[data-type="ranking"]')) {
    if (item.querySelector(".rank select")) {
      wire(item);
    }
  }
}
