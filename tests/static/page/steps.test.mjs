// What the tabs of the steps say of a story, and what its one main button does next.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CastStep } from '../../../static/page/steps/caststep.js';
import { isOlder, nextOf, wholeCost } from '../../../static/page/steps/next.js';
import { boardsMark, castMark, filmMark, standInWords, storyMark } from '../../../static/page/steps/saying.js';
import { ScriptScene } from '../../../static/page/steps/scriptscene.js';
import { later, newPage, settle } from './page.mjs';

const FINDING = { severity: 'warning', words: 'The fox leaves the stage.' };
const scene = (state, changed = '', more = {}) => ({ state, changed, takes: state === 'done' || state === 'stale' ? [{ id: 'take-01' }] : [], findings: [], ...more });
const HEAD = { findings: [], cast: [{ id: 'fox', asks: '' }, { id: 'rabbit', asks: '' }], motions: [{ id: 'walks', state: 'known' }], film: null };
const FILM = { id: 'film-01', mark: '' };
const view = (head, ...scenes) => ({ head: { ...HEAD, ...head }, scenes });

test('the story says how long it is, and what is to be looked at first', () => {
  assert.deepEqual(storyMark(view({}, scene('planned'))), { words: '1 scene', stale: false });
  const found = view({ findings: [FINDING] }, scene('planned', '', { findings: [FINDING, { severity: 'hint', words: 'x' }] }));
  assert.deepEqual(storyMark(found), { words: '2 warnings', stale: true });
  found.scenes[0].findings.push({ severity: 'error', words: 'x' });
  assert.deepEqual(storyMark(found), { words: '1 broken thing', stale: true });
});

test('the boards say how many scenes are outdated and why, the commonest reason first', () => {
  const old = [scene('stale', 'words changed'), scene('stale', 'boxes changed'), scene('stale', 'boxes changed'), scene('done')];
  assert.deepEqual(boardsMark(view({}, ...old)), { words: '3 scenes outdated: boxes changed, words changed', stale: true });
  assert.deepEqual(boardsMark(view({}, old[1])), { words: '1 scene outdated: boxes changed', stale: true });
  assert.equal(boardsMark(view({}, scene('stale'))).words, '1 scene outdated: changed since');
});

test('the boards say what waits for a take, and what is rendered', () => {
  const told = (jobs, ...states) => boardsMark(view({}, ...states.map((state) => scene(state))), jobs).words;
  assert.equal(told([], 'planned', 'planned', 'draft'), '3 scenes to render');
  assert.equal(told([], 'planned', 'done', 'draft'), '2 of 3 to render');
  assert.equal(told([{ kind: 'render', scene_id: 'a' }, { kind: 'film', scene_id: null }], 'planned', 'done'), 'rendering 1 scene');
  const twice = [{ kind: 'render', scene_id: 'a' }, { kind: 'render', scene_id: 'a' }];
  assert.equal(told(twice, 'planned', 'done'), 'rendering 1 scene');
  assert.deepEqual([told([], 'done'), told([], 'done', 'done')], ['its scene is rendered', 'all 2 scenes rendered']);
});

test('the boards say how far the drafts and the finals of a whole film are', () => {
  const film = { kind: 'film', scene_id: null, whole: 'finals' };
  const job = (id, quality) => ({ kind: 'render', scene_id: id, quality });
  const taken = (id, quality) => ({ ...scene('done'), id, takes: [{ chosen: true, quality }] });
  const bare = (id, state = 'planned') => ({ ...scene(state), id });
  const told = (scenes, ...jobs) => boardsMark(view({}, ...scenes), [...jobs, film]).words;
  const finals = ['a', 'b', 'c'].map((id) => job(id, 'final'));
  assert.equal(told([taken('a', 'draft'), bare('b'), bare('c', 'stale')], job('b', 'draft'), job('c', 'draft'), ...finals), 'drafts 2 of 3, then finals');
  assert.equal(told([taken('a', 'draft'), taken('b', 'draft'), taken('c', 'draft')], ...finals), 'finals 1 of 3');
  assert.equal(told([taken('a', 'final'), taken('b', 'final'), taken('c', 'draft')], finals[2]), 'finals 3 of 3');
  assert.equal(told([taken('a', 'final')]), 'its scene is rendered');
});

test('cast and motions say what is to be learned, what is being learned, and who stands in', () => {
  const open = [{ id: 'spins', state: 'to_learn' }, { id: 'hops', state: 'to_learn' }, { id: 'walks', state: 'learned' }];
  assert.deepEqual(castMark(view({ motions: open })), { words: '2 motions to learn', stale: false });
  assert.deepEqual(castMark(view({ motions: open }), [{ kind: 'train', title: 'Learning “spins”' }]), { words: 'learning “spins”', stale: false });
  assert.equal(castMark(view({ motions: open, cast: [{ asks: 'Who plays it?' }] })).words, '2 motions to learn, 1 stand-in');
  assert.deepEqual(castMark(view({ cast: [{ asks: 'Who plays it?' }, { asks: '' }] })), { words: '1 stand-in', stale: false });
  assert.deepEqual(castMark(view({})), { words: '2 characters', stale: false });
});

