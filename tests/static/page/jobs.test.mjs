// What is said of work that goes on, waits or is over.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { Watch } from '../../../static/page/jobs.js';
import { endWords } from '../../../static/page/jobs/row.js';
import { progressWords } from '../../../static/page/progress.js';
import { later, newPage, settle, toasts } from './page.mjs';

const RENDER = { state: 'running', kind: 'render', doing: '', aside: '', step: 3, total: 17, ahead: 0, eta: 12.4 };
const LEARNING = { ...RENDER, kind: 'train', doing: 'learning', aside: 'about 2 min left', step: 120, total: 400, eta: null };

test('what runs says its step and the time that is left', () => {
  assert.equal(progressWords(RENDER), 'step 3 of 17 · about 12\u00a0s left');
  assert.equal(progressWords({ ...RENDER, eta: null }), 'step 3 of 17');
  assert.equal(progressWords({ ...RENDER, step: 0, eta: null }), 'getting ready');
  assert.equal(progressWords({ ...RENDER, aside: 'drawing the frames' }, [RENDER, LEARNING]), 'drawing the frames · about 12\u00a0s left · 2 more waiting');
  assert.equal(progressWords(LEARNING), 'learning, 120 of 400 · about 2 min left');
});

test('what waits says how much is before it, and when it will be done', () => {
  const waits = { ...RENDER, state: 'queued', step: 0, ahead: 4, eta: 81 };
  assert.equal(progressWords(waits), 'waiting, 4 before it · done in about 1\u00a0min\u00a021\u00a0s');
  assert.equal(progressWords({ ...waits, ahead: 0, eta: null }), 'getting ready');
  assert.equal(progressWords({ ...LEARNING, state: 'queued', ahead: 1, aside: 'makes way for others, then goes on', eta: 200 }),
    'waiting, 1 before it · makes way for others, then goes on · done in about 3\u00a0min\u00a020\u00a0s');
});

test('what comes after a take of a whole film is told in drafts, finals and films', () => {
  const film = (whole) => ({ kind: 'film', state: 'queued', quality: '', whole });
  const render = (quality) => ({ ...RENDER, state: 'queued', quality });
  const after = (...jobs) => progressWords({ ...RENDER, eta: null }, jobs).split(' · ')[1];
  assert.equal(after(render('draft'), film('drafts'), render('final'), render('final'), film('finals')), 'then 1 draft, 2 finals and 2 films');
  assert.equal(after(render('final'), film('finals')), 'then 1 final and the film');
  assert.equal(after(film('finals')), 'then the film');
  assert.equal(after(film('finals'), LEARNING), '2 more waiting');
  assert.equal(after(render('final')), '1 more waiting');
});

test('what is over says how it ended, when, and what came of it', () => {
  const ended = { state: 'done', step: 17, total: 17, ended: 1000, outcome: '', failed: null };
  const now = 1_180_000;
  assert.equal(endWords(ended, now), 'done, 3 min ago');
  assert.equal(endWords({ ...ended, state: 'failed', failed: 'The disk is full. Make room.' }, now), 'did not work, 3 min ago · The disk is full. Make room.');
  assert.equal(endWords({ ...ended, state: 'stopped', step: 7 }, now), 'stopped at step 7 of 17, 3 min ago');
  assert.equal(endWords({ ...ended, state: 'stopped', step: 0 }, now), 'stopped before it began, 3 min ago');
  assert.equal(endWords({ ...ended, outcome: '“bows” is learned.' }, now), 'done, 3 min ago · “bows” is learned.');
});

/** A watch of a story that can be left; `seen` are the work that went on and the questions that were asked. */
function openWatch(answer) {
  const seen = { going: [], asked: 0 };
  const story = { project: 'fox', revision: 3 };
  newPage((route) => { if (route === 'watch') seen.asked += 1; return answer(route); });
  const watch = new Watch({ story: () => story, going: (jobs) => seen.going.push(jobs.length), ended() {}, heard() {}, say() {}, all() {} });
  return { watch, story, seen };
}

const NOTHING = { jobs: [], revision: 3, saved: '' };

test('a watch that is reset asks no more, and what was asked before is not heard', async () => {
  const slow = later();
  const { watch, seen } = openWatch(() => slow.promise);
  const asking = watch.ask();
  watch.reset();
  slow.keep({ ...NOTHING, jobs: [{ ...RENDER, id: 1, title: 'A draft', active: true }] });
  await asking;
  mock.timers.tick(60_000);
  await settle();
  assert.deepEqual([seen.asked, seen.going], [1, [0]]);
});

test('a watch without a story is not woken by the page that is looked at again', async () => {
  const { watch, story, seen } = openWatch(() => NOTHING);
  await watch.ask();
  mock.timers.tick(5000);
  await settle();
  assert.equal(seen.asked, 2);
  story.project = '';
  watch.reset();
  document.fire('visibilitychange');
  await settle();
  story.project = 'fox';
  mock.timers.tick(60_000);
  await settle();
  assert.equal(seen.asked, 2);
});

test('whoever ends work hears whether the studio was told', async () => {
  const { watch } = openWatch((route) => { if (route === 'cancel') throw new TypeError('Failed to fetch'); return NOTHING; });
  assert.equal(await watch.cancel([1]), false);
  assert.match(toasts()[0], /does not answer/);
  const { watch: other } = openWatch(() => NOTHING);
  assert.equal(await other.cancel([1]), true);
  other.reset();
});
