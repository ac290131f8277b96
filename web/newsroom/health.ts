/** How a second of the channel went, as the server measured it. */
interface Sample {
  at: string;
  kilobits: number;
  frames: number;
  key_frames_apart: number;
  lost: number;
  behind: number;
  parts_late: number;
  speed: number | null;
  renditions: { name: string; behind: number }[];
}

interface Told {
  troubles: string[];
  on_air: boolean;
  watching: string;
  samples: Sample[];
}

/** So many seconds are plotted. */
const PLOTTED = 300;
const HEIGHT = 50;
/** Milliseconds between two looks, while somebody looks. */
const LOOKS = 2_000;

/** Plots how the channel does, and keeps saying what is wrong with it. */
export function showHealth(): void {
  const section = document.querySelector<HTMLElement>("[data-health]");
  if (!section) return;
  let samples: Sample[] = [];
  const look = async () => {
    if (document.hidden) return;
    const last = samples.at(-1);
    const query = last ? `?after=${encodeURIComponent(last.at)}` : "";
    try {
      const answer = await fetch(`${section.dataset["health"]}${query}`, { headers: { accept: "application/json" } });
      if (!answer.ok) return;
      const told = (await answer.json()) as Told;
      samples = [...samples, ...told.samples].slice(-PLOTTED);
      draw(section, samples);
      say(section, told);
    } catch {
      // The server is away for a moment; what is shown stays.
    }
  };
  void look();
  setInterval(() => void look(), LOOKS);
}

function draw(section: HTMLElement, samples: Sample[]): void {
  section.querySelector<HTMLElement>(".plots")!.hidden = samples.length === 0;
  for (const plot of section.querySelectorAll<HTMLElement>("[data-plot]")) {
    const name = plot.dataset["plot"]!;
    const values = samples.map((sample) => value(sample, name));
    const most = Math.max(...values.map((it) => it ?? 0), 0.001);
    const from = PLOTTED - values.length;
    const points = values.flatMap((it, at) => (it === null ? [] : [`${from + at},${round(HEIGHT * (1 - it / most))}`]));
    plot.querySelector("polyline")!.setAttribute("points", points.join(" "));
    const now = values.at(-1);
    const unit = plot.dataset["unit"] ?? "";
    plot.querySelector("output")!.value = now === null || now === undefined ? "–" : `${round(now).toLocaleString()} ${unit}`.trim();
    const sample = samples.at(-1);
    if (name === "renditions" && sample) {
      plot.title = sample.renditions.map((it) => `${it.name}: ${round(it.behind)} s`).join(", ");
    }
  }
}

function value(sample: Sample, name: string): number | null {
  if (name === "renditions") return Math.max(0, ...sample.renditions.map((it) => it.behind));
  return sample[name as "kilobits" | "speed"];
}

function round(number: number): number {
  return Math.round(number * 100) / 100;
}

function say(section: HTMLElement, told: Told): void {
  const place = section.querySelector<HTMLElement>("[data-troubles]")!;
  const good = told.on_air ? place.dataset["good"]! : place.dataset["off"]!;
  const sentences = told.troubles.length > 0 ? told.troubles : [good];
  const look = told.troubles.length > 0 ? "health-bad" : told.on_air ? "health-good" : "quiet";
  const lines = sentences.map((sentence) => {
    const line = document.createElement("p");
    line.className = look;
    line.textContent = sentence;
    return line;
  });
  const same = [...place.children].map((it) => it.textContent).join() === sentences.join();
  // A screen reader would say again what it has said.
  if (!same) place.replaceChildren(...lines);
  const watching = document.querySelector<HTMLElement>("[data-watching]");
  if (watching && watching.textContent !== told.watching) watching.textContent = told.watching;
}
