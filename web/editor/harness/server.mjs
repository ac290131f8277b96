// A newsroom in one file, in memory, to try the editor in a browser: the page under the strict
// policy of the real one, a few people, stories and photos, and a server that shares the article.
// `npm run build && node editor/bundle_tests.mjs && node editor/harness/server.mjs`, then open
// what it prints. It is no part of the product.
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { applyAwarenessUpdate, Awareness, encodeAwarenessUpdate, removeAwarenessStates } from "y-protocols/awareness";
import { prosemirrorJSONToYXmlFragment } from "../../node_modules/.tests/binding.mjs";
import * as Y from "yjs";
import { awareness as awarenessFrame, fromServer, read, step1, step2, update as updateFrame } from "../../node_modules/.tests/messages.mjs";
import { schema } from "../../node_modules/.tests/schema.mjs";

const dist = new URL("../../dist/", import.meta.url);
const fixtures = new URL("../../../fixtures/documents/", import.meta.url);

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types tribune-editor",
].join("; ");

const PEOPLE = [
  { id: "p-1", label: "Irene Marsh", detail: "Europe correspondent" },
  { id: "p-2", label: "Tomás Gil", detail: "Photographer" },
  { id: "p-3", label: "Ada Okafor", detail: "Editor" },
];
const STORIES = [
  { id: "01910000-0000-7000-8000-00000000000a", label: "What each side wanted before the call", address: "/news/russia/wanted", detail: "News" },
  { id: "01910000-0000-7000-8000-00000000000b", label: "The long road to the table", address: "/analysis/road", detail: "Analysis" },
];
const PHOTOS = [1, 2, 3, 4].map((n) => ({
  id: `01910000-0000-7000-8000-00000000000${n}`,
  label: ["The screen before the call", "Flags", "A street at dusk", "The minister"][n - 1],
}));

