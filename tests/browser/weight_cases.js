// What a page weighs, and how soon it is there.
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { visit } from "./browser.js";
import { begin } from "./form.js";
import { made, newLink } from "./made.js";

const PAGE_BYTES = 15 * 1024;
const SCRIPT_BYTES = 10 * 1024;

const weight = {
  name: "weight: the form's page under 15 kB gzipped, its script under 10 kB",
  async play() {
    for (const wave of ["post", "pre"]) {
      const link = newLink(wave);
      await visit({ language: "sv" }, async (page) => {
        const sizes = { document: 0, stylesheet: 0, script: 0 };
        const seen = new Set();
        await begin(page, link);
        page.on("response", async (response) => {
          const type = response.request().resourceType();
          if (response.ok() && type in sizes && !seen.has(response.url())) {
            seen.add(response.url());
            sizes[type] += gzipSync(await response.body(), { level: 9 }).length;
          }
        });
        await page.reload();
        await page.waitForLoadState("networkidle");
        console.log(`${wave}: gzipped bytes`, JSON.stringify(sizes));
        assert.ok(
          sizes.script > 0 && sizes.script <= SCRIPT_BYTES,
          `${sizes.script} bytes of scripts`,
        );
        assert.ok(sizes.document + sizes.stylesheet <= PAGE_BYTES, JSON.stringify(sizes));
      });
    }
  },
};

const paint = {
  name: "largest contentful paint with a processor four times slower is printed",
  async play() {
    const link = newLink("post");
    await visit({ language: "sv" }, async (page, context) => {
      const session = await context.newCDPSession(page);
      await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
      await begin(page, link);
      const time = await page.evaluate(
        () =>
          new Promise((resolve) => {
            const observer = new PerformanceObserver((list) =>
              resolve(list.getEntries().at(-1).startTime),
            );
            observer.observe({ type: "largest-contentful-paint", buffered: true });
          }),
      );
      console.log(`largest contentful paint at a quarter of the speed: ${Math.round(time)} ms`);
      assert.ok(time > 0);
    });
  },
};

const cached = {
  name: "style sheets and scripts are kept for ever and never sniffed",
  async play() {
    const page = await fetch(`${made.url}/form`);
    const urls = (await page.text()).match(/\/assets\/[^"]+/g);
    assert.ok(urls.length >= 1);
    for (const url of urls) {
      const reply = await fetch(made.url + url, { headers: { "accept-encoding": "gzip" } });
      const header = (name) => reply.headers.get(name);
      assert.equal(reply.status, 200);
      assert.match(header("cache-control"), /max-age=31536000, immutable/);
      assert.equal(header("x-content-type-options"), "nosniff");
      const types = { css: /^text\/css/, js: /^text\/javascript/, svg: /^image\/svg/ };
      assert.match(header("content-type"), types[url.split(".").at(-1)]);
      const again = await fetch(made.url + url, { headers: { "if-none-match": header("etag") } });
      assert.equal(again.status, 304);
    }
    assert.equal((await fetch(`${made.url}/assets/form.000000000000.css`)).status, 404);
  },
};

export const cases = [weight, paint, cached];
