// What is said of takes and their recipes, what keys do among them, and what a square keeps of a picture.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawnTo, middleSquare, moved, partOf, resized } from '../../../static/page/learned/square.js';
import { Takes } from '../../../static/page/takes.js';
import { comparisonsOf } from '../../../static/page/takes/comparisons.js';
import { TakeDesk } from '../../../static/page/takes/desk.js';
import { TAKES_KEYS, takesKey } from '../../../static/page/takes/keys.js';
import { changesOf, costWords, recipeWords, secondsOf } from '../../../static/page/takes/recipe.js';
import { SideBySide } from '../../../static/page/takes/sidebyside.js';
import { Together } from '../../../static/page/takes/together.js';
import { cellWords, useOf } from '../../../static/page/takes/uses.js';
import { newPage, settle } from './page.mjs';

const RECIPE = { seed: 5, steps: 16, guidance: 4.5, unwanted: 'rain', seconds: 8 };
const asTyped = (changes = {}) => ({ seed: '5', steps: '16', guidance: '4.5', unwanted: 'rain', ...changes });

test('a recipe is said in a line', () => {
  assert.equal(recipeWords({ quality: 'final', recipe: RECIPE }), 'final · seed 5 · 16 steps · guidance 4.5');
  assert.equal(recipeWords({ quality: 'draft', recipe: { ...RECIPE, steps: 1 } }), 'draft · seed 5 · 1 step · guidance 4.5');
});

test('takes say what they cost, if anybody knows', () => {
  assert.deepEqual([costWords(3, 4), costWords(3.4), costWords(null, 4)], ['about 12\u00a0s', 'about 3\u00a0s', '']);
  assert.deepEqual([secondsOf(RECIPE, 4), secondsOf(RECIPE, 0)], [2, 0]);
});

test('only what was changed in a recipe is told', () => {
  assert.deepEqual(changesOf(RECIPE, asTyped()), {});
  assert.deepEqual(changesOf(RECIPE, asTyped({ seed: '', steps: '3' })), { seed: 'new', steps: 3 });
  assert.deepEqual(changesOf(RECIPE, asTyped({ seed: '0', unwanted: ' ' })), { seed: 0, unwanted: '' });
  assert.deepEqual(changesOf(RECIPE, asTyped({ guidance: '0.5', unwanted: ' rain ' })), { guidance: 0.5 });
});

test('a take is compared without its boxes, and without what was learned where it has that', () => {
  const plain = { id: 'take-01', without: '', learned: false };
  const whole = { id: 'take-02', without: '', learned: true };
  const bare = { id: 'take-03', without: 'boxes', of: 'take-02' };
  const newer = { ...bare, id: 'take-04' };
  const scene = { takes: [plain, whole, bare, newer] };
  assert.deepEqual(comparisonsOf(scene, plain), [{ kind: 'boxes', there: null }]);
  assert.deepEqual(comparisonsOf(scene, whole), [{ kind: 'boxes', there: newer }, { kind: 'priors', there: null }]);
  assert.deepEqual([comparisonsOf(scene, bare), comparisonsOf(scene, undefined)], [[], []]);
});

const at = (kind) => ({ matches: (wanted) => wanted.split(', ').includes(kind) });
const press = (key, kind = 'div', held = {}) => takesKey({ key, target: at(kind), ...held });

test('keys play, use and step, unless something else needs them', () => {
  assert.deepEqual([press(' '), press('3'), press('b'), press('ArrowLeft')], [{ does: 'play' }, { does: 'use', at: 2 }, { does: 'boxes' }, { does: 'step', by: -1 }]);
  assert.deepEqual([press(' ', 'button'), press('ArrowRight', 'input[type=range]'), press('7'), press('0'), press('b', 'div', { ctrlKey: true })], [null, null, null, null, null]);
  assert.deepEqual([press('2', 'select'), press('2', 'input[type=range]'), press('ArrowRight', 'button')], [null, { does: 'use', at: 1 }, { does: 'step', by: 1 }]);
  assert.equal(TAKES_KEYS[1].length, 4);
});

