import { expect, type Locator, type Page, type Response } from "@playwright/test";
import { shown } from "./site.ts";

/** Somebody who reads the site in a browser. */
export class Reader {
  readonly foreignRequests: string[] = [];
  readonly complaints: string[] = [];

  constructor(readonly page: Page) {
    const { origin } = shown.get();
    page.on("request", (request) => {
      const local = request.url().startsWith(`${origin}/`) || request.url().startsWith("data:");
      if (!local) this.foreignRequests.push(request.url());
    });
    page.on("console", (message) => {
      if (message.type() !== "error") return;
      // A 404 page is a failed load to the browser, and what some specs ask for.
      const expected = /status of (404|410)/.test(message.text());
      if (!expected) this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(String(error)));
  }

  async opens(path: string, status = 200): Promise<Response> {
    const response = await this.page.goto(path);
    expect(response?.status(), path).toBe(status);
    return response!;
  }

  async follows(name: string | RegExp, within?: Locator): Promise<void> {
    await (within ?? this.page).getByRole("link", { name }).first().click();
    await this.page.waitForLoadState();
  }

  async searchesFor(words: string): Promise<void> {
    await this.opens("/search");
    await this.page.getByRole("searchbox").fill(words);
    await this.page.getByRole("searchbox").press("Enter");
    await this.page.waitForURL(/[?&]q=/);
  }

  get headline(): Locator {
    return this.page.getByRole("heading", { level: 1 });
  }

  get results(): Locator {
    return this.page.locator(".search-results .card-headline");
  }

  /** The headlines of the cards in the page's list. */
  async listed(): Promise<string[]> {
    return this.page.locator(".listing .card-headline").allInnerTexts();
  }

  /** How far the page moved under the reader while it loaded. */
  async layoutShift(): Promise<number> {
    await this.page.waitForLoadState("networkidle");
    return this.page.evaluate(
      () =>
        new Promise<number>((settle) => {
          let sum = 0;
          const add = (entries: PerformanceEntry[]) => {
            for (const entry of entries) sum += (entry as PerformanceEntry & { value: number }).value;
          };
          const observer = new PerformanceObserver((list) => add(list.getEntries()));
          observer.observe({ type: "layout-shift", buffered: true });
          // Two frames: what is buffered has been reported by then.
          requestAnimationFrame(() =>
            requestAnimationFrame(() => {
              add(observer.takeRecords());
              settle(sum);
            }),
          );
        }),
    );
  }

  /** By how many pixels the page is wider than the screen. */
  async overflow(): Promise<number> {
    return this.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
  }
}
