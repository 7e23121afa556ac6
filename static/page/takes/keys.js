// The keys of the window that shows takes side by side, for it and for the sheet of keys.

/** The group for the sheet: its name, and each key with its words. */
export const TAKES_KEYS = ['Takes side by side', [
  ['Space', 'Play or stand'],
  ['1 to 6', 'Use that take'],
  ['← or →', 'The keyframe before or after'],
  ['B', 'Boxes over the pictures'],
]];

/** Give what a key does there: `{does: 'play'|'boxes'}`, `{does: 'use', at}`, `{does: 'step', by}`; null where it does nothing. */
export function takesKey({ key, ctrlKey, metaKey, altKey, target }) {
  if (ctrlKey || metaKey || altKey) return null;
  const busy = target.matches?.('input[type=range], select, textarea, input[type=number]');
  if (key === ' ') return target.matches?.('button, input, select, textarea, summary') ? null : { does: 'play' };
  if (/^[1-6]$/.test(key)) return busy && !target.matches('input[type=range]') ? null : { does: 'use', at: Number(key) - 1 };
  if (key === 'ArrowLeft' || key === 'ArrowRight') return busy ? null : { does: 'step', by: key === 'ArrowLeft' ? -1 : 1 };
  return key.toLowerCase() === 'b' ? { does: 'boxes' } : null;
}
