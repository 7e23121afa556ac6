// Edits arrive in order, once each, and none is lost on the way.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Outbox } from '../../../static/page/outbox.js';
import { moveUnsent, takeUnsent } from '../../../static/page/unsent.js';
import { Storage, Studio } from './studio.mjs';

let studio;
let told;
let answer;

beforeEach(() => {
  globalThis.sessionStorage = new Storage();
  studio = new Studio();
  studio.keep('fox', { dawn: 'a fox woke', dusk: 'it got dark' });
  studio.keep('owl', { night: 'an owl flew' });
  told = { heard: [], refused: [], states: [], asked: 0 };
  answer = 'mine';
});

function open(...projects) {
  const outbox = new Outbox({
    post: (body) => studio.post(body),
    hear: (changed, op) => told.heard.push([changed.revision, op && op.value]),
    refuse: (error) => told.refused.push(error.message),
    decide: async () => { told.asked += 1; return answer; },
    gone: async (project) => !studio.stories.has(project),
    tell: (state) => told.states.push(state),
  });
  for (const project of projects) outbox.saw(project, studio.view(project).revision);
  return outbox;
}

const edit = (scene, value) => ({ op: 'edit', scene, value });

test('edits go one at a time and in order', async () => {
  const outbox = open('fox');
  await Promise.all(['one', 'two', 'three'].map((value) => outbox.send('fox', edit('dawn', value))));
  assert.deepEqual(studio.asked.map(({ base, value }) => [base, value]), [[0, 'one'], [1, 'two'], [2, 'three']]);
  assert.deepEqual(told.heard, [[1, 'one'], [2, 'two'], [3, 'three']]);
  assert.deepEqual(told.states, ['saving', 'saved']);
});

test('an edit whose answer was lost is not carried out twice', async () => {
  const outbox = open('fox');
  studio.loseAnswers = 1;
  await outbox.send('fox', { op: 'add' });
  assert.equal(Object.keys(studio.now('fox')).length, 3);
  assert.equal(studio.asked.length, 2);
  assert.equal(studio.asked[0].stamp, studio.asked[1].stamp);
});

test('each story counts its own revisions', async () => {
  for (const words of ['a', 'b', 'c']) studio.change('owl', 'night', words);
  const outbox = open('fox', 'owl');
  const both = [outbox.send('fox', edit('dawn', 'late')), outbox.send('owl', edit('night', 'soon'))];
  assert.equal(outbox.pending('fox', 'dawn'), true);
  assert.equal(outbox.pending('owl', 'dawn'), false);
  await Promise.all(both);
  assert.deepEqual(studio.asked.map(({ project, base }) => [project, base]), [['fox', 0], ['owl', 3]]);
  assert.deepEqual(told.refused, []);
});

test('everybody who waits for the end is told, and only of the story they wait for', async () => {
  const outbox = open('fox', 'owl');
  const ends = [];
  outbox.send('fox', edit('dawn', 'x'));
  outbox.idle('fox').then(() => ends.push(['first', outbox.pending('fox', 'dawn'), outbox.pending('owl', 'night')]));
  outbox.idle('fox').then(() => ends.push(['second']));
  await outbox.send('owl', edit('night', 'y'));
  assert.deepEqual(ends, [['first', false, true], ['second']]);
});

test('leaving sends what waits behind the one that flies, and keeps all for the next visit', async () => {
  const outbox = open('fox');
  for (const value of ['flies', 'waits', 'waits too']) outbox.send('fox', edit('dawn', value));
  outbox.leave();
  assert.deepEqual(studio.asked.map(({ base, value }) => [base, value]), [[0, 'flies'], [1, 'waits'], [2, 'waits too']]);
  await new Promise((next) => { setTimeout(next, 30); });
  assert.equal(studio.now('fox').dawn, 'waits too');
  assert.equal(studio.view('fox').revision, 3);
  const again = open('fox');
  const kept = takeUnsent('fox');
  assert.equal(kept.length, 3);
  await Promise.all(kept.map(({ op, deed, base }) => again.send('fox', op, deed, base)));
  assert.equal(studio.view('fox').revision, 3); // the studio knew them all by their stamps
  assert.deepEqual(takeUnsent('fox'), []);
});

