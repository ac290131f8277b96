import { brotliDecompressSync } from "node:zlib";
import { get } from "node:http";
import { demoStories } from "../../support/demo.ts";
import { everyKindOfPage, shown } from "../../support/site.ts";
import { expect, test } from "../../support/test.ts";

const pageBytesMax = 150 * 1024;
const scriptBytesMax = 10 * 1024;

test("a page without its photos weighs little, and its scripts less", async () => {
  const paths = [...everyKindOfPage().map(({ path }) => path), ...demoStories.map((s) => s.path)];
  for (const path of paths) {
    const page = await fetched(path);
    let scripts = 0;
    for (const [, source] of page.text.matchAll(/<script[^>]* src="([^"]+)"/g)) {
      scripts += (await fetched(source!)).bytes;
    }
    let styles = 0;
    for (const [, source] of page.text.matchAll(/<link rel="stylesheet" href="([^"]+)"/g)) {
      styles += (await fetched(source!)).bytes;
    }
    expect(page.bytes + scripts + styles, path).toBeLessThanOrEqual(pageBytesMax);
    expect(scripts, path).toBeLessThanOrEqual(scriptBytesMax);
  }
});

test("every page comes with its defences", async () => {
  for (const { path } of everyKindOfPage()) {
    const { headers } = await fetch(shown.get().origin + path);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy, path).toContain("default-src 'none'");
    expect(policy, path).not.toContain("unsafe-inline");
    expect(headers.get("x-content-type-options"), path).toBe("nosniff");
    expect(headers.get("referrer-policy"), path).toBeTruthy();
  }
});

test("assets may be kept forever", async () => {
  const { text } = await fetched(demoStories[0]!.path);
  const assets = [...text.matchAll(/(?:src|href)="(\/(?:assets|photos)\/[^"]+)"/g)];
  expect(assets.length).toBeGreaterThan(0);
  for (const [, path] of assets) {
    const { headers } = await fetch(shown.get().origin + path);
    expect(headers.get("cache-control"), path).toContain("immutable");
  }
});

/** What crosses the wire to a reader whose browser takes brotli. */
function fetched(path: string): Promise<{ bytes: number; text: string }> {
  return new Promise((settle, refuse) => {
    const headers = { "accept-encoding": "br" };
    get(shown.get().origin + path, { headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("end", () => {
        const sent = Buffer.concat(parts);
        const packed = answer.headers["content-encoding"] === "br";
        const text = (packed ? brotliDecompressSync(sent) : sent).toString("utf8");
        settle({ bytes: sent.length, text });
      });
      answer.on("error", refuse);
    }).on("error", refuse);
  });
}
