// How work that goes on is said and shown, in the bar and on the cards.
import { duration } from './dom.js';

/** Say how far a piece of work is: 'step 3 of 16, about 12 s left'. */
export function progressWords(job, waiting = 0) {
  const words = [];
  if (job.state === 'queued') words.push(job.ahead ? `waiting, ${job.ahead} before it` : 'getting ready');
  else if (job.doing) words.push(...[[job.doing, job.total > 1 && `${job.step} of ${job.total}`].filter(Boolean).join(', '), job.aside].filter(Boolean));
  else if (job.aside) words.push(job.aside);
  else if (!job.step) words.push('getting ready');
  else words.push(`step ${job.step} of ${job.total}`);
  if (job.eta !== null && job.eta !== undefined) words.push(`about ${duration(job.eta)} left`);
  if (waiting) words.push(`${waiting} more waiting`);
  return words.join(' · ');
}

/** Let a meter show how far a piece of work is. */
export function fillMeter(meter, job) {
  if (job.total && job.step) Object.assign(meter, { max: job.total, value: job.step });
  else meter.removeAttribute('value');
}
