// What is told at the end of a whole film: that it can be watched, and below that what could be learned.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { keepPressed, WholeFilm } from '../../../static/page/wholefilm.js';
import { Storage } from './studio.mjs';

let answer;

beforeEach(() => {
  globalThis.localStorage = new Storage();
  globalThis.document = { baseURI: 'http://studio/' };
  globalThis.fetch = async () => ({ ok: true, status: 200, text: async () => JSON.stringify(answer) });
  keepPressed('fox', 7);
});

async function told() {
  const calls = [];
  const watch = () => {};
  const learn = () => {};
  const film = new WholeFilm({ story: { project: 'fox' }, ask: null, warn: (...all) => calls.push(all), watch, learn });
  await film.end();
  return { calls, watch, learn };
}

test('the film is offered first, and learning stands below it', async () => {
  answer = { words: 'One motion could be learned, about 5 min: “dances”.', motions: [{ id: 'dances' }] };
  const { calls: [[notice, action]], watch, learn } = await told();
  assert.deepEqual([notice.title, notice.lines, action], ['The film is ready', [], { words: 'Watch the film', run: watch }]);
  assert.match(notice.aside.told, /^One motion could be learned.* Nothing is learned unless you ask for it\.$/);
  assert.equal(notice.aside.run, learn);
});

test('nothing is said of learning where there is nothing to learn', async () => {
  answer = { words: '', motions: [] };
  const { calls: [[notice, action]] } = await told();
  assert.equal(notice.aside, null);
  assert.equal(action.words, 'Watch the film');
});
