// Pointer gestures, from press to release.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sameBox } from '../../../static/editor/geometry.js';
import { targetsOf } from '../../../static/editor/snapping.js';
import { boxAt } from '../../../static/editor/path.js';
import { Gesture } from '../../../static/editor/tools.js';
import { anyKeys, dice, key, path, region } from './making.mjs';

const A = [0.1, 0.2, 0.3, 0.6];
const B = [0.5, 0.2, 0.8, 0.9];
const mia = region('mia', path({ 0: key(A), 4: key(A) }), { name: 'Mia' });
const fox = region('fox', path({ 0: key(B), 5: key(B) }), { name: 'the fox' });
const wall = region('wall', path({ 0: key([0, 0, 1, 1]), 5: key([0, 0, 1, 1]) }), { locked: true });

/** A gesture in a scene of Mia, the fox and a locked wall, and short ways to feed it. */
function stage(more = {}) {
  const look = { regions: [mia, fox, wall], keyframe: 2, selected: [], mode: 'select', stage: { rows: 10, columns: 20 }, snap: null, ...more };
  const gesture = new Gesture(() => look);
  const feed = (type, x, y, held = {}) => gesture.feed({ type, x, y, ...held });
  const on = (id, handle = 'move') => ({ target: { region: id, handle }, hits: [id] });
  const drag = (from, to, held = {}) => {
    const pressed = feed('down', ...from, held);
    return { pressed, moved: feed('move', ...to, held), ended: feed('up', ...to, held) };
  };
  return { gesture, feed, on, drag };
}

const keysOf = (answer, id = 'mia') => (answer.commit?.patch ?? answer.preview).regions[id].keys;
const near = (a, b) => assert.ok(sameBox(a, b, 1e-9), `${a} is not ${b}`);
const setAt = (keys) => keys.flatMap((one, k) => (one ? [k] : []));

test('a drag moves the box here and bends its path', () => {
  const { on, drag, gesture } = stage();
  const { pressed, moved, ended } = drag([0.2, 0.4], [0.3, 0.35], on('mia'));
  assert.deepEqual(pressed.select, ['mia']);
  assert.equal(moved.commit, null);
  near(keysOf(moved)[2].box, [0.2, 0.15, 0.4, 0.55]);
  assert.equal(ended.commit.label, 'move Mia at keyframe 3');
  assert.equal(ended.preview, null);
  near(keysOf(ended)[2].box, [0.2, 0.15, 0.4, 0.55]);
  assert.deepEqual(setAt(keysOf(ended)), [0, 2, 4]);
  assert.equal(gesture.busy, false);
});

test('with Shift the whole path moves, with Alt this keyframe alone', () => {
  const { on, drag } = stage();
  const whole = drag([0.2, 0.4], [0.3, 0.4], { ...on('mia'), shift: true }).ended;
  assert.equal(whole.commit.label, 'move the whole path of Mia');
  assert.deepEqual(setAt(keysOf(whole)), [0, 4]);
  near(keysOf(whole)[4].box, [0.2, 0.2, 0.4, 0.6]);
  const alone = drag([0.2, 0.4], [0.3, 0.4], { ...on('mia'), alt: true }).ended;
  assert.equal(alone.commit.label, 'move Mia at keyframe 3 alone');
  assert.deepEqual([0, 1, 3, 4].map((k) => boxAt(keysOf(alone), k).map((edge) => Math.round(edge * 10))), Array(4).fill([1, 2, 3, 6]));
});

test('keys may be held and let go while the drag goes on, and the way back is a drag too', () => {
  const { on, feed } = stage();
  feed('down', 0.2, 0.4, on('mia'));
  assert.deepEqual(setAt(keysOf(feed('move', 0.3, 0.4))), [0, 2, 4]);
  assert.deepEqual(setAt(keysOf(feed('move', 0.3, 0.4, { shift: true }))), [0, 4]);
  near(keysOf(feed('move', 0.2, 0.4))[2].box, A);
});

