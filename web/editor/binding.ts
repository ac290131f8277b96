// ProseMirror on Yjs. It is imported from here alone, because the bundle mends something in it; see
// patches.mjs.
export {
  absolutePositionToRelativePosition, prosemirrorJSONToYXmlFragment, redo, redoCommand,
  relativePositionToAbsolutePosition, undo, undoCommand, yCursorPlugin, ySyncPlugin,
  ySyncPluginKey, yUndoPlugin, yUndoPluginKey, yXmlFragmentToProseMirrorRootNode,
} from "y-prosemirror";
