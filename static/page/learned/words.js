// What is said of learned motions and looks, and of learning them. Nothing of the page is in it.
import { progressWords } from '../progress.js';

const KINDS = { motion: 'learned motion', character: 'learned look' };
const ASKED = { save_now: 'keeping what it can so far …', sample_now: 'drawing a sample …', stop: 'stopping …' };
const FIND = 'find';
const NONE = 'none';

/** The ways to look through what was learned: the name of each, and its words. */
export const KINDS_SHOWN = [['all', 'All'], ['motion', 'Motions'], ['character', 'Looks']];

/** Give the Cards that a filter shows, in their order. */
export function ofKind(cards, filter) {
  return filter === 'all' ? cards : cards.filter(({ kind }) => kind === filter);
}

/** Say what a Card is: 'learned motion', 'learned look', and where it comes from. */
export function kindWords({ kind, shipped, imported }) {
  const from = (shipped && 'comes with the studio') || (imported && 'brought in from a file');
  return [KINDS[kind], from].filter(Boolean).join(', ');
}

/** Give the look of the badge that says a Card's state. */
export function badgeOf({ state }) {
  return { ready: 'badge done', other: 'badge stale' }[state] || 'badge';
}

/** Say in one line what a Card was learned from, and when. */
export function madeWords({ sources, made, size, licences }) {
  return [sources && `from ${sources}`, made, size, licences.join(', ')].filter(Boolean).join(' · ');
}

/** Say who uses a Card; '' where nobody does. */
export function usedWords({ used_by: users }) {
  return users.length ? `Used in ${users.join(', ')}` : '';
}

/** Give the question before a Card is deleted. */
export function removalWords({ kind, title, used_by: users }) {
  const loss = users.length ? ` It is used in ${users.join(', ')}; those scenes will be played without it.` : '';
  return `Delete the ${KINDS[kind]} “${title}” for good?${loss}`;
}

/** Say on the button what learning does: begin, go on, or once more. */
export function learnWords({ kind, going, stopped, state }) {
  if (going !== null) return 'Learning …';
  if (stopped) return 'Go on learning';
  const what = kind === 'motion' ? 'this motion' : 'this look';
  return state === 'learned' ? `Learn ${what} anew` : `Learn ${what}`;
}

/** Say beside the button what it costs, why it cannot be pressed, or what is there already. */
export function costWords({ ready, why, cost, stopped, going }) {
  if (going !== null) return '';
  if (!ready) return why;
  return [stopped && stopped.words, cost].filter(Boolean).join('. ');
}

/** Give the choices `[value, words]` of what a motion or a character is played with. */
export function useOptions({ choices, words }) {
  const cards = choices.map((card) => [card.id, [card.title, card.sources && `from ${card.sources}`, card.steps && `${card.steps} steps`].filter(Boolean).join(', ')]);
  return [[FIND, `What fits “${words}” best`], ...cards, [NONE, 'Nothing learned']];
}

/** Give the value of the choice that a Learning stands at. */
export function useValue({ state, chosen, uses }) {
  if (state === 'off') return NONE;
  return chosen && uses ? uses.id : FIND;
}

/** Give what `prior_use` is told for the value of a choice. */
export function useWish(value) {
  if (value === FIND) return { prior: null, chosen: false };
  return { prior: value === NONE ? null : value, chosen: true };
}

/** Say how far learning is; what is learned is said above it. */
export function learningWords(job) {
  return progressWords(job).replace(/^learning, /, 'step ');
}

/** Say what learning was told and has not done yet; '' for nothing. */
export function askedWords({ wish }) {
  return ASKED[wish] || '';
}

/** Say how many pictures of a look there are and may be. */
export function picturesWords({ pictures, most, room }) {
  if (!pictures.length) return `One picture will do, up to ${most} are better: the whole figure, from several sides, alone.`;
  const there = pictures.length === 1 ? '1 picture' : `${pictures.length} pictures`;
  return room ? `${there}; ${room} more fit.` : `${there}; no more fit.`;
}

/** Say on a character's sheet what there is of its look. */
export function lookWords({ pictures = 0, learned = false }) {
  const there = pictures === 1 ? '1 picture' : `${pictures} pictures`;
  if (learned) return 'Learned look …';
  return pictures ? `Teach its look (${there}) …` : 'Teach its look …';
}

/** Say what came of ended work, in a window that stays open. */
export function endedWords(jobs) {
  return jobs.map(({ title, state, failed, outcome }) => (state === 'failed' ? `${title}: ${failed || 'try it again.'}` : outcome)).filter(Boolean).join(' ');
}
