// @ts-check
// The editor's keys: which command each calls, and the words for the sheet of keys.

/**
 * @typedef {Object} KeyLike  a KeyboardEvent, or what matters of one
 * @property {string} key
 * @property {boolean} [ctrlKey]
 * @property {boolean} [metaKey]
 * @property {boolean} [shiftKey]
 * @property {boolean} [altKey]
 * @property {(name: string) => boolean} [getModifierState]
 */

/** @typedef {{command: string, keys: string[], words: string, group: string}} Binding  keys as shown: 'Ctrl+Shift+Z' */

/** @typedef {[string, string[], string]} Row  command, keys, words */

/** @param {string} name @param {Row[]} rows @returns {Binding[]} */
function group(name, rows) {
  return rows.map(([command, keys, words]) => ({ command, keys, words, group: name }));
}

/** Every command that has a key, in the order of the sheet. */
export const BINDINGS = [
  ...group('Keyframes', [
    ['previous-keyframe', ['D', ','], 'Previous keyframe'],
    ['next-keyframe', ['F', '.'], 'Next keyframe'],
    ...[1, 2, 3, 4, 5, 6].map((n) => /** @type {Row} */ ([`keyframe-${n}`, [`${n}`], `Keyframe ${n}`])),
    ['previous-key', ['E'], 'Previous key of this box'],
    ['next-key', ['R'], 'Next key of this box'],
    ['play', ['Space'], 'Play or pause the animatic'],
  ]),
  ...group('This box', [
    ['toggle-key', ['K'], 'Set or clear the key here'],
    ['toggle-visible', ['O'], 'Hide from here, or show again'],
    ['toggle-lock', ['L'], 'Lock or unlock'],
    ['toggle-hide', ['H'], 'Hide while editing, or show'],
    ['toggle-lock-all', ['Shift+L'], 'Lock or unlock all boxes'],
    ['toggle-hide-all', ['Shift+H'], 'Hide all boxes while editing, or show them'],
    ['delete-key', ['Delete'], 'Clear the key here'],
    ['delete-region', ['Shift+Delete'], 'Remove the box from the scene'],
    ['send-back', ['-'], 'One layer back'],
    ['bring-forward', ['='], 'One layer forward'],
    ['draw', ['N'], 'Draw a box'],
  ]),
  ...group('Place and size', [
    ...['left', 'right', 'up', 'down'].flatMap((way) => /** @type {Row[]} */ ([
      [`nudge-${way}`, [arrow(way)], `Move ${way} by 1 percent`],
      [`nudge-${way}-far`, [`Shift+${arrow(way)}`], `Move ${way} by 10 percent`],
    ])),
    ['grow', [']'], 'Larger'],
    ['grow-far', ['Shift+]'], 'Much larger'],
    ['shrink', ['['], 'Smaller'],
    ['shrink-far', ['Shift+['], 'Much smaller'],
  ]),
  ...group('Copying', [
    ['copy', ['Ctrl+C'], 'Copy the box'],
    ['paste', ['Ctrl+V'], 'Paste the box here'],
    ['paste-following', ['Ctrl+Shift+V'], 'Paste here and at all following keyframes'],
    ['duplicate', ['Ctrl+D'], 'Duplicate the box with its path'],
    ['copy-following', ['Ctrl+B'], 'Copy the box to all following keyframes'],
    ['undo', ['Ctrl+Z'], 'Undo'],
    ['redo', ['Ctrl+Shift+Z', 'Ctrl+Y'], 'Redo'],
  ]),
  ...group('View', [
    ['toggle-snap', ['S'], 'Snapping on or off'],
    ['toggle-guides', ['G'], 'Guides on or off'],
    ['onion-skin', ['Shift+O'], 'Show the keyframes before and after'],
    ['zoom-fit', ['0'], 'Fit the picture'],
    ['keys', ['?'], 'This sheet'],
    ['cancel', ['Escape'], 'Stop what is going on'],
  ]),
];

/** @param {string} way */
function arrow(way) {
  return `Arrow${way[0].toUpperCase()}${way.slice(1)}`;
}

/** Other names of the same keys: what Shift makes of them, and what keyboards without Delete have. */
const SAME = new Map(Object.entries({
  ' ': 'Space', '{': '[', '}': ']', '+': '=', _: '-', Backspace: 'Delete', Spacebar: 'Space',
}));
const COMMANDS = new Map(BINDINGS.flatMap(({ command, keys }) => keys.map((key) => [key, command])));

/**
 * The command of a key press; null if the editor has none for it.
 * @param {KeyLike} event
 * @returns {string|null}
 */
export function commandOf(event) {
  const typed = event.getModifierState?.('AltGraph') ?? false;
  const ctrl = (event.ctrlKey || event.metaKey) && !typed;
  if (event.altKey && !typed) return null;
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const name = SAME.get(key) ?? key;
  const held = `${ctrl ? 'Ctrl+' : ''}${event.shiftKey ? 'Shift+' : ''}`;
  const plain = event.shiftKey && !ctrl && isSign(key) ? COMMANDS.get(name) : undefined;
  return COMMANDS.get(held + name) ?? plain ?? null;
}

/**
 * Signs and digits that some keyboards need Shift for.
 * @param {string} key
 */
function isSign(key) {
  return '?=+-_,.0123456'.includes(key);
}

/**
 * The keys of a command as shown, '' if it has none: 'Ctrl+Shift+Z or Ctrl+Y'.
 * @param {string} command
 */
export function keysOf(command) {
  return BINDINGS.find((binding) => binding.command === command)?.keys.map(shownKey).join(' or ') ?? '';
}

/** @param {string} key */
export function shownKey(key) {
  return key.replace(/Arrow(Left|Right|Up|Down)/, (_, way) => (
    { Left: '←', Right: '→', Up: '↑', Down: '↓' })[/** @type {'Left'} */ (way)]);
}
