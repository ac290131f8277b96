/** The photo desk's field for many files: each is sent by itself, with its progress and its end. */
export function uploadPhotos(): void {
  const place = document.querySelector<HTMLElement>("[data-upload]");
  const input = place?.querySelector<HTMLInputElement>("input[type=file]");
  const list = place?.querySelector<HTMLElement>("[data-uploads]");
  if (!place || !input || !list) return;
  place.hidden = false;
  input.addEventListener("change", async () => {
    const files = [...(input.files ?? [])];
    input.value = "";
    for (const file of files) await send(file, list);
  });
}

/** One after the other: the server decodes few at a time. */
function send(file: File, list: HTMLElement): Promise<void> {
  const row = document.createElement("li");
  const name = document.createElement("span");
  const progress = document.createElement("progress");
  name.textContent = file.name;
  progress.max = 1;
  progress.setAttribute("aria-label", file.name);
  row.append(name, progress);
  list.append(row);
  return new Promise((settle) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/newsroom/photos");
    request.setRequestHeader("x-csrf", document.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content ?? "");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      progress.value = event.lengthComputable ? event.loaded / event.total : 0;
    });
    request.addEventListener("loadend", () => {
      const { id, error } = (request.response ?? {}) as { id?: string; error?: string };
      progress.remove();
      if (id) {
        const link = document.createElement("a");
        link.href = `/newsroom/photos/${id}`;
        link.textContent = list.dataset["done"] ?? "";
        row.append(link);
      } else {
        const said = document.createElement("strong");
        said.textContent = error ?? String(request.status);
        row.append(said);
      }
      settle();
    });
    request.send(file);
  });
}
