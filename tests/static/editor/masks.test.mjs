// The token grid under boxes; that it is the renderer's is tested beside the Python code.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { masksOf, rasterise } from '../../../static/editor/masks.js';
import { key, path } from './making.mjs';

const drawn = (mask) => mask.map((row) => row.map((cell) => (cell ? '#' : '.')).join(''));

test('edges round to the nearest line, ties to the even one', () => {
  assert.deepEqual(drawn(rasterise([0.125, 0.375, 0.62, 0.8], 4, 4)), ['....', '....', '##..', '....']);
});

test('a thin box gets the one cell under it, on each axis', () => {
  assert.deepEqual(drawn(rasterise([0.3, 0.05, 0.32, 0.95], 3, 4)), ['.#..', '.#..', '.#..']);
  assert.deepEqual(drawn(rasterise([0.99, 0.99, 1.4, 1.4], 2, 2)), ['..', '.#']);
});

test('outside, inverted, flat or absent: nothing', () => {
  for (const box of [[-0.4, 0, 0, 1], [0.6, 0, 0.2, 1], [0.2, 0.5, 0.9, 0.5], null]) {
    assert.deepEqual(drawn(rasterise(box, 2, 3)), ['...', '...']);
  }
});

test('within a keyframe every latent frame holds its box', () => {
  const stage = { rows: 1, columns: 6, latent_frames: 7, keyframe_to_latent: [[0], [1], [2], [3], [4], [5, 6]] };
  const keys = path({ 1: key([0, 0, 0.5, 1]), 3: key([0.5, 0, 1, 1], { visible: false }), 5: key([0.5, 0, 1, 1]) });
  const still = path({ 0: key([0, 0, 1, 1]) });
  const masks = masksOf([{ keys }, { keys: still }], stage);
  assert.deepEqual(masks.map(([mask]) => drawn(mask)[0]),
    ['......', '###...', '###...', '......', '......', '...###', '...###']);
  assert.deepEqual(masks.map(([, mask]) => drawn(mask)[0]).slice(0, 2), ['######', '......']);
});
