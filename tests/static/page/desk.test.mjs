// The film desk while the studio's answers cross what is just done: a trim, a drag, an undo, a recording.
import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { FilmDesk } from '../../../static/page/film/desk.js';
import { Strip } from '../../../static/page/film/strip.js';
import { Trim } from '../../../static/page/film/trim.js';
import { VoiceBox } from '../../../static/page/film/voice.js';
import { later, newPage, settle, toasts } from './page.mjs';

const TAKE = { id: 'take-03', num_frames: 24, fps: 8, width: 8, height: 6, video: 'take.mp4', sheet: 'take.png' };
const SCENE = { id: 'dusk', number: 1, title: 'Dusk', take: TAKE, left_out: false, from_frame: 0, to_frame: null, join: null, voice: null, narration: '', start: 0, seconds: 3, held: 0 };
const SETTINGS = { transition: 'cut', rate: 'held', subtitles: 'off', title_card: false, end_card: false, byline: '', transition_seconds: 1 };
const view = (changes = {}) => ({ project: 'fox', scenes: [{ ...SCENE, ...changes }, { ...SCENE, id: 'dawn', number: 2 }], seconds: 6, fps: 24, settings: SETTINGS, stills: {}, film: null });
let answer;
let asked;

beforeEach(() => {
  asked = [];
  answer = () => view();
  newPage((route, body) => { asked.push([route, body]); return answer(route, body); });
});

async function openDesk() {
  const said = [];
  const desk = new FilmDesk({ settled: async () => 'fox', send: () => {}, makeFilm: () => {}, say: (words) => said.push(words), changed: () => {} });
  document.body.append(desk.root);
  desk.draw({ head: { project: 'fox', film: null, files: [] }, scenes: [] });
  mock.timers.tick(0);
  await settle();
  asked.length = 0;
  return { desk, said };
}

function openTrim() {
  const changes = [];
  const trim = new Trim({ change: (...all) => changes.push(all) });
  document.body.append(trim.root);
  trim.draw(SCENE);
  return { trim, changes };
}

test('an answer does not take away what a key has just trimmed', () => {
  const { trim, changes } = openTrim();
  trim.first.fire('keydown', { key: 'ArrowRight' });
  trim.draw(SCENE);
  mock.timers.tick(400);
  assert.deepEqual(changes, [[1, null]]);
  trim.draw({ ...SCENE, from_frame: 3 });
  assert.deepEqual(trim.range, [3, 24]);
});

test('an answer takes away neither a number half typed nor a handle that is held', () => {
  const { trim, changes } = openTrim();
  trim.from.input.value = '1';
  trim.from.input.fire('input');
  trim.draw({ ...SCENE, from_frame: 4 });
  assert.equal(trim.from.input.value, '1');
  trim.from.input.fire('blur');
  assert.equal(trim.from.input.value, 5);
  trim.last.fire('pointerdown', { pointerId: 7 });
  trim.put(1, 20);
  trim.draw(SCENE);
  trim.last.fire('pointerup', { pointerId: 7 });
  assert.deepEqual([trim.range, changes], [[4, 20], [[4, 20]]]);
});

test('a trim on its way does not come to another take', () => {
  const { trim, changes } = openTrim();
  trim.first.fire('keydown', { key: 'ArrowRight' });
  trim.draw({ ...SCENE, take: { ...TAKE, video: 'other.mp4' } });
  mock.timers.tick(400);
  assert.deepEqual([trim.range, changes], [[0, 24], []]);
});

test('an answer while a card is dragged waits for the drop', () => {
  const moves = [];
  const strip = new Strip({ select: () => {}, change: () => {}, move: (...all) => moves.push(all) });
  strip.draw(view(), 'dusk');
  const [first, second] = strip.root.children;
  first.fire('pointerdown', { pointerId: 1, button: 0, pointerType: 'mouse', clientX: 0, clientY: 0 });
  strip.root.fire('pointermove', { pointerId: 1, clientX: 50, clientY: 0 });
  strip.draw(view({ title: 'Evening' }), 'dusk');
  assert.equal(strip.root.children[0], first);
  strip.root.fire('pointerup', { pointerId: 1 });
  assert.deepEqual(moves, [['dusk', null]]);
  assert.match(strip.root.textContent, /Evening/);
  const cards = strip.root.children;
  strip.draw(view({ title: 'Evening' }), 'dusk');
  assert.deepEqual([strip.root.children[0] === cards[0], cards.includes(second)], [true, false]);
});

test('an edit that is lost is told and stands in no undo; an undo that is lost can be asked again', async () => {
  const { desk, said } = await openDesk();
  answer = (route) => { if (route === 'film_edit') throw new TypeError('Failed to fetch'); return view(); };
  await desk.change({ settings: { rate: 'takes' } }, 'Frames a second');
  assert.match(toasts()[0], /does not answer.*Try it again/);
  assert.deepEqual([desk.undos, said], [[], []]);
  answer = () => view();
  await desk.change({ settings: { rate: 'takes' } }, 'Frames a second');
  answer = () => { throw new TypeError('Failed to fetch'); };
  await desk.takeBack();
  assert.deepEqual([desk.undos.length, said], [1, ['Frames a second. Saved.']]);
  document.querySelector('.toasts').replaceChildren();
  await desk.load();
  assert.deepEqual(toasts(), []);
});

test('the desk is asked once where it is asked at once and soon', async () => {
  const { desk } = await openDesk();
  desk.look();
  await desk.load();
  mock.timers.tick(1000);
  await settle();
  assert.equal(asked.length, 1);
});

test('a trim that is on its way when another story comes is kept in its own', async () => {
  const { desk } = await openDesk();
  desk.trim.put(0, 5);
  desk.draw({ head: { project: 'owl', film: null, files: [] }, scenes: [] });
  await settle();
  assert.deepEqual(asked[0], ['film_edit', { project: 'fox', scenes: { dusk: { from_frame: 5, to_frame: null } } }]);
  assert.deepEqual([desk.view, desk.undos], [null, []]);
});

test('a microphone that is allowed once the step was left is let go of', async () => {
  const allowed = later();
  const tracks = [{ stop() { this.stopped = true; } }];
  Object.defineProperty(globalThis, 'navigator', { configurable: true, value: { mediaDevices: { getUserMedia: () => allowed.promise } } });
  const voice = new VoiceBox({ bring: () => assert.fail('it was sent'), remove: () => {} });
  voice.draw(SCENE);
  const began = voice.begin();
  voice.drop();
  allowed.keep({ getTracks: () => tracks });
  await began;
  assert.deepEqual([voice.recorder, tracks[0].stopped], [null, true]);
});

test('a recording goes to the story that it was spoken in', async () => {
  const { desk } = await openDesk();
  let sent = '';
  answer = () => view();
  const { fetch } = globalThis;
  globalThis.fetch = (address, told) => { sent = address; return fetch(address, told); };
  desk.settled = async () => 'owl'; // it came while the recording was being sent
  await desk.bring('dusk', new Blob(['hello']));
  assert.match(sent, /voice\?project=fox&scene=dusk$/);
});
