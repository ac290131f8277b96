import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import vnu from "vnu-jar";
import { demoStories } from "../../support/demo.ts";
import { everyKindOfPage, shown } from "../../support/site.ts";
import { expect, test } from "../../support/test.ts";

test("the Nu checker finds no fault with any page", async () => {
  test.setTimeout(180_000);
  const folder = mkdtempSync(join(tmpdir(), "tribune-html-"));
  try {
    const paths = new Set([
      ...everyKindOfPage().map(({ path }) => path),
      ...demoStories.map(({ path }) => path),
    ]);
    const names = new Map<string, string>();
    for (const path of paths) {
      const answer = await fetch(shown.get().origin + path);
      const file = join(folder, `${names.size}.html`);
      names.set(file, path);
      writeFileSync(file, await answer.text());
    }
    const checked = await promisify(execFile)(
      "java",
      ["-jar", String(vnu), "--format", "json", "--exit-zero-always", ...names.keys()],
      { maxBuffer: 64 << 20 },
    );
    const { messages } = JSON.parse(checked.stderr) as { messages: Message[] };
    const faults = messages
      .filter(({ type, subType }) => type === "error" || subType === "warning")
      .map(({ url, message, lastLine }) => {
        const path = names.get(decodeURI(url.replace("file:", "")));
        return `${path}:${lastLine}: ${message}`;
      });
    expect(faults).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

interface Message {
  type: string;
  subType?: string;
  url: string;
  message: string;
  lastLine: number;
}
