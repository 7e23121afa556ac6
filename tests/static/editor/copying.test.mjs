// Copies of boxes: put down here, in another scene, at one keyframe or more.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { duplicate, paste } from '../../../static/editor/copying.js';
import { key, path, region } from './making.mjs';

const mia = region('mia', path({ 0: key([0.1, 0.2, 0.4, 0.9]), 3: key([0.4, 0.2, 0.7, 0.9]) }), { name: 'Mia', character_id: 'mia', layer: 2 });
const fox = region('fox', path({ 0: key([0.5, 0.3, 0.8, 0.7]), 5: key([0.6, 0.3, 0.9, 0.7]) }), { name: 'Fox', character_id: 'fox', layer: 4 });
const copied = { scene: 'dawn', regions: [mia], keyframe: 3 };
const here = (more) => ({ scene: 'dawn', selected: [], ks: [1], ...more });
const elsewhere = (more) => here({ scene: 'dusk', ...more });

test('in its scene a copy is a key of the box chosen, else of its own', () => {
  const chosen = paste(copied, [mia, fox], here({ selected: ['fox'] }));
  assert.deepEqual([chosen.ids, chosen.label], [['fox'], 'paste Fox at keyframe 2']);
  assert.deepEqual(chosen.patch.regions.fox.keys[1].box, [0.4, 0.2, 0.7, 0.9]);
  assert.deepEqual(paste(copied, [mia, fox], here()).ids, ['mia']);
});

test('in another scene it stands at the same place, and moves nobody else', () => {
  const put = paste(copied, [fox], elsewhere({ selected: ['fox'] }));
  assert.deepEqual(put.ids, ['box-1']);
  assert.deepEqual(put.patch.regions['box-1'].keys, mia.keys);
  assert.equal(put.patch.regions['box-1'].layer, 5);
});

test('where the same actor stands already, that one moves', () => {
  const other = { ...mia, id: 'mia-2' };
  assert.deepEqual(paste(copied, [fox, other], elsewhere()).ids, ['mia-2']);
  assert.deepEqual(paste(copied, [{ ...fox, id: 'mia' }], elsewhere()).ids, ['box-1']); // the same id by chance
});

test('a place is pasted at all following keyframes too', () => {
  const { patch, label } = paste(copied, [mia], here({ ks: [2, 3, 4, 5] }));
  assert.deepEqual(patch.regions.mia.keys.map((one) => one && one.box[0]), [0.1, null, 0.4, 0.4, 0.4, 0.4]);
  assert.equal(label, 'paste Mia at keyframe 3 and later');
});

test('nothing is pasted onto a locked box, nor where it stands', () => {
  assert.equal(paste(copied, [{ ...mia, locked: true }], here()), null);
  assert.equal(paste(copied, [mia], here({ ks: [3] })), null);
});

test('several boxes are copied and duplicated together, each with an id of its own', () => {
  const put = paste({ ...copied, regions: [mia, fox] }, [region('box-1', mia.keys)], elsewhere());
  assert.deepEqual([put.ids, put.label], [['box-2', 'box-3'], 'paste 2 boxes']);
  const doubled = duplicate([mia, fox], [mia, fox]);
  assert.deepEqual([doubled.ids, doubled.label], [['box-1', 'box-2'], 'duplicate 2 boxes']);
  assert.deepEqual(doubled.patch.regions['box-1'].keys[0].box, [0.14, 0.23, 0.44, 0.93]);
  assert.deepEqual(Object.values(doubled.patch.regions).map(({ layer }) => layer), [5, 6]);
});
