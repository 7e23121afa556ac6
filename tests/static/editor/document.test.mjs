// The layout of one scene with its history: every edit can be taken back exactly.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEPTH, SceneDocument, applyPatch, difference, layoutOf } from '../../../static/editor/document.js';
import { anyKeys, dice, key, path, region } from './making.mjs';

const A = [0, 0.1, 0.2, 0.6];
const B = [0.5, 0.2, 0.8, 0.9];
const mia = region('mia', path({ 0: key(A) }), { name: 'Mia', character_id: 'mia', layer: 2 });
const fox = region('fox', path({ 3: key(B) }), { description: 'a fox' });
const scene = () => ({
  id: 's1', title: 'Home', narration: 'Once.', regions: [mia, fox],
  overlaps: [{ regions: ['mia', 'fox'], who: ['Mia', 'fox'], description: 'Mia rides' }],
});
const plain = (document) => ({
  ...structuredClone(document.layout),
  regions: structuredClone(document.regions).sort((a, b) => (a.id < b.id ? -1 : 1)),
});

test('a scene becomes a layout of what the editor can change', () => {
  const layout = layoutOf(scene());
  assert.deepEqual(layout.overlaps, [{ region_ids: ['mia', 'fox'], description: 'Mia rides' }]);
  assert.deepEqual(layout.fields, { title: 'Home', narration: 'Once.' });
  assert.deepEqual(layoutOf(layout), layout);
});

test('a commit holds what it changed and what that was before, and no more', () => {
  const document = new SceneDocument(scene());
  const edit = document.commit('send Mia back', { regions: { mia: { layer: 1, locked: false } } });
  assert.deepEqual(edit, {
    label: 'send Mia back', before: { regions: { mia: { layer: 2 } } }, after: { regions: { mia: { layer: 1 } } },
  });
  assert.equal(document.region('mia').layer, 1);
  assert.equal(document.region('fox'), fox);
  assert.equal(document.undoLabel, 'send Mia back');
});

test('what changes nothing is no step', () => {
  const document = new SceneDocument(scene());
  assert.equal(document.commit('nothing', { regions: { mia: { keys: path({ 0: key([...A]) }) } } }), null);
  assert.equal(document.undoLabel, null);
});

test('a removed region takes its overlaps along, and undo brings both back as they were', () => {
  const document = new SceneDocument(scene());
  const before = plain(document);
  document.commit('remove Mia', { regions: { mia: null } });
  assert.equal(document.region('mia'), null);
  assert.deepEqual(document.overlaps, []);
  const { before: patch } = document.undo();
  assert.deepEqual(plain(document), before);
  assert.deepEqual(Object.keys(patch.regions.mia).sort(),
    ['character_id', 'clip', 'description', 'keys', 'layer', 'locked', 'motion_id']);
});

test('a new region needs keys, and has what is usual', () => {
  const document = new SceneDocument(scene());
  assert.equal(document.commit('a layer of nobody', { regions: { 'box-1': { layer: 3 } } }), null);
  document.commit('draw a box', { regions: { 'box-1': { keys: path({ 2: key(B) }) } } });
  assert.equal(document.region('box-1').name, 'Somebody new');
  assert.equal(document.region('box-1').layer, 0);
});

test('a box nobody has said anything of is called somebody new, not by its id', () => {
  const keys = path({ 0: key(A) });
  const { regions } = layoutOf({ regions: [region('box-1', keys), region('box-2', keys, { description: 'a cat' }), region('box-3', keys, { character_id: 'box-3' })] });
  assert.deepEqual(regions.map(({ name }) => name), ['Somebody new', 'box-2', 'box-3']);
});

test('a pair of boxes without words for their overlap is no overlap', () => {
  const layout = layoutOf({ ...scene(), overlaps: [{ regions: ['mia', 'fox'], description: '' }] });
  assert.deepEqual(layout.overlaps, []);
});

test('a step that was not kept is forgotten, done or undone', () => {
  const document = new SceneDocument(scene());
  document.commit('lock the fox', { regions: { fox: { locked: true } } });
  const { after } = document.commit('lock Mia', { regions: { mia: { locked: true } } });
  document.forget(after);
  document.adopt(scene());
  assert.equal(document.undoLabel, 'lock the fox');
  const { before } = document.undo();
  document.forget(before);
  assert.deepEqual([document.undoLabel, document.redoLabel], [null, null]);
});

test('ids that objects have names of are ids like others', () => {
  const document = new SceneDocument({ regions: [region('constructor', path({ 0: key(A) }))], overlaps: [] });
  document.commit('draw', { regions: { valueof: { keys: path({ 1: key(B) }) } } });
  assert.deepEqual(document.regions.map(({ id }) => id), ['constructor', 'valueof']);
  assert.deepEqual(document.region('constructor').keys, path({ 0: key(A) }));
});

test('a preview changes nothing', () => {
  const document = new SceneDocument(scene());
  const before = plain(document);
  const shown = document.preview({ regions: { mia: { keys: path({ 5: key(B) }) } } });
  assert.deepEqual(shown.regions[0].keys, path({ 5: key(B) }));
  assert.equal(shown.regions[1], fox);
  assert.deepEqual(plain(document), before);
});

