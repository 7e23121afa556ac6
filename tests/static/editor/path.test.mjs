// The path of a box over the six keyframes, and what each edit leaves as it was.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roundBox, sameBox } from '../../../static/editor/geometry.js';
import {
  alone, bend, boxAt, boxBetween, clearKey, copyTo, moveKey, reduce, restingBox, reverse, setEase, setKey, shift, stateAt, toggleKey, toggleVisible, wayAt,
} from '../../../static/editor/path.js';
import { anyBox, anyKeys, dice, key, path } from './making.mjs';

const A = [0, 0.1, 0.2, 0.6];
const B = [0.5, 0.2, 0.8, 0.9];
const C = [0.3, 0.3, 0.6, 0.7];
const MANY = 500;
const KS = [0, 1, 2, 3, 4, 5];

const boxes = (keys) => KS.map((k) => boxAt(keys, k));
const states = (keys) => KS.map((k) => stateAt(keys, k));
const near = (a, b, words = '') => assert.ok(sameBox(a, b, 1e-9), `${words} ${a} is not ${b}`);
const allNear = (some, others, words) => some.forEach((box, i) => near(box, others[i], `${words}, keyframe ${i}:`));

/** Call `check` with many keys, a keyframe and dice. */
function withMany(seed, check) {
  const random = dice(seed);
  for (let i = 0; i < MANY; i += 1) check(anyKeys(random), random.pick(KS), random);
}

test('states: set, inherited, hidden and absent', () => {
  const keys = path({ 1: key(A), 3: key(B, { visible: false }), 5: key(C) });
  assert.deepEqual(states(keys), ['absent', 'set', 'inherited', 'hidden', 'hidden', 'set']);
  assert.deepEqual(restingBox(keys, 4), B);
  assert.equal(restingBox(keys, 0), null);
});

test('eases: half way it is half way, a quarter on it is not, and a hold waits', () => {
  for (const [ease, at] of [['linear', 0.25], ['ease', 0.15625], ['hold', 0]]) {
    const keys = path({ 0: key([0, 0, 0.1, 0.1], { ease }), 4: key([1, 0, 1.1, 0.1]) });
    assert.equal(boxAt(keys, 1)[0], at);
    assert.equal(boxBetween(keys, 1)[0], at);
  }
});

test('between keyframes a box goes on steadily', () => {
  const keys = path({ 0: key([0, 0, 0.1, 0.1]), 5: key([1, 0, 1.1, 0.1]) });
  near(boxBetween(keys, 2.5), [0.5, 0, 0.6, 0.1]);
  assert.equal(boxBetween(path({ 1: key(A), 2: key(B) }), 2.01), null);
});

test('a drag bends the path: a key here, and inherited neighbours follow', () => {
  const keys = bend(path({ 0: key(A), 4: key(A) }), 2, B);
  assert.deepEqual(states(keys), ['set', 'inherited', 'set', 'inherited', 'set', 'absent']);
  near(boxAt(keys, 1), [0.25, 0.15, 0.5, 0.75]);
  near(boxAt(keys, 3), [0.25, 0.15, 0.5, 0.75]);
});

test('a bend leaves all outside its neighbouring keys', () => withMany(1, (keys, k, random) => {
  const box = anyBox(random);
  const bent = bend(keys, k, box);
  assert.deepEqual(bent[k].box, box);
  const [before, after] = [KS.findLast((i) => i < k && keys[i]), KS.find((i) => i > k && keys[i])];
  for (const i of KS) {
    if (i <= (before ?? -1) || i >= (after ?? 6)) near(boxAt(bent, i), boxAt(keys, i));
  }
}));

test('a bend keeps the ease and what a key hides, and shows what hid for want of a key', () => {
  const hidden = path({ 0: key(A, { visible: false, ease: 'hold' }), 3: key(B) });
  assert.deepEqual(bend(hidden, 0, C)[0], { box: C, visible: false, ease: 'hold' });
  assert.deepEqual(bend(hidden, 1, C)[1], { box: C, visible: true, ease: 'hold' });
});

