/** The point that every crop keeps: moved in the photo itself, and what it does to each shape shown at once. */
export function focalPoint(): void {
  const stage = document.querySelector<HTMLElement>("[data-focal]");
  const point = stage?.querySelector<HTMLButtonElement>("[data-focal-point]");
  const x = document.querySelector<HTMLInputElement>("#focal_x");
  const y = document.querySelector<HTMLInputElement>("#focal_y");
  if (!stage || !point || !x || !y) return;
  const photo = size(stage);
  const crops = [...document.querySelectorAll<HTMLElement>("[data-crop]")];

  const show = () => {
    const at = { x: percent(x.value), y: percent(y.value) };
    point.style.left = `${at.x}%`;
    point.style.top = `${at.y}%`;
    point.setAttribute("aria-label", `${point.dataset["label"]}: ${at.x} %, ${at.y} %`);
    for (const crop of crops) {
      const image = crop.querySelector("img");
      const shown = crop.dataset["crop"] === "card" ? cardPosition(at) : cropPosition(at, photo, size(crop));
      if (image) image.style.objectPosition = `${shown.x}% ${shown.y}%`;
    }
  };
  const move = (left: number, top: number) => {
    x.value = String(percent(left));
    y.value = String(percent(top));
    show();
  };
  const follow = (event: PointerEvent) => {
    const box = stage.getBoundingClientRect();
    move(((event.clientX - box.left) / box.width) * 100, ((event.clientY - box.top) / box.height) * 100);
  };

  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    stage.setPointerCapture(event.pointerId);
    point.focus({ preventScroll: true });
    follow(event);
  });
  stage.addEventListener("pointermove", (event) => {
    if (stage.hasPointerCapture(event.pointerId)) follow(event);
  });
  point.addEventListener("keydown", (event) => {
    const way = WAYS[event.key];
    if (!way) return;
    event.preventDefault();
    const step = event.shiftKey ? 10 : 1;
    move(percent(x.value) + way[0] * step, percent(y.value) + way[1] * step);
  });
  for (const field of [x, y]) field.addEventListener("input", show);
  for (const crop of crops) {
    const { width, height } = size(crop);
    const frame = crop.querySelector<HTMLElement>(".crop");
    if (frame) frame.style.aspectRatio = `${width} / ${height}`;
  }
  stage.dataset["focalLive"] = "";
  for (const part of [point, document.querySelector<HTMLElement>("[data-crops]")]) {
    if (part) part.hidden = false;
  }
  const hint = document.querySelector<HTMLElement>("[data-focal-hint]");
  if (hint) hint.hidden = false;
  show();
}

interface Point {
  x: number;
  y: number;
}

interface Size {
  width: number;
  height: number;
}

const WAYS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** As the server cuts: as near to having the point in the middle as the photo's edges allow. */
export function cropPosition(at: Point, photo: Size, shape: Size): Point {
  const part = (photo.width * shape.height) / (photo.height * shape.width);
  const along = (focal: number, window: number) => {
    if (window >= 1) return 50;
    const room = 1 - window;
    return (Math.min(Math.max(focal / 100 - window / 2, 0), room) / room) * 100;
  };
  return { x: along(at.x, 1 / part), y: along(at.y, part) };
}

/** As the pages' cards do, in steps of ten. */
function cardPosition(at: Point): Point {
  return { x: Math.round(at.x / 10) * 10, y: Math.round(at.y / 10) * 10 };
}

function size(of: HTMLElement): Size {
  return { width: Number(of.dataset["width"]), height: Number(of.dataset["height"]) };
}

function percent(value: string | number): number {
  return Math.min(Math.max(Math.round(Number(value)) || 0, 0), 100);
}