function anyPatch({ regions, overlaps }, random) {
  const { roll, pick } = random;
  const ids = ['mia', 'fox', 'box-1', 'box-2', 'box-3'];
  const there = regions.map(({ id }) => id);
  const change = () => pick([null, { keys: anyKeys(random) }, { keys: anyKeys(random), layer: pick([0, 1, 2]) },
    { locked: roll() < 0.5, layer: pick([0, 1, 2]) }, { description: pick(['', 'a girl', 'a fox']) }]);
  const patch = { regions: Object.fromEntries([pick(ids), pick(ids)].map((id) => [id, change()])) };
  if (roll() < 0.3) patch.fields = { [pick(['title', 'camera'])]: pick(['', 'Near', 'Far']) };
  if (roll() < 0.3 && there.length > 1) patch.overlaps = [...overlaps, { region_ids: there.slice(0, 2), description: `${roll()}` }];
  return patch;
}

test('random edits: undo all is the start, redo all is the end', () => {
  for (let seed = 0; seed < 60; seed += 1) {
    const random = dice(seed);
    const document = new SceneDocument(scene());
    document.commit('name the camera', { fields: { camera: 'still' } });
    const states = [plain(document)];
    for (let i = 0; i < 40; i += 1) {
      if (document.commit(`edit ${i}`, anyPatch(document.layout, random))) states.push(plain(document));
    }
    for (const state of states.slice(0, -1).reverse()) {
      document.undo();
      assert.deepEqual(plain(document), state);
    }
    for (const state of states.slice(1)) {
      document.redo();
      assert.deepEqual(plain(document), state);
    }
    assert.equal(document.redo(), null);
  }
});

test('random edits: what a step says it did makes the same layout elsewhere', () => {
  const random = dice(77);
  const document = new SceneDocument(scene());
  let other = layoutOf(structuredClone(scene()));
  for (let i = 0; i < 200; i += 1) {
    const going = random.roll();
    const edit = going < 0.6 ? document.commit('edit', anyPatch(document.layout, random)) : null;
    const back = going >= 0.6 && going < 0.85 ? document.undo() : null;
    const again = going >= 0.85 ? document.redo() : null;
    const patch = edit?.after ?? back?.before ?? again?.after;
    if (patch) other = applyPatch(other, JSON.parse(JSON.stringify(patch)));
    assert.equal(difference(other, document.layout), null);
  }
});

test('an edit after undo leaves nothing to redo, and the history has its depth', () => {
  const document = new SceneDocument(scene());
  for (let i = 0; i < DEPTH + 30; i += 1) document.commit(`layer ${i}`, { regions: { mia: { layer: 3 + (i % 50) } } });
  document.undo();
  assert.equal(document.redoLabel, `layer ${DEPTH + 29}`);
  document.commit('lock', { regions: { mia: { locked: true } } });
  assert.equal(document.redoLabel, null);
  let steps = 0;
  while (document.undo()) steps += 1;
  assert.equal(steps, DEPTH);
});

test('what the studio answers is the truth; named, it is a step of the history', () => {
  const document = new SceneDocument(scene());
  const planned = { ...scene(), narration: 'Night fell.', regions: [{ ...mia, keys: path({ 1: key(B) }), name: 'Mia M.' }] };
  const edit = document.adopt(planned, { label: 'plan the scene anew' });
  assert.equal(edit.label, 'plan the scene anew');
  assert.equal(document.region('mia').name, 'Mia M.');
  assert.equal(document.region('fox'), null);
  document.undo();
  assert.deepEqual(document.region('mia').keys, mia.keys);
  assert.equal(document.region('fox').description, 'a fox');
  assert.equal(document.layout.fields.narration, 'Once.');
});

test('an answer that differs in nothing but names is no step, and is shown', () => {
  const document = new SceneDocument(scene());
  document.commit('lock', { regions: { mia: { locked: true } } });
  const answer = { ...scene(), regions: [{ ...mia, locked: true, name: 'Mia M.' }, fox] };
  assert.equal(document.adopt(answer, { label: 'anew' }), null);
  assert.equal(document.region('mia').name, 'Mia M.');
  assert.equal(document.undoLabel, 'lock');
});

test('edits the studio has not seen yet stay on top of its answer', () => {
  const document = new SceneDocument(scene());
  const { after } = document.commit('lock', { regions: { mia: { locked: true } } });
  document.adopt({ ...scene(), regions: [{ ...mia, layer: 7 }, fox] }, { pending: [after] });
  assert.equal(document.region('mia').locked, true);
  assert.equal(document.region('mia').layer, 7);
});

test('steps about a region that is gone elsewhere are forgotten, the others stay', () => {
  const document = new SceneDocument(scene());
  document.commit('lock Mia', { regions: { mia: { locked: true } } });
  document.commit('lock the fox', { regions: { fox: { locked: true } } });
  document.adopt({ ...scene(), overlaps: [], regions: [{ ...mia, locked: true }] });
  assert.equal(document.undoLabel, 'lock Mia');
  document.undo();
  assert.equal(document.region('mia').locked, false);
  assert.equal(document.region('fox'), null);
});
