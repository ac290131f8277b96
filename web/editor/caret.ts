// The caret stays where it was just put, whatever others do in the same moment.
import type { EditorView } from "prosemirror-view";

/**
 * A browser tells a moment late that the caret was moved. If somebody else's change is shown in
 * between, prosemirror-view puts the caret back to where it knew it, and what is typed next lands
 * there. So it is to look before. Others' cursors are shown a task later: there patches.mjs has it
 * look once more.
 */
export function lookWhereTheCaretIs(view: EditorView): void {
  if (!view.isDestroyed) (view as unknown as Observed).domObserver.flush();
}

/** What prosemirror-view keeps to itself: reads from the page what it has not been told yet. */
interface Observed {
  domObserver: { flush(): void };
}