test('the boards say who stands in for whom', () => {
  const actor = (name, kind, played, asks = 'Who?') => ({ name, kind, played, asks });
  const dragon = actor('Dragon', 'dragon', 'the green robot');
  assert.equal(standInWords({ cast: [actor('Mia', 'fox', 'the red fox', '')] }), '');
  assert.equal(standInWords({ cast: [dragon] }), 'Your dragon is played by a green robot.');
  const emma = actor('Emma', 'girl', 'the orange witch');
  assert.equal(standInWords({ cast: [dragon, emma] }), 'Your dragon is played by a green robot, Emma by an orange witch.');
  assert.equal(standInWords({ cast: [emma, dragon, emma, emma] }), 'Emma is played by an orange witch, your dragon by a green robot, Emma by an orange witch, and 1 more by others.');
});

test('the film says that it is older than its takes', () => {
  assert.deepEqual(filmMark(view({ film: { mark: 'older than 3 takes' } }, scene('done'))), { words: 'film older than 3 takes', stale: true });
  assert.equal(filmMark(view({ film: FILM }, scene('done'))).words, 'up to date');
  assert.equal(filmMark(view({ film: FILM }, scene('done')), [{ kind: 'film' }]).words, 'being made');
  assert.deepEqual([filmMark(view({}, scene('done'))).words, filmMark(view({}, scene('planned'))).words], ['not made yet', 'needs a take first']);
});

test('the main button makes the whole film, then the film, then shows it', () => {
  assert.deepEqual(nextOf(view({}, scene('planned'), scene('done'))), { words: 'Make the whole film', does: 'whole' });
  assert.equal(nextOf(view({ film: FILM }, scene('stale'))).does, 'whole');
  assert.deepEqual(nextOf(view({}, scene('done'))), { words: 'Make the film', does: 'film' });
  assert.deepEqual(nextOf(view({ film: { mark: 'older than your cuts' } }, scene('done'))), { words: 'Make the film again', does: 'film' });
  assert.deepEqual(nextOf(view({ film: FILM }, scene('done'))), { words: 'Watch the film', does: 'watch' });
  assert.deepEqual([isOlder(FILM), isOlder({ mark: 'older than 1 take' })], [false, true]);
});

test('the main button waits while what it asks for is made', () => {
  const jobs = [{ kind: 'render', scene_id: 'a' }];
  assert.deepEqual(nextOf(view({}, scene('planned'), scene('planned'), scene('done')), jobs), { words: 'Rendering, 2 scenes to go …', does: 'wait' });
  assert.equal(nextOf(view({}, scene('done')), jobs).does, 'film');
  assert.deepEqual(nextOf(view({}, scene('done')), [{ kind: 'film', scene_id: null }]), { words: 'The film is being made …', does: 'wait' });
});

test('the whole film costs its drafts and its finals', () => {
  const draft = { takes: [{ id: 'take-02', chosen: true, quality: 'draft' }] };
  const seconds = { draft: 3, final: 8 };
  assert.equal(wholeCost(view({ seconds }, scene('planned'), scene('done', '', draft), scene('done'))), 'about 19\u00a0s');
  assert.equal(wholeCost(view({ seconds: { draft: 30, final: 84 } }, scene('planned'))), 'about 1\u00a0min\u00a050\u00a0s');
  assert.deepEqual([wholeCost(view({ seconds }, scene('done'))), wholeCost(view({ seconds: { draft: null, final: 8 } }, scene('planned')))], ['', '']);
});

function openCast(answer) {
  newPage(answer);
  const cast = { root: document.createElement('div') };
  const step = new CastStep({ cast, motions: {}, learned: {}, show() {}, settled: async () => 'fox', isShown: () => true });
  return { step, told: { head: { project: 'fox', motions: [] }, scenes: [] } };
}

const library = (title) => ({ motions: [], libraries: [{ title, clips: 0, fits: true }] });

test('an older answer about the motions does not come over a newer one', async () => {
  const [older, newer] = [later(), later()];
  const answers = [older.promise, newer.promise];
  const { step, told } = openCast(() => answers.shift());
  step.draw(told);
  step.again();
  await settle();
  newer.keep(library('new'));
  await settle();
  older.keep(library('old'));
  await settle();
  assert.equal(step.cards.from.textContent, 'Clips come from: new.');
});

test('motions that could not be asked for are asked for at the next look', async () => {
  const answers = [() => { throw new TypeError('Failed to fetch'); }, () => library('here')];
  const { step, told } = openCast(() => answers.shift()());
  step.draw(told);
  await settle();
  await step.look();
  assert.equal(step.cards.from.textContent, 'Clips come from: here.');
  await step.look();
  assert.deepEqual([step.stale, answers.length], [false, 0]);
});

test('a scene of the script is called by its number, also after it has moved', () => {
  newPage();
  const one = new ScriptScene('dusk', { send() {}, replan() {}, show() {} });
  const told = { title: 'Dusk', setting: '', narration: '', shot_size: '', regions: [], findings: [] };
  one.draw(told, 1, { model: '' });
  one.draw(told, 3, { model: '' });
  assert.equal(one.root.getAttribute('aria-label'), 'Scene 3: Dusk');
});
