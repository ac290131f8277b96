import { test as base, expect } from "@playwright/test";
import { Reader } from "./reader.ts";
import { shown } from "./site.ts";

/**
 * Every spec reads as a reader does. When it ends, nothing may have been asked of another host,
 * refused by the page's own policy, or thrown by a script.
 */
export const test = base.extend<{ reader: Reader }>({
  baseURL: async ({}, use) => use(shown.get().origin),
  reader: async ({ page }, use) => {
    const reader = new Reader(page);
    await use(reader);
    expect(reader.foreignRequests, "requests to other hosts").toEqual([]);
    expect(reader.complaints, "what the browser complained of").toEqual([]);
  },
});

export { expect };