test('a handle resizes; Shift keeps the ratio, Alt the centre', () => {
  const { on, drag } = stage();
  const pulled = (held) => keysOf(drag([0.3, 0.6], [0.4, 0.62], { ...on('mia', 'se'), ...held }).ended)[2].box;
  near(pulled({}), [0.1, 0.2, 0.4, 0.62]);
  near(pulled({ shift: true }), [0.1, 0.2, 0.4, 0.8]);
  near(pulled({ alt: true }), [0, 0.18, 0.4, 0.62]);
  assert.equal(drag([0.3, 0.6], [0.4, 0.6], on('mia', 'e')).ended.commit.label, 'resize Mia at keyframe 3');
});

test('a box stays a token wide, and to be seen', () => {
  const { on, drag } = stage();
  near(keysOf(drag([0.3, 0.4], [-1, 0.4], on('mia', 'e')).ended)[2].box, [0.1, 0.2, 0.15, 0.6]);
  near(keysOf(drag([0.2, 0.4], [-1, 0.4], on('mia')).ended)[2].box, [-0.1875, 0.2, 0.0125, 0.6]);
});

test('Escape and a lost pointer undo the gesture', () => {
  const { on, feed, gesture } = stage({ selected: ['fox'] });
  feed('down', 0.2, 0.4, on('mia'));
  feed('move', 0.3, 0.4);
  assert.deepEqual(feed('cancel', 0, 0), { preview: null, guides: [], commit: null, select: ['fox'], frame: null });
  assert.equal(feed('up', 0.5, 0.5).commit, null);
  assert.equal(gesture.busy, false);
});

test('a click selects and edits nothing, even when the hand trembles', () => {
  const { on, drag } = stage({ selected: ['fox'] });
  const { moved, ended } = drag([0.2, 0.4], [0.202, 0.402], on('mia'));
  assert.deepEqual([moved.preview, ended.commit, ended.select], [null, null, ['mia']]);
  assert.deepEqual(drag([0.9, 0.1], [0.9, 0.1]).ended.select, []);
});

test('Shift and a click add to the selection or take from it', () => {
  const { on, drag } = stage({ selected: ['fox'] });
  assert.deepEqual(drag([0.2, 0.4], [0.2, 0.4], { ...on('mia'), shift: true }).ended.select, ['fox', 'mia']);
  assert.deepEqual(drag([0.6, 0.4], [0.6, 0.4], { ...on('fox'), shift: true }).ended.select, []);
});

test('Alt and a click go through the boxes under the pointer, and an Alt-drag moves the one found', () => {
  const under = { target: { region: 'mia', handle: 'move' }, hits: ['mia', 'fox', 'wall'], alt: true };
  const clicked = (selected) => stage({ selected }).drag([0.6, 0.4], [0.6, 0.4], under).ended.select;
  assert.deepEqual([clicked([]), clicked(['mia']), clicked(['fox']), clicked(['wall'])], [['mia'], ['fox'], ['wall'], ['mia']]);
  const onHandle = { ...under, target: { region: 'mia', handle: 'e' } };
  const { commit } = stage({ selected: ['fox'] }).drag([0.6, 0.4], [0.7, 0.4], onHandle).ended;
  assert.equal(commit.label, 'move the fox at keyframe 3 alone');
  assert.deepEqual(Object.keys(commit.patch.regions), ['fox']);
});

test('locked, hidden and absent boxes are selected, not moved', () => {
  const { on, drag } = stage();
  const { pressed, ended } = drag([0.5, 0.5], [0.7, 0.7], on('wall'));
  assert.deepEqual([pressed.select, ended.commit], [['wall'], null]);
  assert.equal(stage({ keyframe: 5 }).drag([0.2, 0.4], [0.3, 0.4], on('mia')).ended.commit, null);
  const ghost = region('ghost', path({ 2: key(A, { visible: false }), 4: key(A) }));
  assert.equal(stage({ regions: [ghost] }).drag([0.2, 0.4], [0.3, 0.4], on('ghost')).ended.commit, null);
});

