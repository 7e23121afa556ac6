// Where the boxes of a take are at a moment of its film.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boxAtMoment } from '../../../static/page/boxesover.js';

const LEFT = [0.1, 0.4, 0.3, 0.9];
const RIGHT = [0.5, 0.2, 0.7, 0.7];
const near = (box, wanted) => wanted.forEach((edge, at) => assert.ok(Math.abs(box[at] - edge) < 1e-9, `${box} is not ${wanted}`));

test('a keyframe stands in the middle of its sixth, and boxes are on their way between', () => {
  const boxes = [null, LEFT, RIGHT, null, null, null];
  near(boxAtMoment(boxes, 1.5), LEFT);
  near(boxAtMoment(boxes, 2.5), RIGHT);
  near(boxAtMoment(boxes, 1.75), [0.2, 0.35, 0.4, 0.85]);
});

test('a box goes half a keyframe beyond its first and last one', () => {
  const boxes = [null, LEFT, RIGHT, null, null, null];
  assert.equal(boxAtMoment(boxes, 0.9), null);
  near(boxAtMoment(boxes, 1.1), LEFT);
  near(boxAtMoment(boxes, 2.9), RIGHT);
  assert.equal(boxAtMoment(boxes, 3.1), null);
});

test('the first and the last keyframe reach to the ends', () => {
  const boxes = [LEFT, null, null, null, null, RIGHT];
  near(boxAtMoment(boxes, 0), LEFT);
  near(boxAtMoment(boxes, 5.999), RIGHT);
});

test('a held box stays until the next keyframe', () => {
  near(boxAtMoment([LEFT, RIGHT, null, null, null, null], 1.4, { held: [0] }), LEFT);
});

for (const timing of ['hold', 'reference']) {
  test(`${timing}: each box stays for its sixth`, () => {
    const boxes = [LEFT, RIGHT, null, null, null, LEFT];
    near(boxAtMoment(boxes, 0.99, { timing }), LEFT);
    near(boxAtMoment(boxes, 1, { timing }), RIGHT);
    assert.equal(boxAtMoment(boxes, 2, { timing }), null);
    near(boxAtMoment(boxes, 6, { timing }), LEFT);
  });
}
