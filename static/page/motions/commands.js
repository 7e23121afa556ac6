// What the keys do while clips are looked through, and where the arrows lead. Nothing of the page is in it.
const KEYS = {
  p: 'approved', x: 'rejected', u: 'undecided', c: 'crop',
  ArrowRight: 'next', ArrowLeft: 'previous', ArrowDown: 'below', ArrowUp: 'above', Home: 'first', End: 'last',
};
const DECISIONS = ['approved', 'rejected', 'undecided'];
const CONTROLS = ['button', 'summary', 'a'];

/** The keys in words, for the line below the clips. */
export const KEYS_TOLD = [['P', 'pick'], ['X', 'reject'], ['U', 'undecide'], ['← → ↑ ↓', 'move'], ['Space', 'play'], ['C', 'crop or whole']];

/**
 * Give what a key asks for ('' for nothing): a decision, a move, or 'crop'. `at` says what has the focus: 'clip', 'words'
 * (a field, which keeps its keys), or the name of another element.
 */
export function commandOf({ key, ctrlKey = false, metaKey = false, altKey = false }, at = 'clip') {
  if (at === 'words' || ctrlKey || metaKey || altKey) return '';
  const command = KEYS[key.length === 1 ? key.toLowerCase() : key] || '';
  return isMove(command) && CONTROLS.includes(at) ? '' : command;
}

/** Whether a command decides on a clip. */
export function isDecision(command) {
  return DECISIONS.includes(command);
}

/** Whether a command goes to another clip. */
export function isMove(command) {
  return Boolean(command) && command !== 'crop' && !isDecision(command);
}

/** Give the place a move leads to, of `count` clips that stand in rows of `columns`; it stays where there is no other. */
export function moved(at, command, count, columns) {
  const to = { next: at + 1, previous: at - 1, below: at + columns, above: at - columns, first: 0, last: count - 1 }[command];
  return to === undefined || to < 0 || to >= count ? at : to;
}
