/** After so many milliseconds the list is asked for anew: a picture is added every few seconds. */
const GOOD_FOR = 10_000;

/** A picture, and the moment that it shows, in milliseconds since 1970. */
export interface Still {
  at: number;
  address: string;
}

/** The pictures of a list, as they are at the time that one of them is asked for. */
export class Stills {
  readonly #list: string;
  #known: Promise<Still[]> | undefined;
  #askedAt = 0;

  constructor(list: string) {
    this.#list = new URL(list, location.href).href;
  }

  /** The address of the picture of a moment, if there are any pictures. */
  async of(moment: number): Promise<string | undefined> {
    if (!this.#known || performance.now() - this.#askedAt > GOOD_FOR) {
      this.#askedAt = performance.now();
      this.#known = this.#ask();
    }
    return nearest(await this.#known, moment)?.address;
  }

  async #ask(): Promise<Still[]> {
    try {
      const answer = await fetch(this.#list);
      return answer.ok ? read(await answer.text(), this.#list) : [];
    } catch {
      return [];
    }
  }
}

/** Reads a list of pictures: WebVTT, where the name of a cue is the moment that its picture shows. */
export function read(list: string, base: string): Still[] {
  const cues = list.split(/\r?\n\r?\n/).map((cue) => cue.trim().split(/\r?\n/));
  return cues.flatMap(([name, , address]) => {
    const at = Date.parse(name ?? "");
    return Number.isNaN(at) || !address ? [] : [{ at, address: new URL(address, base).href }];
  });
}

/** The last picture that was taken by a moment; the first, where none was. */
export function nearest(stills: Still[], moment: number): Still | undefined {
  return stills.filter(({ at }) => at <= moment).at(-1) ?? stills[0];
}
