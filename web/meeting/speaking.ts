// Who is speaking, found where the sound is heard: the server of a closed meeting does not know.

/** Below this, as a root mean square, it is a room and no voice. */
const VOICE = 0.012;
/** One has to have spoken so long to come to the front, and to be silent so long to leave it. */
const COMES_MS = 500;
const STAYS_MS = 1_800;

/** Chooses who is shown large. Pure: it is told the time. */
export class Front {
  private readonly since = new Map<string, number>();
  private heardAt = -Infinity;
  current: string | null = null;

  /** Takes how loud each seat is now, and gives who is in front. */
  note(levels: ReadonlyMap<string, number>, now: number): string | null {
    let loudest: string | null = null;
    for (const [seat, level] of levels) {
      if (level < VOICE) {
        this.since.delete(seat);
        continue;
      }
      if (!this.since.has(seat)) this.since.set(seat, now);
      if (loudest === null || level > levels.get(loudest)!) loudest = seat;
    }
    for (const seat of this.since.keys()) if (!levels.has(seat)) this.since.delete(seat);
    if (this.current !== null && this.since.has(this.current)) this.heardAt = now;
    const isFree = this.current === null || !levels.has(this.current) || now - this.heardAt > STAYS_MS;
    const spoke = loudest === null ? 0 : now - this.since.get(loudest)!;
    if (loudest !== null && loudest !== this.current && spoke >= COMES_MS && (isFree || spoke >= STAYS_MS)) {
      this.current = loudest;
      this.heardAt = now;
    }
    return this.current;
  }

  isSpeaking(seat: string): boolean {
    return this.since.has(seat);
  }
}

/** Measures how loud tracks are. */
export class Meter {
  private context: AudioContext | null = null;
  private readonly taps = new Map<string, { track: MediaStreamTrack; source: AudioNode; analyser: AnalyserNode }>();
  private readonly samples = new Float32Array(512);

  /** Listens to this track under this name; null: no longer. */
  listen(name: string, track: MediaStreamTrack | null): void {
    const tap = this.taps.get(name);
    if (tap?.track === track) return;
    if (tap) {
      tap.source.disconnect();
      this.taps.delete(name);
    }
    if (!track) return;
    this.context ??= new AudioContext();
    const source = this.context.createMediaStreamSource(new MediaStream([track]));
    const analyser = this.context.createAnalyser();
    analyser.fftSize = this.samples.length;
    source.connect(analyser);
    this.taps.set(name, { track, source, analyser });
  }

  /** A page that nobody has touched yet may not listen. */
  resume(): void {
    if (this.context?.state === "suspended") void this.context.resume();
  }

  /** The root mean square of what each is just now. */
  levels(): Map<string, number> {
    const levels = new Map<string, number>();
    for (const [name, { analyser }] of this.taps) {
      analyser.getFloatTimeDomainData(this.samples);
      let sum = 0;
      for (const sample of this.samples) sum += sample * sample;
      levels.set(name, Math.sqrt(sum / this.samples.length));
    }
    return levels;
  }

  close(): void {
    for (const name of [...this.taps.keys()]) this.listen(name, null);
    void this.context?.close();
    this.context = null;
  }
}
