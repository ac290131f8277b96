/** A name that nobody else makes: 96 random bits. `crypto.randomUUID` needs HTTPS; this does not. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