test('a cell says what plays', () => {
  const cells = [{ set: false, plays: true, scale: 1 }, { set: false, plays: false, scale: 0 }, { set: true, plays: false, scale: 0 }, { set: true, plays: true, scale: 0.6 }];
  assert.deepEqual(cells.map(cellWords), ['as usual', 'not used', 'off', 'strength 0.6']);
});

test('a span of keyframes never ends before it begins', () => {
  assert.deepEqual(useOf({ scale: '1.4', from: '1', to: '4' }), { scale: 1.4, from_keyframe: 1, to_keyframe: 4 });
  assert.deepEqual(useOf({ scale: '1', from: '3', to: '2' }), { scale: 1, from_keyframe: 3, to_keyframe: 3 });
});

const WIDE = { width: 200, height: 100 };

test('a square begins in the middle and never leaves its picture', () => {
  const square = middleSquare(WIDE);
  assert.deepEqual(square, { x: 50, y: 0, side: 100 });
  assert.deepEqual(moved(square, WIDE, -70, 9), { x: 0, y: 0, side: 100 });
  assert.deepEqual(moved({ x: 150, y: 40, side: 30 }, WIDE, 70, 70), { x: 170, y: 70, side: 30 });
  assert.deepEqual(resized(square, WIDE, 60), { x: 70, y: 20, side: 60 });
  assert.deepEqual(resized({ x: 0, y: 0, side: 60 }, WIDE, 900), { x: 0, y: 0, side: 100 });
  assert.deepEqual(resized(square, WIDE, 1).side, 5);
});

test('a corner is drawn while the one across stays', () => {
  const square = { x: 40, y: 20, side: 50 };
  assert.deepEqual(drawnTo(square, WIDE, { right: true, down: true }, { x: 70, y: 60 }), { x: 40, y: 20, side: 40 });
  assert.deepEqual(drawnTo(square, WIDE, { right: false, down: false }, { x: 80, y: 58 }), { x: 78, y: 58, side: 12 });
  assert.deepEqual(drawnTo(square, WIDE, { right: true, down: true }, { x: 500, y: 500 }), { x: 40, y: 20, side: 80 });
  assert.deepEqual(drawnTo(square, WIDE, { right: false, down: true }, { x: -500, y: 30 }), { x: 10, y: 20, side: 80 });
});

test('a square is said as a part of its picture', () => {
  assert.equal(partOf({ x: 50, y: 10, side: 60 }, WIDE), '0.25,0.1,0.55,0.7');
  assert.equal(partOf({ x: 0, y: 0, side: 1 }, { width: 3, height: 3 }), '0,0,0.33333,0.33333');
});

test('a take is told to be deleted only where it is', async () => {
  newPage();
  const answers = [false, { revision: 4 }];
  const desk = new TakeDesk({ selected: 'dusk', send: async () => answers.shift() });
  const beside = new SideBySide(document.body, { title: 'Dusk', takes: [] }, { drop: (take) => desk.drop(take) });
  desk.window = beside;
  await beside.drop({ id: 'take-02', label: 'Take 2' });
  assert.equal(beside.said.textContent, '');
  await beside.drop({ id: 'take-02', label: 'Take 2' });
  assert.equal(beside.said.textContent, 'Take 2 is deleted. Bring it back');
});

test('films that are taken while others play are followed once', () => {
  const { waiting } = newPage();
  const together = new Together({ moved() {}, turned() {} });
  const film = () => document.createElement('video');
  const first = film();
  together.take([first]);
  together.play();
  together.take([first, film()]);
  together.take([first]);
  assert.equal(waiting().length, 1);
});

test('rendering can be cancelled once more where the studio was not told', async () => {
  newPage();
  const told = [true, false];
  const takes = new Takes({ unwanted: '', cancel: async () => told.pop() });
  for (const disabled of [false, true]) {
    await takes.cancel([{ id: 1 }]);
    assert.deepEqual([takes.stop.disabled, takes.stopAll.disabled], [disabled, disabled]);
  }
});
