// What is said of learned motions and looks, how a loss becomes a curve, and what the routes are told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { curveWords, pathOf, runOf, withPoint } from '../../../static/page/learned/curve.js';
import { LookWindow } from '../../../static/page/learned/look.js';
import { wishOf } from '../../../static/page/learned/settings.js';
import { noticeWords } from '../../../static/page/learned/whole.js';
import {
  askedWords, badgeOf, costWords, endedWords, KINDS_SHOWN, kindWords, learningWords, learnWords, lookWords, madeWords, ofKind, picturesWords, removalWords, usedWords, useOptions, useValue, useWish,
} from '../../../static/page/learned/words.js';
import { stateWords } from '../../../static/page/motions/words.js';
import { later, newPage, settle } from './page.mjs';

const DANCES = {
  id: 'aaa', kind: 'motion', title: 'dances', words: 'dances', steps: 300, sources: '7 clips', made: 'learned in 2 min 10 s', size: '1.3 MB',
  licences: ['CC-BY-4.0', 'CC0-1.0'], used_by: [], shipped: false, imported: false,
};
const LUNA = { ...DANCES, id: 'bbb', kind: 'character', title: 'Luna, a witch', used_by: ['“The shy fox”: Luna', '“Dusk”: Luna'], shipped: true };
const BROUGHT = { ...DANCES, id: 'ccc', title: 'spins', steps: 0, sources: '', made: '', imported: true };
const LEARNING = {
  kind: 'motion', words: 'dances', state: 'none', state_words: '', ready: true, why: '', cost: 'Learns from 7 clips, about 3 min on this machine',
  steps: 300, background: null, backgrounds: [], uses: null, chosen: false, choices: [DANCES, BROUGHT], going: null, stopped: null,
};
const points = (...losses) => losses.map((loss, at) => ({ step: at + 1, loss }));

test('cards say what they are, where they come from, and who uses them', () => {
  assert.deepEqual([DANCES, LUNA, BROUGHT].map(kindWords), ['learned motion', 'learned look, comes with the studio', 'learned motion, brought in from a file']);
  assert.equal(madeWords(DANCES), 'from 7 clips · learned in 2 min 10 s · 1.3 MB · CC-BY-4.0, CC0-1.0');
  assert.equal(madeWords({ ...BROUGHT, licences: [] }), '1.3 MB');
  assert.deepEqual([usedWords(DANCES), usedWords(LUNA)], ['', 'Used in “The shy fox”: Luna, “Dusk”: Luna']);
  assert.deepEqual(KINDS_SHOWN.map(([kind]) => ofKind([DANCES, LUNA, BROUGHT], kind).map(({ id }) => id).join()), ['aaa,bbb,ccc', 'aaa,ccc', 'bbb']);
});

test('a badge is calm where something can be played', () => {
  assert.deepEqual(['ready', 'stopped', 'other'].map((state) => badgeOf({ state })), ['badge done', 'badge', 'badge stale']);
});

test('a question before deleting names who would miss it', () => {
  assert.equal(removalWords(DANCES), 'Delete the learned motion “dances” for good?');
  assert.match(removalWords(LUNA), /^Delete the learned look “Luna, a witch” for good\? It is used in “The shy fox”: Luna, “Dusk”: Luna; those/);
});

for (const [changes, words] of [
  [{}, 'Learn this motion'],
  [{ kind: 'character' }, 'Learn this look'],
  [{ state: 'learned' }, 'Learn this motion anew'],
  [{ state: 'learned', stopped: { step: 120, total: 300, words: 'stopped' } }, 'Go on learning'],
  [{ going: 0, stopped: { step: 120, total: 300, words: 'stopped' } }, 'Learning …'],
]) {
  test(`the button says “${words}”`, () => assert.equal(learnWords({ ...LEARNING, ...changes }), words));
}

test('beside the button stands what it costs, or why it cannot be pressed', () => {
  assert.equal(costWords(LEARNING), LEARNING.cost);
  assert.equal(costWords({ ...LEARNING, stopped: { words: 'stopped at step 120 of 300' } }), `stopped at step 120 of 300. ${LEARNING.cost}`);
  assert.equal(costWords({ ...LEARNING, ready: false, why: 'Pick a clip first.' }), 'Pick a clip first.');
  assert.equal(costWords({ ...LEARNING, going: 12 }), '');
});

test('what is played with is chosen by its words, by name, or not at all', () => {
  assert.deepEqual(useOptions(LEARNING), [
    ['find', 'What fits “dances” best'], ['aaa', 'dances, from 7 clips, 300 steps'], ['ccc', 'spins'], ['none', 'Nothing learned'],
  ]);
  assert.equal(useValue({ ...LEARNING, state: 'learned', uses: DANCES }), 'find');
  assert.equal(useValue({ ...LEARNING, state: 'learned', uses: DANCES, chosen: true }), 'aaa');
  assert.equal(useValue({ ...LEARNING, state: 'off', chosen: true }), 'none');
  assert.deepEqual(['find', 'aaa', 'none'].map(useWish), [{ prior: null, chosen: false }, { prior: 'aaa', chosen: true }, { prior: null, chosen: true }]);
});

test('only what was changed is told of the settings', () => {
  const told = (steps, background = '') => wishOf(LEARNING, { steps, background });
  assert.deepEqual([told(300), told(Number.NaN), told(0), told(120), told(90000)], [{}, {}, {}, { steps: 120 }, { steps: 20000 }]);
  assert.deepEqual(told(300, 'remove'), { background: 'remove' });
});

