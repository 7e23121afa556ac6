// Which key does what while clips are looked through, which clip is next, and what is said of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandOf, isDecision, isMove, moved } from '../../../static/page/motions/commands.js';
import { likeEntries } from '../../../static/page/motions/likes.js';
import { filterOf } from '../../../static/page/motions/needs.js';
import { decided, decisionWords, filtered, nextAfter, tally } from '../../../static/page/motions/review.js';
import { withoutTerm, withTerms } from '../../../static/page/motions/terms.js';
import { cameraWords, countsWords, factsWords, figureWords, foundWords, jobWords, recordingOf, sendingWords, stateWords } from '../../../static/page/motions/words.js';

const CLIPS = [['a', null], ['b', 'approved'], ['c', null], ['d', 'rejected'], ['e', null]].map(([id, verdict]) => ({ id, verdict }));
const ids = (clips) => clips.map(({ id }) => id).join('');

for (const [key, command] of [['p', 'approved'], ['P', 'approved'], ['x', 'rejected'], ['U', 'undecided'], ['c', 'crop'], ['ArrowLeft', 'previous'], ['q', ''], [' ', ''], ['Enter', '']]) {
  test(`the key ${JSON.stringify(key)} asks for ${command || 'nothing'}`, () => assert.equal(commandOf({ key }), command));
}

test('keys stay with a field, with the browser, and with a button that arrows do not leave', () => {
  assert.equal(commandOf({ key: 'p' }, 'words'), '');
  assert.equal(commandOf({ key: 'c', ctrlKey: true }), '');
  assert.equal(commandOf({ key: 'x', metaKey: true }), '');
  assert.equal(commandOf({ key: 'ArrowRight' }, 'button'), '');
  assert.equal(commandOf({ key: 'x' }, 'button'), 'rejected');
  assert.deepEqual([isDecision('crop'), isDecision('rejected'), isMove('crop'), isMove('below'), isMove('')], [false, true, false, true, false]);
});

test('moves lead along rows and stop at the ends', () => {
  const seven = (at, command) => moved(at, command, 7, 3);
  assert.deepEqual([seven(2, 'next'), seven(6, 'next'), seven(0, 'previous'), seven(1, 'below'), seven(5, 'below'), seven(4, 'above'), seven(2, 'above')], [3, 6, 0, 4, 5, 1, 2]);
  assert.deepEqual([seven(4, 'first'), seven(4, 'last')], [0, 6]);
});

test('a filter shows its clips, and each says how many', () => {
  assert.equal(ids(filtered(CLIPS, 'undecided')), 'ace');
  assert.equal(ids(filtered(CLIPS, 'rejected')), 'd');
  assert.deepEqual(['approved', 'undecided'].map(decisionWords), ['picked', 'undecided']);
  assert.deepEqual(tally(CLIPS), { all: 5, undecided: 3, approved: 1, rejected: 1 });
});

test('a decision changes one clip, and can be taken back', () => {
  const after = decided(CLIPS, 'c', 'rejected');
  assert.deepEqual([after[2].verdict, CLIPS[2].verdict], ['rejected', null]);
  assert.deepEqual(decided(after, 'c', 'undecided'), CLIPS);
});

for (const [filter, id, decision, advance, next] of [
  ['all', 'a', 'approved', true, 'c'], // over the one that is decided
  ['all', 'e', 'approved', true, 'a'], // round to the first
  ['all', 'a', 'approved', false, 'a'],
  ['undecided', 'a', 'rejected', true, 'c'],
  ['undecided', 'a', 'rejected', false, 'c'], // it is shown no more: its neighbour
  ['undecided', 'e', 'rejected', false, 'c'],
  ['approved', 'b', 'undecided', false, ''],
]) {
  test(`after ${decision} of ${id} among ${filter}${advance ? ', going on' : ''} comes ${next || 'none'}`, () => {
    const after = filtered(decided(CLIPS, id, decision), filter);
    assert.equal(nextAfter(filtered(CLIPS, filter), after, id, advance), next);
  });
}

test('the last decision stays where it is when nothing is undecided', () => {
  const two = [{ id: 'a', verdict: 'approved' }, { id: 'b', verdict: null }];
  assert.equal(nextAfter(two, decided(two, 'b', 'approved'), 'b', true), 'b');
});

test('terms are words, each once, in small letters', () => {
  assert.deepEqual(withTerms(['hop', 'hops'], ' Leap,hops  bound'), ['hop', 'hops', 'leap', 'bound']);
  assert.deepEqual(withoutTerm(['hop', 'hops', 'hopped'], 'hops'), ['hop', 'hopped']);
  assert.equal(withTerms([], Array.from({ length: 120 }, (_, at) => `w${at}`).join(' ')).length, 80);
});

