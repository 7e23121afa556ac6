// What the film desk says of scenes in the film, and how its edits are taken back.
import assert from 'node:assert/strict';
import test from 'node:test';
import { noteWords } from '../../../static/page/film/finished.js';
import { filmWords, inverse, isTrimmed, joinOf, placeWords, shownFrames, timecode } from '../../../static/page/film/words.js';

const TAKE = { id: 'take-03', num_frames: 24, fps: 8 };
const SCENE = { id: 'dusk', take: TAKE, left_out: false, from_frame: 0, to_frame: null, join: null, voice: null, start: 4.5, seconds: 3, held: 0 };
const SETTINGS = { transition: 'cut', rate: 'held', byline: 'told by Mia' };

test('moments of the film are told in minutes, seconds and tenths', () => {
  assert.deepEqual([0, 4.5, 59.96, 61, 125.04].map(timecode), ['0:00', '0:04.5', '1:00', '1:01', '2:05']);
});

test('a scene says when it is seen, and what is done to it', () => {
  assert.equal(placeWords(SCENE), '0:04.5 – 0:07.5');
  assert.equal(placeWords({ ...SCENE, from_frame: 2, voice: { id: 'voice-1' }, held: 1.2 }), '0:04.5 – 0:07.5, trimmed, spoken, held 0:01.2');
  assert.equal(placeWords({ ...SCENE, take: null }), 'not rendered yet');
  assert.equal(placeWords({ ...SCENE, left_out: true }), 'left out');
});

test('frames that a shorter take does not have are not shown', () => {
  assert.deepEqual(shownFrames({ ...SCENE, from_frame: 3, to_frame: 20 }), [3, 20]);
  assert.deepEqual(shownFrames({ ...SCENE, from_frame: 30, to_frame: 49 }), [23, 24]);
  assert.equal(isTrimmed({ ...SCENE, to_frame: 24 }), false);
  assert.equal(isTrimmed({ ...SCENE, to_frame: 23 }), true);
});

test('a join that is as all others are says nothing of its own', () => {
  assert.deepEqual(joinOf(SCENE, SETTINGS), { now: 'cut', next: 'crossfade' });
  assert.deepEqual(joinOf({ join: 'crossfade' }, SETTINGS), { now: 'crossfade', next: null });
  assert.deepEqual(joinOf({ join: null }, { transition: 'crossfade' }), { now: 'crossfade', next: 'cut' });
});

test('an edit is taken back with what the desk showed before it', () => {
  const view = { settings: SETTINGS, scenes: [SCENE, { ...SCENE, id: 'dawn', from_frame: 5, voice: { id: 'voice-7' } }] };
  const change = { settings: { byline: '' }, scenes: { dawn: { from_frame: 0, voice: null } } };
  assert.deepEqual(inverse(view, change), { settings: { byline: 'told by Mia' }, scenes: { dawn: { from_frame: 5, voice: 'voice-7' } } });
  assert.deepEqual(inverse(view, { settings: { rate: 'smooth' } }), { settings: { rate: 'held' }, scenes: {} });
});

test('while a whole film is made, nobody is told to make it', () => {
  const film = { made: 'Made today at 11:54 from the chosen takes.', note: 'Made today. There are newer takes: make it again.', drafts: true };
  assert.equal(noteWords(film, false), film.note);
  assert.equal(noteWords(film, true), 'A film of drafts; the better pictures follow by themselves.');
  assert.equal(noteWords({ ...film, drafts: false }, true), `${film.made} The next film is being made.`);
});

test('the film says how many scenes it shows, and which it does not', () => {
  const scenes = [SCENE, { ...SCENE, left_out: true, start: null }, { ...SCENE, take: null, start: null }];
  const words = filmWords({ scenes, seconds: 3, settings: SETTINGS, fps: 24 });
  assert.match(words, /^1 scene, 1 not rendered yet, 1 left out, 0:03, 24 frames a second, each picture held/);
  assert.match(filmWords({ scenes: scenes.slice(1), seconds: 0, settings: SETTINGS, fps: 24 }), /render one/);
});