test('several selected boxes move together, the locked ones not', () => {
  const { on, drag } = stage({ selected: ['mia', 'fox', 'wall'] });
  const { pressed, ended } = drag([0.2, 0.4], [0.25, 0.4], on('mia'));
  assert.equal(pressed.select, null);
  assert.deepEqual(Object.keys(ended.commit.patch.regions), ['mia', 'fox']);
  assert.equal(ended.commit.label, 'move 2 boxes at keyframe 3');
  near(keysOf(ended, 'fox')[2].box, [0.55, 0.2, 0.85, 0.9]);
});

test('a move is caught by lines, with Ctrl it is not', () => {
  const { on, drag } = stage({ snap: { targets: targetsOf(), threshold: 0.02 } });
  const { moved, ended } = drag([0.2, 0.4], [0.115, 0.4], on('mia'));
  assert.deepEqual(moved.guides, [{ axis: 'x', at: 0 }]);
  near(keysOf(ended)[2].box, [0, 0.2, 0.2, 0.6]);
  const free = drag([0.2, 0.4], [0.115, 0.4], { ...on('mia'), ctrl: true });
  assert.deepEqual(free.moved.guides, []);
  near(keysOf(free.ended)[2].box, [0.015, 0.2, 0.215, 0.6]);
});

test('pulled from the centre, the edge is caught and the centre stays', () => {
  const { on, drag } = stage({ snap: { targets: targetsOf(), threshold: 0.02 } });
  const { moved } = drag([0.3, 0.4], [0.325, 0.4], { ...on('mia', 'e'), alt: true });
  near(keysOf(moved)[2].box, [0.0667, 0.2, 0.3333, 0.6]);
  assert.deepEqual(moved.guides, [{ axis: 'x', at: 1 / 3 }]);
});

test('with the ratio kept, no line catches', () => {
  const { on, drag } = stage({ snap: { targets: targetsOf(), threshold: 0.05 } });
  const { moved } = drag([0.3, 0.6], [0.315, 0.6], { ...on('mia', 'se'), shift: true });
  near(keysOf(moved)[2].box, [0.1, 0.2, 0.315, 0.63]);
  assert.deepEqual(moved.guides, []);
});

test('a line that a box cannot reach is no guide', () => {
  const { on, drag } = stage({ snap: { targets: { x: [-0.2], y: [] }, threshold: 0.03 } });
  assert.deepEqual(drag([0.2, 0.4], [-0.5, 0.4], on('mia')).moved.guides, []);
});

test('drawn on the empty stage: somebody new with a free id, there all through the scene', () => {
  const { drag } = stage({ regions: [mia, region('box-1', mia.keys)], selected: ['mia'] });
  const { ended } = drag([0.9, 0.9], [0.6, 0.5]);
  assert.deepEqual(ended.select, ['box-2']);
  assert.equal(ended.commit.label, 'draw a new box at keyframe 3');
  const { keys, ...rest } = ended.commit.patch.regions['box-2'];
  assert.deepEqual(rest, { character_id: null, description: '' });
  const drawn = key([0.6, 0.5, 0.9, 0.9]);
  assert.deepEqual(keys, path({ 0: drawn, 5: drawn }));
});

test('drawn where the selected one is absent: it comes in here', () => {
  const { drag } = stage({ selected: ['mia'], keyframe: 5 });
  const { ended } = drag([0.6, 0.5], [0.8, 0.9]);
  assert.equal(ended.commit.label, 'draw Mia at keyframe 6');
  near(keysOf(ended)[5].box, [0.6, 0.5, 0.8, 0.9]);
  assert.deepEqual(setAt(keysOf(ended)), [0, 4, 5]);
});

test('a drawn box may begin outside, has a token at least, and must be seen', () => {
  const { drag } = stage();
  const drawn = (from, to) => drag(from, to).ended.commit?.patch.regions['box-1'].keys[0].box;
  near(drawn([-0.9, 0.2], [0.3, 0.6]), [-0.5, 0.2, 0.3, 0.6]);
  near(drawn([0.5, 0.5], [0.51, 0.5]), [0.48, 0.45, 0.53, 0.55]);
  assert.equal(drawn([-0.4, 0.2], [-0.1, 0.6]), undefined);
});