test('a motion says what it needs', () => {
  const told = (motion) => stateWords({ approved: 0, ...motion });
  assert.equal(told({ state: 'known' }), 'can be played');
  assert.equal(told({ state: 'known', played: 'jumps' }), 'shown by a stand-in: jumps');
  assert.equal(told({ state: 'to_learn' }), 'needs clips');
  assert.equal(told({ state: 'to_learn', approved: 3 }), '3 of 4 clips picked');
  assert.equal(told({ state: 'to_learn', approved: 7 }), '7 clips picked');
  assert.equal(told({ state: 'to_learn', played: 'waves' }), 'shown by a stand-in: waves');
  assert.equal(told({ state: 'to_learn', played: 'waves', approved: 3 }), 'shown by a stand-in: waves; 3 of 4 clips picked');
});

test('the counts of a search are one line', () => {
  const counts = [['words', 1412, 'captions match'], ['pictures', 38, 'found by their pictures'], ['actor', 180, 'show somebody'], ['closely', 50, 'of them watched'], ['shown', 20, 'shown']];
  const said = countsWords(counts.map(([stage, kept, words]) => ({ stage, kept, words })));
  assert.equal(said, '1,412 captions match + 38 found by their pictures → 180 show somebody, 50 of them watched → 20 shown');
  assert.equal(countsWords([]), '');
});

test('a search says what it does', () => {
  const job = { state: 'running', doing: 'following actors', step: 12, total: 60, note: 'a fox hops', eta: null };
  assert.equal(jobWords(job), 'following actors, 12 of 60 · a fox hops');
  assert.equal(jobWords({ ...job, state: 'queued', ahead: 2 }), 'waiting, 2 before it');
});

test('a clip says what it is', () => {
  assert.equal(factsWords({ seconds: 6, licence: 'CC-BY-4.0', credit: 'Ada', own: false }), '6 s · CC-BY-4.0 · Ada');
  assert.equal(factsWords({ seconds: null, licence: '', own: true }), 'your own');
  assert.equal(foundWords({ found_by: ['by its words', 'by its pictures'], alike: 3 }), 'found by its words and by its pictures; stands for 3 nearly alike');
  assert.equal(foundWords({ found_by: [] }), '');
  assert.deepEqual([12.345, 0.28765].map((value) => figureWords({ value, told: 'BM25' })), ['BM25: 12.3', 'BM25: 0.288']);
});

test('a file on its way has its size', () => {
  assert.equal(sendingWords({ name: 'me.mov', size: 12400000 }), 'Sending me.mov (12 MB) …');
  assert.equal(sendingWords({ name: 'me.mov', size: 4000 }), 'Sending me.mov (less than 1 MB) …');
});

test('a refused camera is a plain sentence, and what can be recorded is found', () => {
  assert.match(cameraWords({ name: 'NotAllowedError' }), /^The browser does not let/);
  assert.match(cameraWords({ name: 'Odd' }), /cannot be used/);
  assert.match(cameraWords(null), /over https/);
  assert.deepEqual(recordingOf((type) => type === 'video/mp4'), { type: 'video/mp4', ending: 'mp4' });
  assert.deepEqual(recordingOf(() => true).ending, 'webm');
  assert.equal(recordingOf(() => false), null);
});

test('who may move like a clip', () => {
  const chosen = [];
  const scene = { regions: [{ id: 'fox', name: 'Mia', motion: 'hops', locked: false }, { id: 'robot', name: 'Bolt', motion: '', locked: true }] };
  const entries = likeEntries(scene, (id) => chosen.push(id));
  assert.deepEqual(entries.map(({ words, disabled }) => [words, disabled]), [['Mia, hops', false], ['Bolt', true]]);
  entries[0].run();
  assert.deepEqual(chosen, ['fox']);
  assert.equal(likeEntries({ regions: [] })[0].disabled, true);
});

test('what a clip needs is sent only where it is not as the model asks', () => {
  const asked = { min_seconds: 2, min_frames: 40, min_aspect: 0.9 };
  assert.equal(filterOf(asked, { ...asked }), null);
  assert.equal(filterOf(asked, { ...asked, min_frames: NaN }), null); // a field that was emptied
  assert.deepEqual(filterOf(asked, { ...asked, min_seconds: 0, min_frames: NaN }), { min_seconds: 0, min_frames: 40, min_aspect: 0.9 });
});
