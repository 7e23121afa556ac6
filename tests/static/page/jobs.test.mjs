// What is said of work that goes on, waits or is over.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endWords } from '../../../static/page/jobs/row.js';
import { progressWords } from '../../../static/page/progress.js';

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
