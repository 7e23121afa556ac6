// Where a film of the first page is: which cut, and at which moment of its scene.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeAt } from '../../../static/page/welcome/reel.js';

const CUTS = [
  { scene: 'dawn', from: 0, to: 4, at: 0, until: 6, pace: 2 },
  { scene: 'dusk', from: 4.5, to: 6, at: 1.5, until: 3, pace: 2 },
];

test('the moment goes on with the film', () => {
  assert.equal(placeAt(CUTS, 1.25).cut.scene, 'dawn');
  assert.equal(placeAt(CUTS, 1.25).moment, 2.5);
  assert.equal(placeAt(CUTS, 4.75).moment, 2);
});

test('a picture that is held has the last moment of what is shown', () => {
  assert.ok(Math.abs(placeAt(CUTS, 3.9).moment - 6) < 0.01);
  assert.ok(placeAt(CUTS, 3.9).moment < 6);
  assert.ok(Math.abs(placeAt(CUTS, 5.9).moment - 3) < 0.01);
});

test('between two scenes there are no boxes', () => {
  assert.equal(placeAt(CUTS, 4.2), null);
  assert.equal(placeAt(CUTS, 9), null);
});
