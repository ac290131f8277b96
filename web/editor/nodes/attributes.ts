// Reading attributes of our own HTML, which only comes from copying within an editor.

/** The attribute, or `null` when it is missing or blank. */
export function attribute(dom: HTMLElement, name: string): string | null {
  const value = dom.getAttribute(name);
  return value === null || value.trim() === "" ? null : value;
}

/** A text attribute of a node. */
export const text = { default: null, validate: "string|null" } as const;

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether it is a UUID, as the ids of photos and articles are. */
export function isId(value: string | null): value is string {
  return value !== null && ID.test(value);
}
