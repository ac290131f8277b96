// What is sent where there is no camera or no microphone: the network can be tested still.

export class StandIn {
  private context: AudioContext | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;
  private drawn: MediaStreamTrack | null = null;
  private hummed: MediaStreamTrack | null = null;

  /** A bar that wanders. */
  get picture(): MediaStreamTrack {
    if (this.drawn) return this.drawn;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [640, 360];
    const context = canvas.getContext("2d")!;
    let at = 0;
    this.timer = setInterval(() => {
      at = (at + 8) % canvas.width;
      context.fillStyle = "#2f3136";
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.fillStyle = "#8fbce6";
      context.fillRect(at, 0, 40, canvas.height);
    }, 66);
    this.drawn = canvas.captureStream(15).getVideoTracks()[0]!;
    return this.drawn;
  }

  /** A hum. */
  get sound(): MediaStreamTrack {
    if (this.hummed) return this.hummed;
    this.context = new AudioContext();
    const out = this.context.createMediaStreamDestination();
    const hum = this.context.createOscillator();
    const quiet = this.context.createGain();
    quiet.gain.value = 0.05;
    hum.connect(quiet).connect(out);
    hum.start();
    this.hummed = out.stream.getAudioTracks()[0]!;
    return this.hummed;
  }

  close(): void {
    clearInterval(this.timer);
    void this.context?.close();
    for (const track of [this.drawn, this.hummed]) track?.stop();
    this.context = this.drawn = this.hummed = null;
  }
}