test('both corners of a drawn box are caught', () => {
  const { drag } = stage({ snap: { targets: targetsOf(), threshold: 0.02 } });
  const { moved, ended } = drag([0.01, 0.49], [0.32, 0.8]);
  near(keysOf(ended, 'box-1')[0].box, [0, 0.5, 0.3333, 0.8]);
  assert.deepEqual(moved.guides, [{ axis: 'x', at: 1 / 3 }]);
});

test('in draw mode a box is drawn over others, by drag or by two clicks', () => {
  const { on, drag, feed, gesture } = stage({ mode: 'draw' });
  assert.ok(drag([0.2, 0.3], [0.5, 0.7], on('mia')).ended.commit.patch.regions['box-1']);
  assert.equal(drag([0.2, 0.3], [0.2, 0.3], on('mia')).ended.commit, null);
  assert.equal(gesture.busy, true);
  near(keysOf(feed('move', 0.4, 0.5), 'box-1')[0].box, [0.2, 0.3, 0.4, 0.5]);
  assert.ok(feed('down', 0.5, 0.7).preview);
  near(keysOf(feed('up', 0.5, 0.7), 'box-1')[0].box, [0.2, 0.3, 0.5, 0.7]);
  assert.equal(gesture.busy, false);
});

test('two clicks at one place, or Escape after the first, draw nothing', () => {
  const { feed, gesture } = stage({ mode: 'draw' });
  for (const type of ['down', 'up', 'down']) feed(type, 0.2, 0.3);
  assert.equal(feed('up', 0.2, 0.3).commit, null);
  assert.equal(gesture.busy, false);
  for (const type of ['down', 'up', 'cancel']) feed(type, 0.2, 0.3);
  assert.equal(gesture.busy, false);
});

test('a marquee selects what it touches; with Shift on the empty stage too', () => {
  const many = stage({ mode: 'marquee', selected: ['mia'] }).drag([0.45, 0.1], [0.6, 0.3], { target: { region: 'wall', handle: 'move' } });
  assert.deepEqual(many.moved.frame, [0.45, 0.1, 0.6, 0.3]);
  assert.deepEqual(many.ended.select, ['fox', 'wall']);
  assert.equal(many.ended.commit, null);
  const also = stage({ regions: [mia, fox], selected: ['mia'] }).drag([0.45, 0.1], [0.6, 0.3], { shift: true });
  assert.deepEqual(also.ended.select, ['mia', 'fox']);
});

test('whatever is dragged, only boxes that a story can hold come of it', () => {
  const random = dice(31);
  const { pick, between, roll } = random;
  const handles = ['move', 'n', 'ne', 'e', 'se', 's', 'sw', 'w', 'nw'];
  let edits = 0;
  for (let i = 0; i < 3000; i += 1) {
    const more = { keyframe: pick([0, 1, 2, 3, 4, 5]), mode: pick(['select', 'draw']), selected: pick([[], ['any'], ['any', 'fox']]),
      snap: pick([null, { targets: targetsOf(), threshold: 0.05 }]) };
    const { drag } = stage({ ...more, regions: [region('any', anyKeys(random)), fox] });
    const held = { shift: roll() < 0.3, alt: roll() < 0.3, target: pick([null, { region: 'any', handle: pick(handles) }]), hits: ['any'] };
    const far = () => [between(-1, 2), between(-1, 2)];
    const { commit } = drag(far(), far(), held).ended;
    const boxes = Object.values(commit?.patch.regions ?? {}).flatMap(({ keys }) => keys.flatMap((one) => (one ? [one.box] : [])));
    for (const [x0, y0, x1, y1] of boxes) {
      assert.ok(x0 < x1 && y0 < y1 && Math.min(x0, y0) >= -0.5 && Math.max(x1, y1) <= 1.5, `${[x0, y0, x1, y1]}`);
    }
    edits += Number(boxes.length > 0);
  }
  assert.ok(edits > 1500, `${edits} edits`);
});
