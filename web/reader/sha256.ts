// SHA-256 (FIPS 180-4) of a short text. The browser's own answers with a promise for each hash, and
// only over HTTPS; a proof of work takes some ten thousand of them.

/** The first 32 bits of the fractional parts of a root of each of the first 64 primes. */
const CONSTANTS: number[] = [];
const START: number[] = [];
for (let candidate = 2; CONSTANTS.length < 64; candidate++) {
  let prime = true;
  for (let factor = 2; factor * factor <= candidate; factor++) prime &&= candidate % factor !== 0;
  if (!prime) continue;
  const fraction = (root: number) => ((root - Math.floor(root)) * 2 ** 32) | 0;
  if (START.length < 8) START.push(fraction(Math.sqrt(candidate)));
  CONSTANTS.push(fraction(Math.cbrt(candidate)));
}

const words = new Int32Array(64);

/** Of what is made of ASCII alone, as two digits for each byte. */
export function sha256(text: string): string {
  const blocks = (text.length + 72) >> 6;
  const state = [...START] as Eight;
  for (let block = 0; block < blocks; block++) {
    for (let at = 0; at < 16; at++) {
      let word = 0;
      for (let byte = 0; byte < 4; byte++) {
        const index = block * 64 + at * 4 + byte;
        const value = index < text.length ? text.charCodeAt(index) : index === text.length ? 0x80 : 0;
        word = (word << 8) | value;
      }
      words[at] = word;
    }
    if (block === blocks - 1) words[15] = text.length * 8;
    mix(state);
  }
  return state.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

type Eight = [number, number, number, number, number, number, number, number];

function mix(state: Eight) {
  for (let at = 16; at < 64; at++) {
    const [early, late] = [words[at - 15]!, words[at - 2]!];
    const first = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3);
    const second = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10);
    words[at] = words[at - 16]! + first + words[at - 7]! + second;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let at = 0; at < 64; at++) {
    const chosen = (e & f) ^ (~e & g);
    const most = (a & b) ^ (a & c) ^ (b & c);
    const first = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + chosen + CONSTANTS[at]! + words[at]!;
    const second = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + most;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  const mixed = [a, b, c, d, e, f, g, h];
  mixed.forEach((word, at) => (state[at] = (state[at]! + word) | 0));
}

function turn(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}
