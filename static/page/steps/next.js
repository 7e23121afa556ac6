// The one main button: what comes next for the whole story. Nothing of the page is in it.
import { counted, duration } from '../dom.js';

const ROUGH_SECONDS = 90; // from here on only tens of seconds are said

/**
 * Give the next thing to do with a story: `{words, does}`, where `does` is 'whole' (render what is missing and make the film),
 * 'film' (join the takes), 'watch' (the film is there), or 'wait' (it is being made).
 */
export function nextOf({ head, scenes }, jobs = []) {
  const missing = scenes.filter(({ state }) => state !== 'done').length;
  if (jobs.some(({ kind }) => kind === 'film')) return { words: 'The film is being made …', does: 'wait' };
  if (missing && jobs.some((job) => job.scene_id)) return { words: `Rendering, ${counted(missing, 'scene')} to go …`, does: 'wait' };
  if (missing) return { words: 'Make the whole film', does: 'whole' };
  if (!head.film) return { words: 'Make the film', does: 'film' };
  return isOlder(head.film) ? { words: 'Make the film again', does: 'film' } : { words: 'Watch the film', does: 'watch' };
}

/** Whether other takes or cuts would go into a film now. */
export function isOlder(film) {
  return Boolean(film.mark);
}

/** Say what the whole film costs: drafts of what is not there yet, then finals of what is none; '' where nobody knows. */
export function wholeCost({ head: { seconds }, scenes }) {
  if (!seconds || !seconds.draft || !seconds.final) return '';
  const drafts = scenes.filter(({ state }) => state !== 'done').length;
  const finals = scenes.filter((scene) => scene.state !== 'done' || isDraft(scene)).length;
  const total = drafts * seconds.draft + finals * seconds.final;
  return total ? `about ${duration(total < ROUGH_SECONDS ? total : Math.round(total / 10) * 10)}` : '';
}

function isDraft({ takes }) {
  const chosen = takes.find((take) => take.chosen);
  return Boolean(chosen) && chosen.quality === 'draft';
}
