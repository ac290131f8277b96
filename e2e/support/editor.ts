/** A story to publish. */
export interface Story {
  section: string;
  headline: string;
  body: string;
  kind?: string;
  deck?: string;
  language?: string;
}

/** Somebody with a token, who works through the API as any newsroom tool does. */
export class Editor {
  constructor(
    private readonly origin: string,
    private readonly token: string,
  ) {}

  async addsSection(path: string, name: string): Promise<void> {
    await this.asks("POST", "/sections", { path, name });
  }

  /** Answers with the story's id and its address. */
  async publishes({ body, kind = "news", ...story }: Story): Promise<Published> {
    const draft = await this.drafts({ body, kind, ...story });
    return (await this.asks("POST", `/articles/${draft.id}/publish`, {})) as Published;
  }

  async drafts({ body, kind = "news", ...story }: Story): Promise<Published> {
    const article = { ...story, kind, body_markdown: body };
    return (await this.asks("POST", "/articles", article)) as Published;
  }

  async withdraws(id: string, note: string): Promise<void> {
    await this.asks("POST", `/articles/${id}/withdraw`, { note });
  }

  async corrects(id: string, text: string): Promise<void> {
    await this.asks("POST", `/articles/${id}/correct`, { text });
  }

  private async asks(method: string, path: string, body: unknown): Promise<unknown> {
    const answer = await fetch(`${this.origin}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return text ? JSON.parse(text) : undefined;
  }
}

export interface Published {
  id: string;
  path: string;
}
