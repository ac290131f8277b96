/** Puts a floating element below `at`, or above it where there is no room, and within the window. */
export function place(floating: HTMLElement, at: { left: number; top: number; bottom: number }): void {
  const margin = 8;
  // Of the visible part: a phone's keyboard covers the rest.
  const width = visualViewport?.width ?? innerWidth;
  const height = visualViewport?.height ?? innerHeight;
  const { offsetWidth, offsetHeight } = floating;
  const left = Math.max(margin, Math.min(at.left, width - offsetWidth - margin));
  const below = at.bottom + 6;
  const above = at.top - 6 - offsetHeight;
  const fits = below + offsetHeight + margin <= height || above < margin;
  const top = fits ? Math.max(margin, Math.min(below, height - offsetHeight - margin)) : above;
  floating.style.setProperty("left", `${left}px`);
  floating.style.setProperty("top", `${top}px`);
}
