// @ts-check
// Keys of the editor: they act while the focus is in it and nobody is typing.
import { commandOf } from './keymap.js';

/** Commands for which holding the key down goes on and on. */
const REPEATS = /^(nudge|grow|shrink|previous|next)/;

/**
 * @param {import('./editor.js').Editor} editor @param {KeyboardEvent} event
 */
export function onKey(editor, event) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.defaultPrevented || isTyping(target) || (isButton(target) && ['Enter', ' '].includes(event.key))) return;
  const cycle = event.altKey && { BracketRight: 'next-box', BracketLeft: 'previous-box' }[event.code];
  const command = cycle || commandOf(event) || (isMenuKey(event) ? 'menu' : null);
  if (command === 'copy' && !(document.getSelection()?.isCollapsed ?? true)) return; // words are chosen: the browser copies them
  if (!command || (event.repeat && !REPEATS.test(command))) return;
  if (command === 'cancel' && !editor.chores.cancel()) return;
  event.preventDefault();
  event.stopPropagation();
  if (command !== 'cancel') editor.run(command);
}

/** Whether a key belongs to what has the focus. */
function isTyping(/** @type {HTMLElement} */ target) {
  const box = target instanceof HTMLInputElement && ['checkbox', 'file'].includes(target.type);
  return !box && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));
}

function isButton(/** @type {HTMLElement} */ target) {
  return ['BUTTON', 'SUMMARY', 'INPUT'].includes(target.tagName);
}

function isMenuKey(/** @type {KeyboardEvent} */ event) {
  return event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey);
}
