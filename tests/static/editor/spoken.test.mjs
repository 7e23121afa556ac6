// What is said of boxes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boxWords, changeWords, redoneWords, undoneWords } from '../../../static/editor/spoken.js';
import { key, path, region } from './making.mjs';

const keys = path({ 1: key([0, 0.1, 0.304, 0.65]), 3: key([0.4, 0.1, 0.704, 0.65], { visible: false }), 4: key([0.85, 0.1, 1.25, 0.65]) });
const mia = region('mia', keys, { name: 'Mia' });

test('a box is said with its place and size', () => {
  assert.equal(boxWords(mia, 2), 'Mia, keyframe 3 of 6, left third, 30 by 55 percent');
  assert.equal(boxWords(mia, 1), 'Mia, keyframe 2 of 6, left third, 30 by 55 percent, key');
  assert.equal(boxWords(mia, 4), 'Mia, keyframe 5 of 6, leaving on the right, 40 by 55 percent, key');
});

test('hidden, absent, locked and nameless are said', () => {
  assert.equal(boxWords(mia, 3), 'Mia, keyframe 4 of 6, hidden, key');
  assert.equal(boxWords(mia, 0), 'Mia, keyframe 1 of 6, not in the picture');
  assert.equal(boxWords({ ...mia, name: '', locked: true }, 0), 'Somebody, keyframe 1 of 6, not in the picture, locked');
});

test('keys of a gesture are said instead of the saved ones', () => {
  const middle = path({ 2: key([0.4, 0, 0.6, 0.333]) });
  assert.equal(boxWords(mia, 2, middle), 'Mia, keyframe 3 of 6, middle third, 20 by 33 percent, key');
});

test('changes are said with their way', () => {
  const moved = path({ 1: key([0.2, 0.05, 0.504, 0.6]) });
  assert.equal(changeWords(mia, 1, keys, moved), 'Mia moved up and right, keyframe 2 of 6, middle third, 30 by 55 percent, key');
  const wider = path({ 1: key([0, 0.1, 0.4, 0.65]) });
  assert.equal(changeWords(mia, 1, keys, wider), 'Mia resized, keyframe 2 of 6, left third, 40 by 55 percent, key');
  assert.equal(changeWords(mia, 1, moved, path({ 1: key([0.2, 0.05, 0.504, 0.6], { visible: false }) })), 'Mia, keyframe 2 of 6, hidden, key');
  assert.equal(changeWords(mia, 0, keys, path({ 0: key([0.7, 0, 0.9, 1]) })), 'Mia shown, keyframe 1 of 6, right third, 20 by 100 percent, key');
});

test('undo and redo name the step', () => {
  assert.equal(undoneWords('move Mia at keyframe 3'), 'Undone: move Mia at keyframe 3.');
  assert.equal(redoneWords('lock Mia'), 'Done again: lock Mia.');
});
