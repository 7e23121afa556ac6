// Snapping to lines of the frame and of other boxes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sameBox } from '../../../static/editor/geometry.js';
import { snap, targetsOf } from '../../../static/editor/snapping.js';

const targets = targetsOf();
const threshold = 0.02;
const near = (a, b) => assert.ok(sameBox(a, b), `${a} is not ${b}`);

test('moved near an edge of the frame, a box is caught and keeps its size', () => {
  const { box, guides } = snap([0.015, 0.1, 0.215, 0.43], { mode: 'move', targets, threshold });
  near(box, [0, 0.1, 0.2, 0.43]);
  assert.deepEqual(guides, [{ axis: 'x', at: 0 }]);
});

test('a centre is caught by the centre line, thirds by thirds, each axis by itself', () => {
  const { box, guides } = snap([0.41, 0.325, 0.61, 0.555], { mode: 'move', targets, threshold });
  near(box, [0.4, 1 / 3, 0.6, 1 / 3 + 0.23]);
  assert.deepEqual(guides, [{ axis: 'x', at: 0.5 }, { axis: 'y', at: 1 / 3 }]);
});

test('of two lines in reach, the nearest catches', () => {
  const { box } = snap([0.01, 0.1, 0.338, 0.2], { mode: 'move', targets, threshold });
  near(box, [0.01 - 0.338 + 1 / 3, 0.1, 1 / 3, 0.2]);
  near(snap([0.004, 0.1, 0.344, 0.2], { mode: 'move', targets, threshold }).box, [0, 0.1, 0.34, 0.2]);
});

test('resized, only the edges that are pulled are caught', () => {
  const { box, guides } = snap([0.01, 0.01, 0.49, 0.66], { mode: 'e', targets, threshold });
  near(box, [0.01, 0.01, 0.5, 0.66]);
  assert.deepEqual(guides, [{ axis: 'x', at: 0.5 }]);
  near(snap([0.01, 0.01, 0.49, 0.66], { mode: 'nw', targets, threshold }).box, [0, 0, 0.49, 0.66]);
});

test('out of reach nothing is caught; each axis may have a reach of its own', () => {
  const free = [0.03, 0.03, 0.23, 0.21];
  assert.deepEqual(snap(free, { mode: 'move', targets, threshold }), { box: free, guides: [] });
  near(snap(free, { mode: 'move', targets, threshold: [0.01, 0.04] }).box, [0.03, 0, 0.23, 0.18]);
});

test('other boxes catch by edges and centre', () => {
  const others = targetsOf([[0.1, 0.2, 0.38, 0.84]]);
  const { guides } = snap([0.375, 0.77, 0.6, 0.92], { mode: 'move', targets: others, threshold: 0.006 });
  assert.deepEqual(guides, [{ axis: 'x', at: 0.38 }, { axis: 'y', at: 0.84 }]);
});
