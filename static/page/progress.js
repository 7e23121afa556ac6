// How work that goes on is said and shown, in the bar and on the cards.
import { counted, duration } from './dom.js';

/** Say how far a piece of work is: 'step 3 of 16 · about 12 s left', 'waiting, 2 before it · done in about 40 s'; `waiting` comes after it. */
export function progressWords(job, waiting = []) {
  const words = job.state === 'queued' ? waitingWords(job) : [...doingWords(job), leftWords(job, 'about', 'left')];
  words.push(restWords(waiting));
  return words.filter(Boolean).join(' · ');
}

/** Say what comes after a piece of work: 'then 4 drafts, 5 finals and the film' of a whole film, else '2 more waiting'. */
function restWords(waiting) {
  const of = (quality) => waiting.filter((job) => job.quality === quality).length;
  const [drafts, finals, films] = [of('draft'), of('final'), waiting.filter(({ kind }) => kind === 'film').length];
  if (!films || drafts + finals + films < waiting.length) return waiting.length ? `${waiting.length} more waiting` : '';
  const takes = [drafts && counted(drafts, 'draft'), finals && counted(finals, 'final')].filter(Boolean).join(', ');
  return `then ${[takes, films > 1 ? `${films} films` : 'the film'].filter(Boolean).join(' and ')}`;
}

function waitingWords(job) {
  const place = job.ahead ? `waiting, ${job.ahead} before it` : 'getting ready';
  return [place, job.aside, leftWords(job, 'done in about', '')];
}

function doingWords({ doing, aside, step, total }) {
  if (doing) return [[doing, total > 1 && `${step} of ${total}`].filter(Boolean).join(', '), aside];
  if (aside) return [aside];
  return [step ? `step ${step} of ${total}` : 'getting ready'];
}

function leftWords({ eta }, before, after) {
  return eta === null || eta === undefined ? '' : [before, duration(eta), after].filter(Boolean).join(' ');
}

/** Let a meter show how far a piece of work is. */
export function fillMeter(meter, job) {
  if (job.total && job.step) Object.assign(meter, { max: job.total, value: job.step });
  else meter.removeAttribute('value');
}
