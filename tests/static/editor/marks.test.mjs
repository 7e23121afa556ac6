// Where findings show in the editor.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boxMark, markOf, momentMark } from '../../../static/editor/marks.js';

const finding = (severity, words, keyframe = null, region = null) => ({ key: words, severity, words, keyframe, region, fix: null });
const FINDINGS = [
  finding('warning', 'Mia is small.', 2, 'mia'), finding('warning', 'Mia says nothing.', null, 'mia'),
  finding('error', 'The fox is upside down.', 2, 'fox'), finding('hint', 'Somebody could wave.', 4, 'fox'), finding('warning', 'It is empty.', 5),
];

test('a box is marked for what is said of it here, or as a whole', () => {
  assert.equal(boxMark(FINDINGS, 'mia', 2).words, 'Mia is small. Mia says nothing.');
  assert.equal(boxMark(FINDINGS, 'mia', 3).words, 'Mia says nothing.');
  assert.equal(boxMark(FINDINGS, 'robot', 2), null);
});

test('a keyframe is marked for the gravest there, one key for its own box', () => {
  assert.deepEqual([momentMark(FINDINGS, 2).severity, momentMark(FINDINGS, 2).words], ['error', 'The fox is upside down.']);
  assert.equal(momentMark(FINDINGS, 2, 'mia').severity, 'warning');
  assert.equal(momentMark(FINDINGS, 5).words, 'It is empty.');
});

test('hints mark nothing', () => {
  assert.equal(momentMark(FINDINGS, 4), null);
  assert.equal(markOf([]), null);
});
