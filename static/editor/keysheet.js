// @ts-check
// The sheet of keys, opened with "?".
import { el } from '../page/dom.js';
import { BINDINGS, shownKey } from './keymap.js';

const POINTER = [
  ['Drag a box', 'Move it here; the moments around follow'],
  ['Shift + drag', 'Move the whole path'],
  ['Alt + drag', 'Change this keyframe alone'],
  ['Drag a handle', 'Resize; Shift keeps the shape, Alt keeps the centre'],
  ['Drag on empty stage', 'Draw a box'],
  ['Shift + drag on empty stage', 'Choose several boxes'],
  ['Shift + click', 'Add to the choice, or take away'],
  ['Alt + click', 'The box below'],
  ['Ctrl while dragging', 'No snapping'],
  ['Ctrl + wheel, two fingers', 'Zoom and pan'],
  ['Right button, long press', 'Menu of a box'],
];

/** Keys that are not the editor's own, or that go by their place on the keyboard. */
const MORE = [
  ['Alt+[ or Alt+]', 'The box before or after'],
  ['Enter on a diamond', 'Set a key there'],
];

/** @typedef {[string, string[][]]} Group a name and its keys, each with its words */

/** The sheet; `around` are the keys of the page around the editor, which stand first. */
export class KeySheet {
  constructor(/** @type {Group[]} */ around = []) {
    const close = el('button', { type: 'button', class: 'quiet', text: 'Close' });
    const groups = [...Map.groupBy(BINDINGS, ({ group }) => group)].map(([name, rows]) => section(name,
      rows.map(({ keys, words }) => [keys.map(shownKey).join(' or '), words])));
    this.root = el('dialog', { class: 'key-sheet', 'aria-label': 'All keys' },
      el('header', {}, el('h2', { text: 'Keys' }), close),
      el('p', { text: 'Those of the editor act while it has the focus and nobody is typing.' }),
      el('div', { class: 'sheet-groups' }, ...around.map(([name, rows]) => section(name, rows)), section('Mouse, pen and fingers', POINTER), ...groups, section('Also', MORE)));
    const dialog = /** @type {HTMLDialogElement} */ (this.root);
    close.addEventListener('click', () => dialog.close());
    dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
    dialog.addEventListener('keydown', (event) => event.stopPropagation());
  }

  open() {
    /** @type {HTMLDialogElement} */ (this.root).showModal();
  }
}

function section(/** @type {string} */ name, /** @type {string[][]} */ rows) {
  return el('section', {}, el('h3', { text: name }),
    el('dl', {}, ...rows.map(([keys, words]) => el('div', {}, el('dt', { text: keys }), el('dd', { text: words })))));
}