test('a curve takes each step once, forgets what came after a step that is learned again, and stays short', () => {
  const three = points(0.5, 0.25, 0.125).reduce(withPoint, []);
  assert.deepEqual(three, points(0.5, 0.25, 0.125));
  assert.equal(withPoint(three, { step: 3, loss: null }), three);
  assert.deepEqual(withPoint(three, { step: 3, loss: 0.2 }).at(-1), { step: 3, loss: 0.2 });
  assert.deepEqual(withPoint(three, { step: 2, loss: 0.75 }), points(0.5, 0.75));
  let many = [];
  for (let step = 1; step <= 4000; step += 1) many = withPoint(many, { step, loss: 1 });
  assert.ok(many.length <= 1500 && many.at(-1).step === 4000 && many[0].step < 10, `${many.length} points`);
});

test('the run of a curve is the mean of the steps before, and its path fills the picture', () => {
  assert.deepEqual(runOf(points(4, 2)).map(({ loss }) => loss), [4, 2]);
  const losses = Array.from({ length: 24 }, (_, at) => 24 - at);
  assert.deepEqual(runOf(points(...losses)).slice(0, 3).map(({ loss }) => loss), [24, 23.5, 22.5]);
  assert.equal(pathOf(points(2, 1), { width: 100, height: 50, total: 2, top: 2 }), 'M50.0,0.0L100.0,25.0');
  assert.equal(pathOf([], { width: 100, height: 50, total: 2, top: 2 }), '');
  assert.equal(curveWords(points(0.5, 0.125)), 'How far off it is: 0.50 at first, 0.13 after 2 steps');
});

test('a look says how many pictures there are, and how many more fit', () => {
  assert.match(picturesWords({ pictures: [], most: 20, room: 20 }), /^One picture will do, up to 20 are better/);
  assert.equal(picturesWords({ pictures: [1], most: 20, room: 19 }), '1 picture; 19 more fit.');
  assert.equal(picturesWords({ pictures: [1, 2], most: 2, room: 0 }), '2 pictures; no more fit.');
  assert.deepEqual([lookWords({}), lookWords({ pictures: 1 }), lookWords({ pictures: 3 }), lookWords({ pictures: 3, learned: true })],
    ['Teach its look …', 'Teach its look (1 picture) …', 'Teach its look (3 pictures) …', 'Learned look …']);
});

test('how far learning is does not say twice that it learns', () => {
  const job = { state: 'running', step: 12, total: 300, doing: 'learning', aside: 'about 2 min left', eta: null };
  assert.equal(learningWords(job), 'step 12 of 300 · about 2 min left');
  assert.equal(learningWords({ ...job, step: 2, total: 7, doing: 'reading clips and pictures', aside: '' }), 'reading clips and pictures, 2 of 7');
  assert.equal(learningWords({ ...job, state: 'queued', ahead: 2, aside: '' }), 'waiting, 2 before it');
});

test('what was asked of a learning, what came of it, and what a motion was learned from are said', () => {
  assert.deepEqual(['none', 'save_now', 'stop'].map((wish) => askedWords({ wish })), ['', 'keeping what it can so far …', 'stopping …']);
  assert.equal(endedWords([{ title: 'Learning “dances”', state: 'failed', failed: 'It went astray.' }, { state: 'done', outcome: '“spins” is learned.' }, { state: 'cancelled', outcome: '' }]),
    'Learning “dances”: It went astray. “spins” is learned.');
  assert.equal(noticeWords({ title: 'It is used', lines: ['“Dusk”: Luna'] }), 'It is used. “Dusk”: Luna.');
  assert.equal(stateWords({ state: 'learned', learned: { words: 'learned from 7 clips' } }), 'learned from 7 clips');
});

/** The window of a look, with room for pictures; `sent` are the names of those that were sent, `made` and `gone` count their addresses. */
async function openLook(room) {
  const seen = { sent: [], made: 0, gone: 0 };
  newPage();
  const look = { name: 'Luna', pictures: [], room };
  const hub = { place: () => document.body, call: async () => look, upload: async (route, query, { name }) => { seen.sent.push(name); return { look }; } };
  const opened = new LookWindow(hub, 'luna');
  opened.teach.draw = () => {};
  Object.assign(opened.cropper.picture, { decode: async () => {}, naturalWidth: 40, naturalHeight: 30 });
  URL.createObjectURL = () => { seen.made += 1; return 'blob:it'; };
  URL.revokeObjectURL = () => { seen.gone += 1; };
  await settle();
  const press = async (words) => { opened.cropper.root.querySelectorAll('button').find(({ textContent }) => textContent === words).fire('click'); await settle(); };
  const drop = async (...names) => { opened.dialog.fire('drop', { dataTransfer: { types: ['Files'], files: names.map((name) => ({ name })) } }); await settle(); };
  return { opened, seen, press, drop };
}

test('pictures that are dropped while one is cropped come after it', async () => {
  const { opened, seen, press, drop } = await openLook(5);
  await drop('a.png', 'b.png');
  await drop('c.png');
  for (let at = 0; at < 3; at += 1) await press('Keep all of it');
  assert.deepEqual(seen, { sent: ['a.png', 'b.png', 'c.png'], made: 3, gone: 3 });
  assert.equal(opened.add.disabled, false);
});

test('a window that closes waits for no picture that is left', async () => {
  const { opened, seen, drop } = await openLook(5);
  await drop('a.png', 'b.png', 'c.png');
  opened.dialog.close();
  await settle();
  assert.deepEqual(seen, { sent: [], made: 1, gone: 1 });
});

test('a window that closes while a picture is read asks for no part of it', async () => {
  const { opened, seen, drop } = await openLook(5);
  const slow = later();
  opened.cropper.picture.decode = () => slow.promise;
  await drop('a.png');
  opened.dialog.close();
  slow.keep();
  await settle();
  assert.deepEqual(seen, { sent: [], made: 1, gone: 1 });
});
