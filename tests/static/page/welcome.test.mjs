// Where a film of the first page is: which cut, and at which moment of its scene.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { OwnStory } from '../../../static/page/welcome/own.js';
import { placeAt } from '../../../static/page/welcome/reel.js';
import { later, newPage, settle } from './page.mjs';

const CUTS = [
  { scene: 'dawn', from: 0, to: 4, at: 0, until: 6, pace: 2 },
  { scene: 'dusk', from: 4.5, to: 6, at: 1.5, until: 3, pace: 2 },
];

test('the moment goes on with the film', () => {
  assert.equal(placeAt(CUTS, 1.25).cut.scene, 'dawn');
  assert.equal(placeAt(CUTS, 1.25).moment, 2.5);
  assert.equal(placeAt(CUTS, 4.75).moment, 2);
});

test('a picture that is held has the last moment of what is shown', () => {
  assert.ok(Math.abs(placeAt(CUTS, 3.9).moment - 6) < 0.01);
  assert.ok(placeAt(CUTS, 3.9).moment < 6);
  assert.ok(Math.abs(placeAt(CUTS, 5.9).moment - 3) < 0.01);
});

test('between two scenes there are no boxes', () => {
  assert.equal(placeAt(CUTS, 4.2), null);
  assert.equal(placeAt(CUTS, 9), null);
});

const VIEW = { revision: 1, saved: '', head: { title: 'Foxes' }, order: [], scenes: {} };

function openOwn(answer) {
  const asked = [];
  newPage((route, body) => { asked.push([route, body.project]); return answer(route, body); });
  const drawn = [];
  let opened = 0;
  const own = new OwnStory({ draw: (label) => drawn.push(label), live() {}, say() {}, all: () => { opened += 1; } });
  return { own, asked, drawn, opened: () => opened };
}

test('the story of the first page is watched only while that page is shown', async () => {
  const { own, asked } = openOwn(() => ({ jobs: [], revision: 1, saved: '' }));
  own.open({ ...VIEW, project: 'fox' }, true);
  await settle();
  own.leave();
  for (let at = 0; at < 3; at += 1) {
    document.fire('visibilitychange');
    mock.timers.tick(60_000);
    await settle();
  }
  assert.deepEqual(asked, [['watch', 'fox']]);
  own.back();
  await settle();
  assert.deepEqual(asked.at(-1), ['watch', 'fox']);
  assert.equal(asked.length, 2);
});

test('a story that has made way for another one does not come back', async () => {
  const slow = later();
  const { own, drawn } = openOwn((route) => (route === 'open' ? slow.promise : { jobs: [], revision: 1, saved: '' }));
  own.open({ ...VIEW, project: 'fox' }, true);
  const reopened = own.reopen();
  own.open({ ...VIEW, project: 'owl' }, true);
  slow.keep({ ...VIEW, project: 'fox' });
  await reopened;
  assert.deepEqual([own.story.project, drawn], ['owl', []]);
});

test('the bar of the first page opens the window of all work', () => {
  const { own, opened } = openOwn(() => ({}));
  own.watch.root.querySelector('.more').fire('click');
  assert.equal(opened(), 1);
});
