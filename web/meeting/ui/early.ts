// Before one is in: who meets and when, how one looks and sounds, and the door.
import type { Conference } from "../conference.ts";
import { say } from "../config.ts";
import type { Devices } from "../devices.ts";
import { partyOf, type Room } from "../protocol.ts";
import { cityOf, dayIn, timeIn } from "../times.ts";
import { el, icon, put, set, show } from "./dom.ts";

const LEVELS = 12;

export class Early {
  readonly root = el("div", { class: "early" });
  private readonly title = el("h1", { tabindex: -1 });
  private readonly times = el("p", { class: "early-times" });
  private readonly seat = el("p", { class: "early-seat" });
  private readonly profile = el("p", { class: "early-profile" });
  private readonly agenda = el("ol", { class: "early-agenda" });
  private readonly video = el("video", { autoplay: true, playsinline: true, muted: true, class: "mirrored" });
  private readonly blank = el("p", { class: "preview-blank" });
  private readonly name = el("input", { id: "name", maxlength: 80, autocomplete: "name", required: true });
  private readonly microphone = el("select", { id: "microphone", onchange: () => void this.devices.choose({ microphone: this.microphone.value }) });
  private readonly camera = el("select", { id: "camera", onchange: () => void this.devices.choose({ camera: this.camera.value }) });
  private readonly sound = el("button", { type: "button", class: "switch", onclick: () => this.toggleSound() }, icon("microphone"), el("span"));
  private readonly picture = el("button", { type: "button", class: "switch", onclick: () => this.togglePicture() }, icon("camera"), el("span"));
  private readonly level = el("div", { class: "level", role: "meter", "aria-label": say("level"), "aria-valuemin": 0, "aria-valuemax": LEVELS });
  private readonly door = el("button", { type: "submit", class: "main" });
  private readonly problem = el("p", { class: "problem", role: "alert", hidden: true });
  private readonly network = el("p", { class: "network", role: "status" });
  private readonly form: HTMLFormElement;
  private readonly waits = el("div", { class: "waits", hidden: true });
  private readonly waitsFor = el("h2", { tabindex: -1 });
  private stage = "";

  constructor(
    private readonly conference: Conference,
    private readonly devices: Devices,
    private readonly onAsk: (name: string) => void,
    onWithdraw: () => void,
  ) {
    for (let at = 0; at < LEVELS; at++) this.level.append(el("i"));
    this.form = el(
      "form",
      { class: "early-form", onsubmit: (event) => this.submit(event) },
      el("p", {}, el("label", { for: "name" }, say("name")), this.name),
      el("p", {}, el("label", { for: "microphone" }, say("microphone")), this.microphone),
      this.level,
      el("p", {}, el("label", { for: "camera" }, say("camera")), this.camera),
      this.problem,
      el("p", { class: "early-door" }, this.door),
      el("p", {}, el("a", { href: "/meet/test", target: "_blank" }, say("test"))),
    );
    this.waits.append(
      this.waitsFor,
      el("p", {}, say("lobby-text")),
      el("p", {}, el("button", { type: "button", class: "quiet", onclick: onWithdraw }, say("withdraw"))),
    );
    const preview = el("div", { class: "preview" }, this.video, this.blank, el("div", { class: "preview-bar" }, this.sound, this.picture));
    const head = el("header", { class: "early-head" }, this.title, this.times, this.seat, this.profile);
    const about = el("section", { class: "early-about", "aria-labelledby": "early-agenda" }, el("h2", { id: "early-agenda" }, say("agenda")), this.agenda);
    this.root.append(head, el("div", { class: "early-main" }, preview, el("div", { class: "early-side" }, this.form, this.waits, this.network)), about);
    void this.devices.openSound().then(() => this.devices.openPicture()).then(() => this.list());
    setInterval(() => this.measure(), 100);
  }

