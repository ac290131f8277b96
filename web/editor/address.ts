// Which addresses a body may link to: the rules of crates/document/src/address.rs, so that what is
// typed or pasted here is not refused there.
import { ADDRESS_CHARS_MAX } from "./limits.ts";

/** Where an address is used decides which schemes it may have. */
export type Use = "link" | "embed" | "story";

/** Whether `address` may be used so. */
export function isAddress(address: string, use: Use): boolean {
  if (address.length > ADDRESS_CHARS_MAX || MUST_BE_ENCODED.test(address)) return false;
  if (use !== "embed" && address.startsWith("/") && !address.startsWith("//")) return true;
  if (use === "link" && address.startsWith("#") && address.length > 1) return true;
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(address)?.[1]?.toLowerCase();
  switch (scheme) {
    case "http":
    case "https": {
      if (!address.slice(scheme.length).startsWith("://")) return false;
      const url = parsed(address);
      return url !== null && url.hostname !== "" && url.username === "" && url.password === "";
    }
    case "mailto":
    case "tel":
      return use === "link" && address.length > scheme.length + 1;
    default:
      return false;
  }
}

/**
 * What somebody meant by what they typed or pasted: without what follows readers about, and
 * complete. `null` when no address can be made of it.
 */
export function tidied(typed: string, use: Use): string | null {
  const text = encoded(typed.trim());
  if (text === "") return null;
  const candidates = [text];
  if (/^[^\s/:@]+@[^\s/:@]+\.[^\s/:@]+$/.test(text)) candidates.push(`mailto:${text}`);
  else if (/^[^\s/:?#]+\.[^\s/:?#]{2,}([/:?#]|$)/.test(text)) candidates.push(`https://${text}`);
  const address = candidates.find((candidate) => isAddress(candidate, use));
  return address === undefined ? null : withoutTrackers(address);
}

/** The address of a link on somebody else's page; `null` when it leads nowhere from here. */
export function elsewhere(href: string): string | null {
  const address = encoded(href.trim());
  if (address.startsWith("/") || address.startsWith("#") || !isAddress(address, "link")) return null;
  return withoutTrackers(address);
}

/** The address without the parameters that only tell who sent the reader. */
export function withoutTrackers(address: string): string {
  const unwrapped = behindRedirect(address);
  if (unwrapped !== null) return withoutTrackers(unwrapped);
  const hash = address.indexOf("#");
  const end = hash < 0 ? address.length : hash;
  const query = address.slice(0, end).indexOf("?");
  if (query < 0) return address;
  const kept = address
    .slice(query + 1, end)
    .split("&")
    .filter((pair) => !TRACKER.test(pair.split("=")[0] ?? ""));
  const rest = kept.length > 0 ? `?${kept.join("&")}` : "";
  return address.slice(0, query) + rest + address.slice(end);
}

/** Where a wrapping address leads: Google Docs and Outlook wrap each link they copy. */
function behindRedirect(address: string): string | null {
  const url = parsed(address);
  if (!url) return null;
  let target: string | null = null;
  if (/^(www\.)?google\.[a-z.]+$/.test(url.hostname) && url.pathname === "/url") {
    target = url.searchParams.get("q") ?? url.searchParams.get("url");
  } else if (url.hostname.endsWith(".safelinks.protection.outlook.com")) {
    target = url.searchParams.get("url");
  }
  if (target === null) return null;
  target = encoded(target);
  return isAddress(target, "link") ? target : null;
}

/** Everything percent-encoded that must be. */
function encoded(address: string): string {
  return address.replace(new RegExp(MUST_BE_ENCODED, "gu"), (c) => {
    const bytes = [...new TextEncoder().encode(c)];
    return bytes.map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
  });
}

function parsed(address: string): URL | null {
  try {
    return new URL(address);
  } catch {
    return null;
  }
}

/** Characters that RFC 3986 keeps out of addresses, and those a reader cannot see. */
const MUST_BE_ENCODED =
  /[\s<>"\\^`{|}\p{Cc}\u061C\u200B-\u200F\u2028-\u202E\u2066-\u2069\uFEFF\uFFF9-\uFFFB]/u;

const TRACKER =
  /^(utm_.*|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|igsh|mc_cid|mc_eid|mkt_tok|_hsenc|_hsmi|vero_id|oly_anon_id|oly_enc_id|wickedid|s_cid|spm|ref_src|ref_url|at_medium|at_campaign|cmpid)$/i;