/** Starts it; `port` 0 takes any that is free. */
export async function start(port = 0) {
  const articles = new Map();
  const article = (id) => {
    if (!articles.has(id)) articles.set(id, new Article());
    return articles.get(id);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      response.writeHead(500).end(String(error));
    });
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, socket, head) => {
    const id = /^\/newsroom\/articles\/([^/]+)\/sync/.exec(request.url)?.[1];
    if (!id) return socket.destroy();
    sockets.handleUpgrade(request, socket, head, (connection) => article(id).join(connection));
  });
  await new Promise((listening) => server.listen(port, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    article,
    async seed(id, name) {
      const json = JSON.parse(await readFile(new URL(`${name}.json`, fixtures), "utf8"));
      article(id).seed(json);
    },
    async close() {
      for (const client of sockets.clients) client.terminate();
      for (const one of articles.values()) one.awareness.destroy();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** One article: the document, and who has it open. */
export class Article {
  doc = new Y.Doc();
  awareness = new Awareness(this.doc);
  /** Answered late, or not at all, to see what the page then says. */
  saves = true;
  refuses = "";
  #clients = new Set();

  constructor() {
    this.doc.on("update", (update, origin) => {
      for (const client of this.#clients) {
        if (client !== origin) client.send(updateFrame(update));
      }
    });
    this.awareness.setLocalState(null);
    this.awareness.on("update", ({ added, updated, removed }, origin) => {
      const frame = awarenessFrame(encodeAwarenessUpdate(this.awareness, [...added, ...updated, ...removed]));
      for (const client of this.#clients) {
        if (client !== origin) client.send(frame);
      }
    });
  }

  seed(json) {
    prosemirrorJSONToYXmlFragment(schema, json, this.doc.getXmlFragment("body"));
    this.doc.getText("headline").insert(0, "After two hours, the presidents part without an agreement");
    this.doc.getText("deck").insert(0, "The call by video link was the first since spring. Both sides say that they will speak again.");
    this.doc.getText("dateline").insert(0, "Moscow");
    const fields = this.doc.getMap("fields");
    fields.set("kind", "news");
    fields.set("section", "s-russia");
    fields.set("language", "en");
    fields.set("slug", "two-hours");
    fields.set("photo", { photo: PHOTOS[0].id, caption: null });
    this.doc.getArray("byline").push([{ person: "p-1", role: "in Moscow" }, { person: "p-2" }]);
    this.doc.getArray("related").push([{ title: "The long road to the table", article: STORIES[1].id }]);
  }

  tell(event) {
    for (const client of this.#clients) client.send(fromServer.told(event));
  }

  /** Cuts every connection, as a server that is restarted does. */
  drop() {
    for (const client of this.#clients) client.terminate();
  }

  close(code) {
    for (const client of this.#clients) client.close(code);
  }

  join(client) {
    let received = 0;
    const people = new Set();
    const onAwareness = ({ added }, origin) => {
      if (origin === client) for (const id of added) people.add(id);
    };
    this.awareness.on("update", onAwareness);
    this.#clients.add(client);
    client.on("close", () => {
      this.#clients.delete(client);
      this.awareness.off("update", onAwareness);
      // Whoever is cut off is not here any more.
      removeAwarenessStates(this.awareness, [...people], null);
    });
    client.send(step1(Y.encodeStateVector(this.doc)));
    client.send(awarenessFrame(encodeAwarenessUpdate(this.awareness, [...this.awareness.getStates().keys()])));
    const take = (update) => {
      if (this.refuses !== "" && received > 0) {
        client.send(fromServer.refused(this.refuses));
        client.close(4403);
        return;
      }
      received += 1;
      Y.applyUpdate(this.doc, update, client);
      if (this.saves) client.send(fromServer.saved(received));
    };
    client.on("message", (data) => {
      const message = read(new Uint8Array(data));
      switch (message.kind) {
        case "step1":
          client.send(step2(Y.encodeStateAsUpdate(this.doc, message.stateVector)));
          break;
        case "step2":
        case "update":
          take(message.update);
          break;
        case "awareness":
          applyAwarenessUpdate(this.awareness, message.update, client);
          break;
      }
    });
  }
}

async function answer(request, response) {
  const url = new URL(request.url, "http://harness");
  const send = (type, body, headers = {}) => {
    response.writeHead(200, { "content-type": type, "cache-control": "no-store", ...headers }).end(body);
  };
  const found = (list) => {
    const [q, id] = [url.searchParams.get("q") ?? "", url.searchParams.get("id")];
    const wanted = list.filter((one) => id === null ? one.label.toLowerCase().includes(q.toLowerCase()) : one.id === id);
    send("application/json", JSON.stringify(wanted));
  };
  const page = /^\/newsroom\/articles\/([^/]+)\/edit$/.exec(url.pathname);
  if (page) {
    const name = url.searchParams.get("as") ?? "Irene Marsh";
    const config = {
      article: page[1],
      syncUrl: `/newsroom/articles/${page[1]}/sync`,
      user: { id: `u-${name.replace(/\W/g, "")}`, name, color: url.searchParams.get("color") ?? "" },
      language: "en",
      canEdit: url.searchParams.has("read")
        ? []
        : ["body", "headline", "deck", "dateline", "kind", "section", "language", "slug", "byline", "related", "photo"],
      words: {},
    };
    const html = await readFile(new URL("page.html", import.meta.url), "utf8");
    const json = JSON.stringify(config).replaceAll("<", "\\u003c");
    return send("text/html; charset=utf-8", html.replace("{{config}}", () => json), { "content-security-policy": POLICY });
  }
  if (/^\/assets\/editor\.(js|css)$/.test(url.pathname)) {
    const extension = url.pathname.endsWith("js") ? ".js" : ".css";
    const name = (await readdir(new URL("assets/", dist))).find((file) => file.startsWith("editor-") && file.endsWith(extension));
    const type = extension === ".js" ? "text/javascript; charset=utf-8" : "text/css; charset=utf-8";
    return send(type, await readFile(new URL(`assets/${name}`, dist)));
  }
  const thumbnail = /^\/newsroom\/photos\/([^/]+)\/thumbnail$/.exec(url.pathname);
  if (thumbnail) return send("image/svg+xml", picture(thumbnail[1]));
  if (url.pathname === "/harness/people") return found(PEOPLE);
  if (url.pathname === "/harness/stories") return found(STORIES);
  if (url.pathname === "/harness/photos") return found(PHOTOS);
  if (url.pathname === "/harness/upload") {
    request.resume();
    return send("application/json", JSON.stringify({ upload: "1", bytes: 1, received: 1 }));
  }
  if (url.pathname === "/harness/upload/1/finish") {
    return send("application/json", JSON.stringify({ id: PHOTOS[3].id }));
  }
  response.writeHead(404).end();
}

/** A landscape for each photo. */
function picture(id) {
  const hue = (Number.parseInt(id.slice(-2), 16) * 67) % 360;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="600" viewBox="0 0 900 600">
<rect width="900" height="600" fill="hsl(${hue} 35% 72%)"/><circle cx="680" cy="170" r="70" fill="hsl(${hue + 40} 80% 85%)"/>
<path d="M0 420 220 250 400 400 560 280 900 460V600H0Z" fill="hsl(${hue} 30% 42%)"/><path d="M0 500 300 420 600 520 900 430V600H0Z" fill="hsl(${hue} 32% 28%)"/></svg>`;
}

if (process.argv[1] === import.meta.filename || process.argv[1]?.endsWith("harness/server.mjs")) {
  const harness = await start(Number(process.env.PORT ?? 8090));
  await harness.seed("demo", "article");
  console.log(`${harness.url}/newsroom/articles/demo/edit?as=Irene+Marsh`);
  console.log(`${harness.url}/newsroom/articles/demo/edit?as=Ada+Okafor`);
}
