// The editor's keys.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BINDINGS, commandOf, keysOf } from '../../../static/editor/keymap.js';

const press = (key, more = {}) => commandOf({ key, ...more });
const shiftKey = true;
const ctrlKey = true;

test('every key on the sheet calls its command, and no key calls two', () => {
  const all = BINDINGS.flatMap(({ command, keys }) => keys.map((name) => [name, command]));
  assert.equal(new Set(all.map(([name]) => name)).size, all.length);
  for (const [name, command] of all) {
    const parts = name.split('+');
    const key = parts.at(-1).length === 1 ? parts.at(-1).toLowerCase() : parts.at(-1);
    const event = { key: key === 'Space' ? ' ' : key, ctrlKey: parts.includes('Ctrl'), shiftKey: parts.includes('Shift') };
    assert.equal(commandOf(event), command, name);
  }
});

test('letters are what CVAT has them for', () => {
  assert.deepEqual('dferkolhn'.split('').map((key) => press(key)), ['previous-keyframe', 'next-keyframe', 'previous-key',
    'next-key', 'toggle-key', 'toggle-visible', 'toggle-lock', 'toggle-hide', 'draw']);
});

test('Shift makes ten of one, and other commands of letters', () => {
  assert.equal(press('ArrowLeft', { shiftKey }), 'nudge-left-far');
  assert.equal(press('}', { shiftKey }), 'grow-far');
  assert.equal(press('O', { shiftKey }), 'onion-skin');
  assert.equal(press('Delete', { shiftKey }), 'delete-region');
  assert.equal(press('K', { shiftKey }), null);
});

test('Ctrl and Command are one', () => {
  assert.equal(press('z', { ctrlKey }), 'undo');
  assert.equal(press('z', { metaKey: true }), 'undo');
  assert.equal(press('Z', { ctrlKey, shiftKey }), 'redo');
  assert.equal(press('y', { ctrlKey }), 'redo');
});

test('what the browser owns is left to it', () => {
  for (const key of ['w', 't', 'n', 'r', 's', '0', '1', '-', '=', 'Tab']) assert.equal(press(key, { ctrlKey }), null, key);
  assert.equal(press('d', { altKey: true }), null);
});

test('other keyboards: signs behind Shift and AltGr, and a Backspace', () => {
  assert.equal(press('?', { shiftKey }), 'keys');
  assert.equal(press('+', { shiftKey }), 'bring-forward');
  assert.equal(press('3', { shiftKey }), 'keyframe-3');
  assert.equal(press('[', { ctrlKey, altKey: true, getModifierState: (name) => name === 'AltGraph' }), 'shrink');
  assert.equal(press('Backspace'), 'delete-key');
});

test('keys are shown as words', () => {
  assert.equal(keysOf('redo'), 'Ctrl+Shift+Z or Ctrl+Y');
  assert.equal(keysOf('nudge-up-far'), 'Shift+↑');
  assert.equal(keysOf('nothing'), '');
});
