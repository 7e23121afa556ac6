// Edits that change more than one scene: no editor can take them back, so a message offers the version before.
import { toast } from './toast.js';

const TOLD = { split: 'The scene was split.', merge: 'The scenes were merged.', restore: 'The earlier version is back.' };

/** Offer to take back what changed more than one scene; `send(op)` sends what does so. */
export function offerUndo(op, revision, send) {
  if (TOLD[op.op]) toast(TOLD[op.op], { action: undoing(revision - 1, send) });
}

/** The button that brings a revision back. */
export function undoing(revision, send) {
  return { words: 'Undo', run: () => send({ op: 'restore', revision }) };
}
