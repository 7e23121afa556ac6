// What the visible half works out without a page: cells of the table, the animatic's times, commands.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ringOf } from '../../../static/editor/boxview.js';
import { keyEdit, nextKey } from '../../../static/editor/commands.js';
import { pathTime, programme } from '../../../static/editor/player.js';
import { cellWords, readCell } from '../../../static/editor/table.js';

const key = (box) => ({ box, visible: true, ease: 'linear' });
const KEYS = [key([0.1, 0.2, 0.4, 0.9]), null, null, key([0.4, 0.2, 0.7, 0.9]), null, null];
const STAGE = { rows: 6, columns: 9, fps: 8, num_frames: 25, seconds: 3 };
const MIA = { id: 'mia', name: 'Mia', layer: 2, locked: false, keys: KEYS };

test('a cell says left, top, width and height, and nothing where there is no box', () => {
  assert.equal(cellWords(KEYS, 0), '10 20 30 70');
  assert.equal(cellWords(KEYS, 1), '20 20 30 70');
  assert.equal(cellWords(KEYS, 5), '');
});

test('a cell is read with signs, commas and spaces, and refused otherwise', () => {
  assert.deepEqual(readCell(' 12,5%  30 20 55 '), [12.5, 30, 20, 55]);
  for (const words of ['', '1 2 3', '1 2 3 four', '1 2 0 4', '1 2 3 -4', '1 2 3 4 5']) assert.equal(readCell(words), null);
});

test('each scene plays as long as the take, or as its narration needs', () => {
  const scenes = [{ reading: { seconds: 7 } }, { reading: { seconds: 2 } }, {}];
  assert.deepEqual(programme(scenes, STAGE).map(({ from, seconds }) => [from, seconds]), [[0, 7], [7, 3], [10, 3]]);
  assert.deepEqual(programme(scenes, STAGE, false).map(({ seconds }) => seconds), [3, 3, 3]);
});

test('the animatic goes in steps of the frames and holds the last one', () => {
  assert.equal(pathTime(0, STAGE), 0);
  assert.equal(pathTime(0.124, STAGE), 0);
  assert.equal(pathTime(1.5, STAGE), (12 / 24) * 5);
  assert.equal(pathTime(99, STAGE), 5);
});

test('a nudge bends the path here, and says what it does', () => {
  const edit = keyEdit('nudge-right', [MIA], 1, STAGE);
  assert.equal(edit.label, 'move Mia right');
  assert.deepEqual(edit.patch.regions.mia.keys[1].box, [0.21, 0.2, 0.51, 0.9]);
  assert.equal(keyEdit('nudge-right', [MIA], 5, STAGE), null);
  assert.equal(keyEdit('toggle-key', [MIA, { ...MIA, id: 'fox' }], 0, STAGE).label, 'change the key of 2 boxes at keyframe 1');
});

test('copying ahead fills the keyframes after this one', () => {
  const { keys } = keyEdit('copy-following', [MIA], 3, STAGE).patch.regions.mia;
  assert.deepEqual(keys.map((one) => one && one.box[0]), [0.1, null, null, 0.4, 0.4, 0.4]);
});

test('the next key of a box is found, and the same one where there is none', () => {
  assert.deepEqual([nextKey(KEYS, 0, 1), nextKey(KEYS, 2, -1), nextKey(KEYS, 3, 1)], [3, 0, 3]);
});

test('light colours get a dark ring and dark ones a light ring', () => {
  assert.deepEqual(['#f3e3b0', '#2c3350', '#c8483c', '#ffffff'].map(ringOf), ['dark', 'light', 'light', 'dark']);
});
