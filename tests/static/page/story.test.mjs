// The story as the page puts it together from answers that come in any order.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Story, deedOf, sameScene } from '../../../static/page/story.js';

const box = { box: [0.1, 0.2, 0.4, 0.9], visible: true, ease: 'linear' };

function scene(id, narration, takes = []) {
  const fox = { id: 'fox', character_id: 'fox', motion: 'stands', description: 'a fox', layer: 0, locked: false, keys: [box, null, null, null, null, box] };
  return { id, title: id, setting: '', narration, background: '', camera: '', shot_size: 'full', regions: [fox], overlaps: [], takes };
}

function view(revision, ...scenes) {
  return { project: 'p', revision, head: { title: 't' }, order: ['a', 'b'], scenes: Object.fromEntries(scenes.map((one) => [one.id, one])) };
}

test('older answers change nothing, and scenes with edits on their way stay as they are', () => {
  const story = new Story();
  const none = () => false;
  assert.equal(story.adopt(view(3, scene('a', 'three'), scene('b', 'bee')), none), true);
  assert.equal(story.adopt(view(2, scene('a', 'two')), none), false);
  story.adopt(view(4, scene('a', 'four')), (id) => id === 'a');
  assert.equal(story.scene('a').narration, 'three');
  story.adopt(view(5), none);
  assert.equal(story.scene('a').narration, 'four');
});

test('two views of a scene are the same where words and boxes are', () => {
  assert.equal(sameScene(scene('a', 'x'), scene('a', 'x', [{ id: 'take-1' }])), true);
  assert.equal(sameScene(scene('a', 'x'), scene('a', 'y')), false);
  const moved = scene('a', 'x');
  moved.regions[0].keys[5] = { ...box, box: [0.2, 0.2, 0.5, 0.9] };
  assert.equal(sameScene(scene('a', 'x'), moved), false);
});

test('edits of one scene are steps that its editor can take back; those of several are not', () => {
  assert.equal(deedOf({ op: 'edit', field: 'narration' }), 'change the narration');
  assert.equal(deedOf({ op: 'patch', label: 'move Mia' }), 'move Mia');
  for (const op of ['split', 'merge', 'restore', 'mend', 'reorder', 'title']) assert.equal(deedOf({ op }), '');
});
