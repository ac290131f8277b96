// The meeting's page as the program makes it of its template and words, for tests without the program.
import { readdir, readFile } from "node:fs/promises";

const ROOT = new URL("../../../", import.meta.url);
const DIST = new URL("web/dist/", ROOT);

/** The messages of a language whose names begin with `meet-`. */
export async function messages(language) {
  const source = await readFile(new URL(`translations/${language}/site.ftl`, ROOT), "utf8");
  return new Map([...source.matchAll(/^(meet-[a-z-]+) = (.*)$/gm)].map(([, name, text]) => [name, text]));
}

export function template() {
  return readFile(new URL("templates/pages/meet.html", ROOT), "utf8");
}

export async function asset(name) {
  const files = await readdir(new URL("assets/", DIST));
  return `/assets/${files.find((file) => file.startsWith(`${name}-`) && file.endsWith(".js"))}`;
}

export async function page({ id, title, language = "en" }) {
  const known = await messages(language);
  const words = {
    "page.id": id, "page.title": title, words_language: language, words_direction: "ltr", icon: "/icon.svg",
    style: await readFile(new URL("styles/meet.css", DIST), "utf8"),
    meet_script: await asset("meet"), sealing_script: await asset("sealing"),
  };
  const source = await template();
  return source.replace(/\{\{ (.*?) \}\}/g, (_, what) => {
    const [name, filter] = what.split(" | ");
    const call = /^t\("(meet-[a-z-]+)"(?:, .*)?\)$/.exec(name);
    const text = call ? known.get(call[1]).replace(/\{ \$(\w+) \}/g, "{$1}") : words[name];
    if (text === undefined) throw new Error(`The page has no ${name}.`);
    return filter === "tojson" ? JSON.stringify(text).replaceAll("<", "\\u003c") : text;
  });
}

/** The page, the assets and the meeting's socket, under the program's own policy. */
export async function serve(http, server, title) {
  const styles = await readFile(new URL("styles/meet.css", DIST), "utf8");
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256").update(styles).digest("base64");
  const policy = `default-src 'none'; script-src 'self'; style-src 'self' 'sha256-${hash}'; img-src 'self' data:; ` +
    "font-src 'self'; media-src 'self' blob: data:; connect-src 'self'; form-action 'self'; base-uri 'none'";
  http.on("request", async (request, answer) => {
    const path = new URL(request.url, "http://localhost").pathname;
    try {
      if (path.startsWith("/assets/")) {
        answer.writeHead(200, { "content-type": "text/javascript; charset=utf-8" });
        answer.end(await readFile(new URL(`.${path}`, DIST)));
      } else if (path.startsWith("/meet/")) {
        answer.writeHead(200, { "content-type": "text/html; charset=utf-8", "content-security-policy": policy });
        answer.end(await page({ id: server.meeting, title }));
      } else answer.writeHead(404).end();
    } catch (error) {
      answer.writeHead(500).end(String(error));
    }
  });
  http.on("upgrade", (request, socket, head) => server.upgrade(request, socket, head));
}