test('an edit that waits to be sent again leaves with the page', async () => {
  const outbox = open('fox');
  studio.asleep = 1;
  outbox.send('fox', edit('dawn', 'tried before'));
  await new Promise((next) => { setTimeout(next, 10); });
  assert.equal(outbox.state, 'waiting');
  outbox.leave();
  await new Promise((next) => { setTimeout(next, 10); });
  assert.equal(studio.now('fox').dawn, 'tried before');
  outbox.wake();
});

test('edits that never left are carried out at the next visit', async () => {
  const outbox = open('fox');
  studio.asleep = 9;
  outbox.send('fox', edit('dawn', 'first'));
  outbox.send('fox', edit('dawn', 'second'));
  outbox.send('fox', edit('dusk', 'third'));
  outbox.leave();
  await new Promise((next) => { setTimeout(next, 10); });
  assert.equal(studio.view('fox').revision, 0);
  studio.asleep = 0;
  const again = open('fox');
  await Promise.all(takeUnsent('fox').map(({ op, deed, base }) => again.send('fox', op, deed, base)));
  assert.deepEqual(studio.now('fox'), { dawn: 'second', dusk: 'third' });
  assert.equal(told.asked, 0);
  assert.deepEqual(told.refused, []);
});

for (const choice of ['mine', 'theirs']) {
  test(`of a conflict stays what is chosen: ${choice}`, async () => {
    const outbox = open('fox');
    answer = choice;
    studio.change('fox', 'dawn', 'from another window');
    const kept = await Promise.all([outbox.send('fox', edit('dawn', 'here')), outbox.send('fox', edit('dawn', 'here too'))]);
    assert.deepEqual(kept.map(Boolean), choice === 'mine' ? [true, true] : [false, false]);
    await outbox.idle('fox');
    assert.equal(studio.now('fox').dawn, choice === 'mine' ? 'here too' : 'from another window');
  });
}

test('who let go of an edit hears of theirs only afterwards', async () => {
  const outbox = open('fox');
  answer = 'theirs';
  const order = [];
  outbox.hear = () => order.push('theirs is shown');
  studio.change('fox', 'dawn', 'from another window');
  const letGo = Promise.allSettled([outbox.send('fox', edit('dawn', 'here'))]).then(() => order.push('let go'));
  await letGo;
  await new Promise((next) => { setTimeout(next, 10); });
  assert.deepEqual(order, ['let go', 'theirs is shown']);
});

test('a conflict that is left waits for the next visit and is a conflict again', async () => {
  const outbox = open('fox');
  answer = 'later';
  studio.change('fox', 'dawn', 'from another window');
  assert.equal(await outbox.send('fox', edit('dawn', 'here')), null);
  const [kept] = takeUnsent('fox');
  assert.equal(kept.base, 0);
  answer = 'mine';
  const again = open('fox');
  assert.equal((await again.send('fox', kept.op, kept.deed, kept.base)).revision, 2);
  assert.equal(told.asked, 2);
});

test('edits of a story that the studio has forgotten wait until it is brought back', async () => {
  const outbox = open('fox');
  for (const words of ['a', 'b']) await outbox.send('fox', edit('dawn', words));
  studio.stories.delete('fox');
  assert.equal(await outbox.send('fox', edit('dawn', 'after')), null);
  studio.keep('fox-2', { dawn: 'b', dusk: '' });
  moveUnsent('fox', 'fox-2');
  outbox.saw('fox-2', 0);
  await Promise.all(takeUnsent('fox-2').map(({ op, deed, base }) => outbox.send('fox-2', op, deed, base)));
  assert.equal(studio.now('fox-2').dawn, 'after');
});

test('what is refused is told, and the next edit goes on', async () => {
  const outbox = open('fox');
  const [refused, kept] = await Promise.all([outbox.send('fox', { op: 'refused', scene: 'dawn' }), outbox.send('fox', edit('dawn', 'fine'))]);
  assert.equal(refused, false);
  assert.equal(kept.revision, 1);
  assert.deepEqual(told.refused, ['These words cannot be kept']);
});
