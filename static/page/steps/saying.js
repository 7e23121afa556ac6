// What the marks of the steps say. Nothing of the page is in it.
import { counted } from '../dom.js';
import { gravest } from '../findings.js';

const MOST_NAMED = 3;
const quiet = (words) => ({ words, stale: false });
const stale = (words) => ({ words, stale: true });

/** Say what is to be looked at in the story's words: of all findings the gravest ones. */
export function storyMark({ head, scenes }) {
  const worst = gravest([...head.findings, ...scenes.flatMap(({ findings }) => findings)]);
  return worst ? stale(worst.words) : quiet(counted(scenes.length, 'scene'));
}

/** Say how far a whole film is, else how many scenes are outdated and why, or wait for their first take. */
export function boardsMark({ scenes }, jobs = []) {
  const whole = isWhole(jobs) && wholeWords(scenes, jobs);
  if (whole) return quiet(whole);
  const old = scenes.filter(({ state }) => state === 'stale');
  if (old.length) return stale(`${counted(old.length, 'scene')} outdated: ${reason(old)}`);
  const rendering = new Set(jobs.map((job) => job.scene_id).filter(Boolean)).size;
  if (rendering) return quiet(`rendering ${counted(rendering, 'scene')}`);
  const bare = scenes.filter(({ takes }) => !takes.length).length;
  if (!bare) return quiet(scenes.length === 1 ? 'its scene is rendered' : `all ${scenes.length} scenes rendered`);
  return quiet(bare === scenes.length ? `${counted(bare, 'scene')} to render` : `${bare} of ${scenes.length} to render`);
}

/** Whether all of a film is being made at one press. */
export function isWhole(jobs) {
  return jobs.some(({ whole }) => whole);
}

/** Say which of its takes a whole film is at: 'drafts 2 of 5, then finals', 'finals 2 of 5'; '' once all are there. */
function wholeWords(scenes, jobs) {
  const left = (quality) => new Set(jobs.filter((job) => job.scene_id && job.quality === quality).map((job) => job.scene_id));
  const [drafts, finals] = [left('draft'), left('final')];
  if (drafts.size) {
    const there = scenes.filter(({ id, state }) => state === 'done' && !drafts.has(id)).length;
    return `drafts ${there + 1} of ${there + drafts.size}${finals.size ? ', then finals' : ''}`;
  }
  if (!finals.size) return '';
  const isFinal = ({ takes }) => takes.some(({ chosen, quality }) => chosen && quality === 'final');
  const there = scenes.filter((scene) => scene.state === 'done' && isFinal(scene) && !finals.has(scene.id)).length;
  return `finals ${there + 1} of ${there + finals.size}`;
}

/** Say whom nobody plays as they are told, or which motions are to be learned. */
export function castMark({ head }, jobs = []) {
  const learning = jobs.find(({ kind }) => kind === 'train');
  if (learning) return quiet(learning.title.replace(/^L/, 'l'));
  const { asked, open } = standIns(head);
  const words = [open.length && `${counted(open.length, 'motion')} to learn`, asked.length && counted(asked.length, 'stand-in')].filter(Boolean);
  if (words.length) return quiet(words.join(', ')); // others stand in: nothing has to be mended first
  return quiet(counted(head.cast.length, 'character'));
}

/** Say how old the film is. */
export function filmMark({ head: { film }, scenes }, jobs = []) {
  if (jobs.some(({ kind }) => kind === 'film')) return quiet('being made');
  if (film && film.mark) return stale(`film ${film.mark}`);
  if (film) return quiet('up to date');
  return quiet(scenes.some(({ takes }) => takes.length) ? 'not made yet' : 'needs a take first');
}

/** Say who stands in for whom: 'Your dragon is played by a green robot, Emma by a red witch.'; '' where nobody does. */
export function standInWords({ cast }) {
  const asked = cast.filter(({ asks, played }) => asks && played);
  const named = asked.slice(0, MOST_NAMED).map((actor, at) => `${calledIn(actor, at)} ${at ? 'by' : 'is played by'} ${withA(actor.played)}`);
  const more = asked.length - named.length;
  return asked.length ? `${named.join(', ')}${more ? `, and ${more} more by others` : ''}.` : '';
}

/** Give what a sentence calls somebody: by a name of their own, else by what they are. */
function calledIn({ name, kind }, at) {
  const own = name.trim().toLowerCase() !== kind.trim().toLowerCase();
  return own ? name : `${at ? 'your' : 'Your'} ${kind}`;
}

function withA(played) {
  const figure = played.replace(/^the /, '');
  return `${/^[aeiou]/i.test(figure) ? 'an' : 'a'} ${figure}`;
}

/** Give whose part somebody else plays, and which motions wait to be learned. */
function standIns({ cast, motions }) {
  return { asked: cast.filter(({ asks }) => asks), open: motions.filter(({ state }) => state === 'to_learn') };
}

/** Say why scenes are outdated: the reason they share, else the most frequent one first. */
function reason(scenes) {
  const words = scenes.map(({ changed }) => changed || 'changed since').filter(Boolean);
  const often = [...new Set(words)].sort((one, other) => count(words, other) - count(words, one));
  return often.slice(0, 2).join(', ');
}

function count(words, one) {
  return words.filter((word) => word === one).length;
}
