// Boxes: moved, resized and compared.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  boxOf, centreOf, clampBox, fromXywh, growBox, lerpBox, minSideOf, moveBox, resizeBox, roundBox, sameBox, sharedArea, toXywh, typedBox,
} from '../../../static/editor/geometry.js';
import { anyBox, dice } from './making.mjs';

const MIA = [0.2, 0.3, 0.5, 0.9];
const HANDLES = ['n', 'ne', 'e', 'se', 's', 'sw', 'w', 'nw'];
const near = (a, b) => assert.ok(sameBox(a, b, 1e-9), `${a} is not ${b}`);
const sides = ([x0, y0, x1, y1]) => [x1 - x0, y1 - y0];

test('a box goes between any two corners', () => {
  assert.deepEqual(boxOf(0.7, 0.1, 0.2, 0.4), [0.2, 0.1, 0.7, 0.4]);
});

test('a token of the grid is the least side', () => {
  assert.deepEqual(minSideOf({ rows: 4, columns: 8 }), { width: 0.125, height: 0.25 });
});

test('a move keeps the size', () => near(moveBox(MIA, 0.1, -0.2), [0.3, 0.1, 0.6, 0.7]));

test('a move stops while a quarter of the least side is to be seen', () => {
  const min = { width: 0.08, height: 0.2 };
  near(moveBox(MIA, -2, 0, min), [-0.28, 0.3, 0.02, 0.9]);
  near(moveBox(MIA, 0, 2, min), [0.2, 0.9, 0.5, 1.5]);
  near(moveBox([0.1, 0.1, 0.3, 0.2], 2, 2, min), [0.98, 0.95, 1.18, 1.05]);
});

test('a box that is already out of the frame does not jump in', () => {
  const out = [-0.4, 0.2, -0.1, 0.8];
  near(moveBox(out, -0.05, 0), out);
  near(moveBox(out, 0.05, 0), [-0.35, 0.2, -0.05, 0.8]);
});

test('each handle pulls its own edges only', () => {
  const pulled = Object.fromEntries(HANDLES.map((handle) => [handle, resizeBox(MIA, handle, 0.05, 0.07)]));
  near(pulled.n, [0.2, 0.37, 0.5, 0.9]);
  near(pulled.e, [0.2, 0.3, 0.55, 0.9]);
  near(pulled.s, [0.2, 0.3, 0.5, 0.97]);
  near(pulled.w, [0.25, 0.3, 0.5, 0.9]);
  near(pulled.ne, [0.2, 0.37, 0.55, 0.9]);
  near(pulled.se, [0.2, 0.3, 0.55, 0.97]);
  near(pulled.sw, [0.25, 0.3, 0.5, 0.97]);
  near(pulled.nw, [0.25, 0.37, 0.5, 0.9]);
});

test('a handle pulled past the other side stops at the least side', () => {
  const min = { width: 0.1, height: 0.15 };
  near(resizeBox(MIA, 'e', -2, 0, { min }), [0.2, 0.3, 0.3, 0.9]);
  near(resizeBox(MIA, 'nw', 2, 2, { min }), [0.4, 0.75, 0.5, 0.9]);
});

test('from the centre, both sides move', () => {
  near(resizeBox(MIA, 'e', 0.05, 0, { fromCentre: true }), [0.15, 0.3, 0.55, 0.9]);
  near(resizeBox(MIA, 'nw', 0.05, 0.1, { fromCentre: true }), [0.25, 0.4, 0.45, 0.8]);
});

test('with the ratio kept, the axis pulled furthest rules', () => {
  near(resizeBox(MIA, 'se', 0.15, 0.01, { keepRatio: true }), [0.2, 0.3, 0.65, 1.2]);
  near(resizeBox(MIA, 'se', 0.01, -0.3, { keepRatio: true }), [0.2, 0.3, 0.35, 0.6]);
  near(resizeBox(MIA, 'e', 0.3, 0, { keepRatio: true }), [0.2, 0, 0.8, 1.2]);
});

test('resized by any handle, boxes stay boxes within reach, and keep what they should', () => {
  const random = dice(5);
  for (let i = 0; i < 2000; i += 1) {
    const min = { width: 0.02, height: 0.015 };
    const box = anyBox(random);
    const [keepRatio, fromCentre] = [random.roll() < 0.5, random.roll() < 0.5];
    const way = [random.between(-2, 2), random.between(-2, 2)];
    const pulled = resizeBox(box, random.pick(HANDLES), ...way, { keepRatio, fromCentre, min });
    const [width, height] = sides(pulled);
    assert.ok(width > min.width - 1e-9 && height > min.height - 1e-9, `${box} became ${pulled}`);
    assert.ok(pulled.every((edge) => edge >= -0.5 - 1e-9 && edge <= 1.5 + 1e-9), `${box} became ${pulled}`);
    if (keepRatio) assert.ok(Math.abs(width / height / (sides(box)[0] / sides(box)[1]) - 1) < 1e-6);
    if (fromCentre) near(centreOf(pulled).concat(0, 0), centreOf(box).concat(0, 0));
  }
});

test('a clamped box is a box within reach, and one that is so already stays', () => {
  near(clampBox([-0.9, 0.2, 0.3, 1.8]), [-0.5, 0.2, 0.3, 1.5]);
  near(clampBox([0.4, 0.5, 0.4, 0.9], { width: 0.1, height: 0.1 }), [0.35, 0.5, 0.45, 0.9]);
  near(clampBox([1.7, 0.5, 1.9, 0.9], { width: 0.1, height: 0.1 }), [1.4, 0.5, 1.5, 0.9]);
  near(clampBox(MIA), MIA);
});

test('a box grows on all sides and shrinks to a token', () => {
  near(growBox(MIA, 0.02), [0.18, 0.28, 0.52, 0.92]);
  near(growBox(MIA, -1, { width: 0.1, height: 0.2 }), [0.3, 0.5, 0.4, 0.7]);
});

test('the shared area is a part of the smaller box', () => {
  assert.equal(sharedArea([0, 0, 0.5, 0.5], [0.25, 0.25, 1, 1]), 0.25);
  assert.equal(sharedArea([0, 0, 1, 1], [0.25, 0.5, 0.5, 0.75]), 1);
  assert.equal(sharedArea([0, 0, 0.5, 0.5], [0.5, 0, 1, 1]), 0);
});

test('percent numbers go there and back', () => {
  assert.deepEqual(toXywh([0.1234, -0.2, 0.5, 0.65]), { x: 12.3, y: -20, w: 37.7, h: 85 });
  assert.deepEqual(fromXywh({ x: 12.3, y: -20, w: 37.7, h: 85 }), [0.123, -0.2, 0.5, 0.65]);
});

test('boxes are compared, rounded and mixed', () => {
  assert.ok(sameBox(null, null) && !sameBox(MIA, null) && !sameBox(MIA, [0.2, 0.3, 0.5, 0.91]));
  assert.deepEqual(roundBox([0.123449, 0, 1 / 3, 0.99999]), [0.1234, 0, 0.3333, 1]);
  near(lerpBox(MIA, [0.4, 0.5, 0.9, 1.1], 0.25), [0.25, 0.35, 0.6, 0.95]);
});

test('a typed box keeps its corner, however small its sides were typed', () => {
  const min = { width: 1 / 9, height: 1 / 6 };
  assert.deepEqual(typedBox({ x: 20, y: 30, w: 40, h: 2 }, min), [0.2, 0.3, 0.6, 0.4667]);
  assert.deepEqual(typedBox({ x: 20, y: 30, w: 40, h: 50 }, min), [0.2, 0.3, 0.6, 0.8]);
});