test('drawn where it is absent, the span reaches here', () => {
  const keys = bend(path({ 2: key(A) }), 5, B);
  assert.deepEqual(states(keys), ['absent', 'absent', 'set', 'inherited', 'inherited', 'set']);
  near(boxAt(keys, 3), boxBetween(path({ 2: key(A), 5: key(B) }), 3));
});

test('alone changes this keyframe only, whatever the path', () => withMany(2, (keys, k, random) => {
  if (stateAt(keys, k) === 'absent') return;
  const changed = alone(keys, k, anyBox(random));
  for (const i of KS) if (i !== k) near(boxAt(changed, i), boxAt(keys, i), `keyframe ${i} beside ${k}:`);
}));

test('alone pins the inherited neighbours, and nothing outside the keys', () => {
  const keys = alone(path({ 0: key(A), 4: key(B) }), 2, C);
  assert.deepEqual(states(keys), ['set', 'set', 'set', 'set', 'set', 'absent']);
  assert.deepEqual(states(alone(path({ 0: key(A), 5: key(B) }), 0, C)), ['set', 'set', 'inherited', 'inherited', 'inherited', 'set']);
  assert.deepEqual(states(alone(path({ 1: key(A), 2: key(B) }), 2, C)), ['absent', 'set', 'set', 'absent', 'absent', 'absent']);
  const held = alone(path({ 0: key(A, { ease: 'hold' }), 5: key(B) }), 2, C);
  assert.deepEqual(states(held), ['set', 'inherited', 'set', 'set', 'inherited', 'set']);
});

test('a shifted path keeps its shape, and stops within reach', () => {
  const keys = path({ 0: key(A), 3: key(B, { visible: false }) });
  const [first, , , last] = shift(keys, 0.1, -0.05);
  near(first.box, [0.1, 0.05, 0.3, 0.55]);
  near(last.box, [0.6, 0.15, 0.9, 0.85]);
  const far = shift(keys, 3, 0);
  near(far[3].box, [1.2, 0.2, 1.5, 0.9]);
  near(far[0].box, [0.7, 0.1, 0.9, 0.6]);
  near(shift(keys, -3, -3)[3].box, [0, -0.4, 0.3, 0.3]);
});

test('shifted as far as can be, no edge is past its reach by a last digit', () => {
  for (let low = 0.5; low < 1.2; low += 0.0001) {
    const box = roundBox([low, low, low + 0.2, low + 0.2]);
    const [{ box: back }] = shift([key(box)], -3, -3);
    assert.ok(Math.min(...back) >= -0.5, `${box} became ${back}`);
  }
});

test('a key set where the box is changes no linear path', () => withMany(3, (keys, k) => {
  if (stateAt(keys, k) === 'absent' || keys.some((one) => one?.ease === 'ease')) return;
  allNear(boxes(setKey(keys, k)), boxes(keys), 'pinned');
}));

test('the last key of a box cannot be cleared', () => {
  const keys = path({ 3: key(A) });
  assert.equal(toggleKey(keys, 3), keys);
  assert.deepEqual(states(toggleKey(path({ 3: key(A), 4: key(B) }), 4)).slice(3), ['set', 'absent', 'absent']);
  near(toggleKey(keys, 1)[1].box, A);
});

test('hidden from here to the next key, and what comes before stays', () => {
  const keys = toggleVisible(path({ 0: key(A), 5: key(B) }), 2);
  assert.deepEqual(states(keys), ['set', 'set', 'hidden', 'hidden', 'hidden', 'set']);
  near(boxAt(keys, 1), [0.1, 0.12, 0.32, 0.66]);
  assert.deepEqual(states(toggleVisible(keys, 3)), ['set', 'set', 'hidden', 'set', 'inherited', 'set']);
});

test('hiding and showing change nothing before', () => withMany(4, (keys, k) => {
  const toggled = toggleVisible(keys, k);
  assert.notEqual(Boolean(boxAt(toggled, k)), Boolean(boxAt(keys, k)));
  for (const i of KS) if (i < k && boxAt(keys, i)) near(boxAt(toggled, i), boxAt(keys, i));
}));

