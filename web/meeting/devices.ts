// The camera and microphone of this browser, and the screen if somebody shows it.

export interface Choice {
  microphone: string;
  camera: string;
}

export type Denied = "denied" | "missing" | "busy";

export class Devices {
  sound: MediaStreamTrack | null = null;
  picture: MediaStreamTrack | null = null;
  screen: MediaStreamTrack | null = null;
  /** Why there is no sound or picture, if there is none. */
  troubles: { sound: Denied | null; picture: Denied | null } = { sound: null, picture: null };
  choice: Choice;

  constructor(private readonly onChange: () => void) {
    const kept = JSON.parse(localStorage.getItem("tribune.devices") ?? "{}") as Partial<Choice>;
    this.choice = { microphone: kept.microphone ?? "", camera: kept.camera ?? "" };
    navigator.mediaDevices?.addEventListener("devicechange", onChange);
  }

  /** Takes another device from now on. */
  async choose(choice: Partial<Choice>): Promise<void> {
    Object.assign(this.choice, choice);
    localStorage.setItem("tribune.devices", JSON.stringify(this.choice));
    if (choice.microphone !== undefined && this.sound) await this.openSound();
    if (choice.camera !== undefined && this.picture) await this.openPicture();
  }

  async openSound(): Promise<void> {
    const wanted = { ...exactly(this.choice.microphone), echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    this.sound = await this.open("sound", this.sound, { audio: wanted });
    this.onChange();
  }

  async openPicture(): Promise<void> {
    const size = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };
    this.picture = await this.open("picture", this.picture, { video: { ...exactly(this.choice.camera), ...size } });
    if (this.picture) this.picture.contentHint = "motion";
    this.onChange();
  }

  closeSound(): void {
    this.sound = stop(this.sound);
    this.onChange();
  }

  /** The camera's light goes out. */
  closePicture(): void {
    this.picture = stop(this.picture);
    this.onChange();
  }

  /** False when nobody chose a screen. */
  async openScreen(): Promise<boolean> {
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: false });
      this.screen = stream.getVideoTracks()[0] ?? null;
    } catch {
      return false;
    }
    if (!this.screen) return false;
    // Written words have to stay sharp.
    this.screen.contentHint = "detail";
    this.screen.addEventListener("ended", () => this.closeScreen());
    this.onChange();
    return true;
  }

  closeScreen(): void {
    this.screen = stop(this.screen);
    this.onChange();
  }

  closeAll(): void {
    for (const track of [this.sound, this.picture, this.screen]) stop(track);
    this.sound = this.picture = this.screen = null;
    this.onChange();
  }

  /** Microphones and cameras, by the names that browsers give them once one may be used. */
  async list(kind: "audioinput" | "videoinput"): Promise<MediaDeviceInfo[]> {
    const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    return all.filter((device) => device.kind === kind && device.deviceId !== "");
  }

  private async open(
    what: "sound" | "picture",
    old: MediaStreamTrack | null,
    wanted: MediaStreamConstraints,
  ): Promise<MediaStreamTrack | null> {
    try {
      if (!navigator.mediaDevices) throw new DOMException("", "NotAllowedError");
      const stream = await navigator.mediaDevices.getUserMedia(wanted);
      const track = stream.getTracks()[0] ?? null;
      stop(old);
      this.troubles[what] = null;
      // A device that is pulled out is gone, and says so.
      track?.addEventListener("ended", () => {
        if (this[what] !== track) return;
        this[what] = null;
        this.troubles[what] = "missing";
        this.onChange();
      });
      return track;
    } catch (error) {
      const { name } = error as DOMException;
      const isChosen = what === "sound" ? this.choice.microphone : this.choice.camera;
      // What was chosen once is not there today: any other will do.
      if (isChosen && (name === "NotFoundError" || name === "OverconstrainedError")) {
        this.choice[what === "sound" ? "microphone" : "camera"] = "";
        return this.open(what, old, what === "sound" ? { audio: true } : { video: true });
      }
      this.troubles[what] = name === "NotAllowedError" ? "denied" : name === "NotFoundError" ? "missing" : "busy";
      return old?.readyState === "live" ? old : null;
    }
  }
}

function exactly(device: string): { deviceId?: ConstrainDOMString } {
  return device ? { deviceId: { exact: device } } : {};
}

function stop(track: MediaStreamTrack | null): null {
  track?.stop();
  return null;
}
