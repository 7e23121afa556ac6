// What may be expected of a box, by what was measured.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeBox, placeOf } from '../../../static/editor/obedience.js';

const row = (kind, more, count = 100) => ({ colour: 0.5, kind, iou: 0.6, count, ...more });
const table = {
  all: row(0.8),
  height: [row(0.25, { from: 0, to: 0.35 }), row(0.75, { from: 0.35, to: 0.5 }), row(0.97, { from: 0.5, to: 1 })],
  place: [row(0.9, { place: 'middle centre' }), row(0.65, { place: 'bottom left' }), row(0.1, { place: 'top right' }, 19)],
  overlap: [row(0.96, { from: 0, to: 0.2 }), row(0.55, { from: 0.2, to: 1 })],
  min_count: 20,
};
const tall = [0.4, 0.1, 0.6, 0.9];

test('a small box is hard to obey, with the figures and what to do', () => {
  assert.deepEqual(judgeBox([0.4, 0.4, 0.6, 0.6], [], table), {
    level: 'poor',
    reason: 'Small boxes are hard to obey: under 35 % of the height the right figure stood there in 25 of 100 tries. Make it taller.',
  });
});

test('the lowest of height, place and overlap counts', () => {
  assert.deepEqual(judgeBox(tall, [], table).level, 'good');
  assert.match(judgeBox(tall, [], table).reason, /stood there in 90 of 100 tries\.$/);
  assert.equal(judgeBox([0.4, 0.3, 0.6, 0.7], [], table).level, 'fair');
  const left = judgeBox([0, 0.4, 0.2, 1], [], table);
  assert.equal(left.level, 'poor');
  assert.match(left.reason, /^At the bottom left of the picture the right figure stood there in 65 /);
});

test('the box most over this one counts, by the smaller area', () => {
  const over = judgeBox(tall, [[0, 0, 0.41, 1], [0.45, 0.4, 0.55, 0.6]], table);
  assert.equal(over.level, 'poor');
  assert.match(over.reason, /^Boxes over each other are hard to obey: with over 20 % shared .* Move them apart\.$/);
  assert.equal(judgeBox(tall, [[0, 0, 0.41, 1]], table).level, 'good');
});

test('too few tries say nothing, and nothing measured is unknown', () => {
  assert.equal(judgeBox([0.8, 0, 1, 0.6], [], table).level, 'good');
  assert.equal(judgeBox(tall, [], null).level, 'unknown');
  assert.equal(judgeBox(tall, [], { ...table, min_count: 101 }).level, 'unknown');
});

test('borders: a row takes its lower end, the last one its upper end too', () => {
  assert.equal(judgeBox([0.4, 0.3, 0.6, 0.3 + 0.35], [], table).level, 'fair');
  assert.equal(judgeBox([0.4, 0, 0.6, 1], [], table).level, 'good');
  assert.equal(judgeBox([0.4, -0.2, 0.6, 1.2], [], table).level, 'good');
});

test('a box stands in the ninth its centre is in', () => {
  assert.equal(placeOf([0.1, 0.7, 0.3, 0.9]), 'bottom left');
  assert.equal(placeOf([0.4, 0.4, 0.6, 0.6]), 'middle centre');
  assert.equal(placeOf([0.9, -0.4, 1.4, 0.1]), 'top right');
});