test('an ease chosen at an inherited keyframe is that of the key before it', () => {
  const keys = path({ 1: key(A), 4: key(B) });
  assert.equal(setEase(keys, 3, 'hold')[1].ease, 'hold');
  assert.equal(setEase(keys, 0, 'hold'), keys);
});

test('reversed, every keyframe has the box of its mirror', () => withMany(5, (keys) => {
  allNear(boxes(reverse(keys)), boxes(keys).reverse(), 'reversed');
}));

test('reversed, a way keeps its ease', () => {
  const keys = reverse(path({ 0: key(A, { ease: 'ease' }), 3: key(B), 5: key(C, { ease: 'hold' }) }));
  assert.deepEqual(keys.map((one) => one && one.ease), ['linear', null, 'ease', null, null, 'hold']);
});

test('a box copied stands at all keyframes asked for, and still here', () => {
  const keys = path({ 0: key(A), 4: key(B) });
  const here = boxAt(keys, 2);
  const copied = copyTo(keys, 2, [3, 4, 5]);
  [2, 3, 4, 5].forEach((k) => near(boxAt(copied, k), here));
  near(boxAt(copied, 1), boxAt(keys, 1));
  assert.equal(copyTo(keys, 5, [1]), keys);
});

test('a key moves to another keyframe, in the place of what is set there', () => {
  const keys = path({ 0: key(A), 2: key(B), 4: key(C) });
  assert.deepEqual(moveKey(keys, 2, 3), path({ 0: key(A), 3: key(B), 4: key(C) }));
  assert.deepEqual(moveKey(keys, 2, 4), path({ 0: key(A), 4: key(B) }));
  assert.equal(moveKey(keys, 1, 4), keys);
});

test('a reduced path needs fewer keys and goes the same way', () => {
  const line = path(Object.fromEntries(KS.map((k) => [k, key([0.1 * k, 0.2, 0.1 * k + 0.3, 0.8])])));
  assert.deepEqual(states(reduce(line, 0.01)), ['set', 'inherited', 'inherited', 'inherited', 'inherited', 'set']);
  withMany(6, (keys) => {
    const reduced = reduce(keys, 0.1);
    assert.ok(reduced.some(Boolean) && reduced.filter(Boolean).length <= keys.filter(Boolean).length);
    boxes(reduced).forEach((box, i) => assert.ok(sameBox(box, boxAt(keys, i), 0.1 + 1e-9)));
  });
});

test('no edit changes the keys it was given', () => withMany(7, (keys, k, random) => {
  const before = JSON.stringify(keys);
  const box = anyBox(random);
  bend(keys, k, box); alone(keys, k, box); shift(keys, 0.1, 0.1); toggleKey(keys, k); toggleVisible(keys, k);
  setEase(keys, k, 'hold'); reverse(keys); copyTo(keys, k, KS); moveKey(keys, k, 0); clearKey(keys, k); reduce(keys, 0.05);
  assert.equal(JSON.stringify(keys), before);
}));

test('alone pins the neighbours on both sides and nothing farther', () => {
  const set = (keys) => KS.filter((k) => keys[k]);
  assert.deepEqual(set(alone(path({ 0: key(A), 5: key(A) }), 3, B)), [0, 2, 3, 4, 5]);
  assert.deepEqual(set(alone(path({ 1: key(A), 5: key(C) }), 2, B)), [1, 2, 3, 5]);
});

test('which way a box goes: on from here, at its end as it has come, nowhere if it stays', () => {
  const keys = path({ 1: key(A), 3: key(B), 5: key(B) });
  assert.deepEqual(KS.map((k) => Math.sign(wayAt(keys, k))), [0, 1, 1, 0, 0, 0]);
  assert.equal(Math.sign(wayAt(path({ 0: key(B), 2: key(A) }), 2)), -1);
});
