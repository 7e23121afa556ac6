// Which clips are shown, which one is next after a decision, and how many were decided. Nothing of the page is in it.

/** The ways to look through clips: the name of each, and its words. */
export const FILTERS = [['all', 'All'], ['undecided', 'Undecided'], ['approved', 'Picked'], ['rejected', 'Rejected']];

/** Give the clips that a filter shows, in their order. */
export function filtered(clips, filter) {
  return filter === 'all' ? clips : clips.filter((clip) => decisionOf(clip) === filter);
}

/** Give what was decided of a clip: 'approved', 'rejected' or 'undecided'. */
export function decisionOf({ verdict }) {
  return verdict || 'undecided';
}

/** Say a decision as the page does: 'picked', 'rejected' or 'undecided'. */
export function decisionWords(decision) {
  return new Map(FILTERS).get(decision).toLowerCase();
}

/** Give the clips with another decision on one of them; the verdict of 'undecided' is null. */
export function decided(clips, id, decision) {
  const verdict = decision === 'undecided' ? null : decision;
  return clips.map((clip) => (clip.id === id ? { ...clip, verdict } : clip));
}

/**
 * Give the id of the clip to go to after a decision on `id`: with `advance` the next undecided one, from the first again
 * after the last; else the same, or, where the filter shows it no more, its neighbour. '' where none is left.
 */
export function nextAfter(before, after, id, advance) {
  const at = before.findIndex((clip) => clip.id === id);
  const round = [...before.slice(at + 1), ...before.slice(0, Math.max(0, at))].map((clip) => after.find((one) => one.id === clip.id));
  const undecided = round.find((clip) => clip && decisionOf(clip) === 'undecided');
  if (advance && undecided) return undecided.id;
  if (after.some((clip) => clip.id === id)) return id;
  const following = [...before.slice(at + 1), ...before.slice(0, Math.max(0, at)).reverse()];
  const neighbour = following.find((clip) => after.some((one) => one.id === clip.id));
  return neighbour ? neighbour.id : '';
}

/** Count the clips of each filter. */
export function tally(clips) {
  return Object.fromEntries(FILTERS.map(([name]) => [name, filtered(clips, name).length]));
}
