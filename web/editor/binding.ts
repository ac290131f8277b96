// ProseMirror on Yjs. It is imported from here alone, because the bundle mends something in it; see
// patches.mjs.
export {
  prosemirrorJSONToYXmlFragment, redo, redoCommand, undo, undoCommand, yCursorPlugin, ySyncPlugin,
  ySyncPluginKey, yUndoPlugin, yUndoPluginKey, yXmlFragmentToProseMirrorRootNode,
} from "y-prosemirror";
