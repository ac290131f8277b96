// What is agreed upon about media, where the browser offers no better way to say it. Pure.

/** Sound of one size per packet, whatever is said, and packets while nothing is: else sizes and pauses tell. */
export function evenSound(answer: string): string {
  return sections(answer)
    .map((section) => (section.startsWith("m=audio") ? evenOpus(section) : section))
    .join("");
}

/** An offer or answer without what would tell the server how loud somebody is: for closed meetings. */
export function withoutLevels(sdp: string): string {
  return sdp
    .split("\r\n")
    .filter((line) => !/^a=extmap:\S+ urn:ietf:params:rtp-hdrext:(ssrc|csrc|client-to-mixer|mixer-to-client)-audio-level/.test(line))
    .join("\r\n");
}

/** Why frames could not be sealed under this answer, or null. */
export function objectionTo(answer: string): string | null {
  for (const section of sections(answer).slice(1)) {
    const [kind, port] = section.slice(2).split(" ");
    if (port === "0") continue;
    const codecs = [...section.matchAll(/^a=rtpmap:\d+ ([^/\r\n]+)/gm)].map(([, name]) => name!.toLowerCase());
    const allowed = kind === "audio" ? ["opus"] : ["vp8", "rtx"];
    const other = codecs.find((name) => !allowed.includes(name));
    if ((kind === "audio" || kind === "video") && other) return `The server wants ${other}, which a closed meeting does not use.`;
  }
  return null;
}

/** What tells one end of a connection from another. */
export function fingerprintOf(sdp: string): string {
  return /^a=fingerprint:(.*)$/m.exec(sdp)?.[1]?.trim().toLowerCase() ?? "";
}

function evenOpus(section: string): string {
  const payload = section.match(/^a=rtpmap:(\d+) opus[/]/im)?.[1];
  if (!payload) return section;
  const line = new RegExp(`^a=fmtp:${payload} (.*)$`, "m");
  const known = line.exec(section)?.[1]?.trim() ?? "";
  const others = known.split(";").map((it) => it.trim()).filter((it) => it && !/^(cbr|usedtx)=/.test(it));
  const wanted = `a=fmtp:${payload} ${[...others, "cbr=1", "usedtx=0"].join(";")}`;
  if (line.test(section)) return section.replace(line, () => wanted + (/\r$/.test(line.exec(section)?.[0] ?? "") ? "\r" : ""));
  return section.replace(/^(a=rtpmap:\d+ opus\/.*)$/im, (rtpmap) => `${rtpmap.replace(/\r$/, "")}\r\n${wanted}${rtpmap.endsWith("\r") ? "\r" : ""}`);
}

/** What stands before the first `m=`, and each from its `m=` on. */
function sections(sdp: string): string[] {
  return sdp.split(/^(?=m=)/m);
}
