// Edits that could not be sent before the page or the story was left: kept for this tab, sent when the story is opened again.
const PREFIX = 'studio.unsent.';

/** Keep edits of a story, `[{op, deed, base}]`; those kept before go first. */
export function keepUnsent(project, edits) {
  if (!edits.length) return;
  try {
    const known = new Set(edits.map(({ op }) => op.stamp));
    const before = read(project).filter(({ op }) => !known.has(op.stamp));
    sessionStorage.setItem(PREFIX + project, JSON.stringify([...before, ...edits]));
  } catch {
    // storage is refused or full: they were on their way at least
  }
}

/** Give the edits kept of a story and forget them. */
export function takeUnsent(project) {
  const edits = read(project);
  try {
    sessionStorage.removeItem(PREFIX + project);
  } catch {
    // storage is refused: there were none
  }
  return edits;
}

/** The story goes on under another id, whose revisions count anew. */
export function moveUnsent(from, to) {
  keepUnsent(to, takeUnsent(from).map(({ op, deed }) => ({ op, deed })));
}

function read(project) {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + project) || '[]');
  } catch {
    return [];
  }
}
