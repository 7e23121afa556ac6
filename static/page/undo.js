// Edits that change more than one sees at once: a message offers the version before them.
import { toast } from './toast.js';

const TOLD = { split: 'The scene was split.', merge: 'The scenes were merged.', restore: 'The earlier version is back.', like: 'The boxes follow the clip.' };

/** Offer to take back such an edit; `send(op)` sends what does so. */
export function offerUndo(op, revision, send) {
  if (TOLD[op.op]) toast(TOLD[op.op], { action: undoing(revision - 1, send) });
}

/** The button that brings a revision back. */
export function undoing(revision, send) {
  return { words: 'Undo', run: () => send({ op: 'restore', revision }) };
}
