// Plays every case, two at a time, in one browser. The cases' files each export a list of {name, play}.
import { setDefaultResultOrder } from "node:dns";
import { describe, it, after } from "node:test";
import { closeBrowser } from "./browser.js";

// The daemon listens on 127.0.0.1; Node 18 takes the first address of localhost, and no second.
setDefaultResultOrder("ipv4first");

const files = ["access", "answer", "desk", "looks", "offline", "script", "weight"];
const wanted = process.env.DEBRIEFD_CASES ?? "";
const modules = await Promise.all(files.map((name) => import(`./${name}_cases.js`)));
const cases = modules.flatMap((one) => one.cases).filter(({ name }) => name.includes(wanted));
if (cases.length === 0) {
  throw new Error("no case was played");
}

describe("pages", { concurrency: 2 }, () => {
  after(closeBrowser);
  for (const { name, play } of cases) {
    it(name, { timeout: 120000 }, play);
  }
});