  render(room: Room, stage: "early" | "lobby" | "returning", language: string): void {
    const own = this.conference.own;
    const party = own && partyOf(room, own);
    put(this.title, room.title);
    const { zone } = room;
    const times = { from: timeIn(zone, room.starts_at, language), to: timeIn(zone, room.ends_at, language), city: cityOf(zone) };
    put(this.times, `${dayIn(zone, room.starts_at, language)}, ${say("times", times)}`);
    put(this.seat, [party?.name, own?.title].filter(Boolean).join(" · "));
    this.seat.style.setProperty("--party", party?.colour ?? "#888");
    put(this.profile, say(room.profile === "closed" ? "closed-explained" : "open-explained"));
    this.showAgenda(room);
    if (!this.name.value && own?.name) this.name.value = own.name;
    put(this.door, say(own?.chair ? "enter" : "ask"));
    const waits = stage !== "early";
    show(this.form, !waits);
    show(this.waits, waits);
    put(this.waitsFor, say(stage === "returning" ? "returning" : "lobby"));
    const reason = this.conference.trouble || this.conference.reason;
    put(this.problem, reason === "refused" ? say("was-refused") : reason);
    show(this.problem, !waits && reason !== "");
    put(this.network, say(this.conference.holds ? "line-holds" : "line-lost"));
    this.network.toggleAttribute("data-lost", !this.conference.holds);
    this.door.disabled = !this.conference.holds;
    this.showDevices();
    if (stage !== this.stage && this.stage !== "") (waits ? this.waitsFor : this.name).focus();
    this.stage = stage;
  }

  private showAgenda(room: Room): void {
    const wanted = room.agenda.map(({ title, minutes }) => [title, say("minutes", { count: minutes })] as const);
    if (wanted.map(([title]) => title).join("\n") === this.agenda.dataset["told"]) return;
    this.agenda.dataset["told"] = wanted.map(([title]) => title).join("\n");
    this.agenda.replaceChildren(...wanted.map(([title, minutes]) => el("li", {}, el("span", {}, title), el("small", {}, minutes))));
  }

  private showDevices(): void {
    const { picture, sound, troubles } = this.devices;
    const isSame = (this.video.srcObject as MediaStream | null)?.getTracks()[0] === picture;
    if (!isSame || (this.video.srcObject !== null) !== (picture !== null)) {
      this.video.srcObject = picture ? new MediaStream([picture]) : null;
    }
    const trouble = troubles.picture ? say(`camera-${troubles.picture}`) : say("camera-off");
    show(this.blank, picture === null);
    put(this.blank, trouble);
    name(this.sound, sound !== null, say(troubles.sound ? `microphone-${troubles.sound}` : "microphone-off"), say("microphone-on"));
    name(this.picture, picture !== null, say("camera-off"), say("camera-on"));
    this.conference.meter.listen("preview", sound);
  }

  private measure(): void {
    if (!this.root.isConnected) return;
    const loud = this.conference.meter.levels().get("preview") ?? 0;
    const bars = Math.min(LEVELS, Math.round(Math.sqrt(loud * 4) * LEVELS));
    set(this.level, "aria-valuenow", String(bars));
    for (const [at, bar] of [...this.level.children].entries()) bar.toggleAttribute("data-on", at < bars);
  }

  private async list(): Promise<void> {
    for (const [select, kind, chosen] of [
      [this.microphone, "audioinput", this.devices.choice.microphone],
      [this.camera, "videoinput", this.devices.choice.camera],
    ] as const) {
      const devices = await this.devices.list(kind);
      const options = devices.map(({ deviceId, label }, at) => el("option", { value: deviceId }, label || say("device", { number: at + 1 })));
      select.replaceChildren(...(options.length > 0 ? options : [el("option", { value: "" }, say("device-none"))]));
      if (devices.some(({ deviceId }) => deviceId === chosen)) select.value = chosen;
    }
  }

  private toggleSound(): void {
    this.conference.meter.resume();
    if (this.devices.sound) this.devices.closeSound();
    else void this.devices.openSound().then(() => this.list());
  }

  private togglePicture(): void {
    if (this.devices.picture) this.devices.closePicture();
    else void this.devices.openPicture().then(() => this.list());
  }

  private submit(event: Event): void {
    event.preventDefault();
    this.conference.meter.resume();
    const name = this.name.value.trim();
    if (name) this.onAsk(name);
    else this.name.focus();
  }
}

/** Says of a switch whether it is on; its look follows. */
export function name(button: HTMLButtonElement, isOn: boolean, off: string, on: string): void {
  set(button, "aria-pressed", String(isOn));
  put(button.querySelector("span")!, isOn ? on : off);
}
