// What is said of motions, searches, clips and cameras. Nothing of the page is in it.
import { progressWords } from '../progress.js';

const ENOUGH = 4; // clips that a motion can be learned from
const MEGA = 1000000;
const NUMBERS = new Intl.NumberFormat('en');
const JOINTS = { pictures: ' + ', closely: ', ' }; // before the count of a step
const CAMERA = {
  NotAllowedError: 'The browser does not let the studio use the camera. Allow it beside the address of this page, or bring a video.',
  NotFoundError: 'There is no camera here. Bring a video instead.',
  NotReadableError: 'Another program uses the camera. Close it and try again.',
};

/** Say how a motion is shown; what is not known is shown by another until it is learned from clips. */
export function stateWords({ state, played = '', approved = 0, learned = null }) {
  const shown = played ? `shown by a stand-in: ${played}` : '';
  if (state === 'known') return shown || 'can be played';
  if (state === 'learned') return learned ? learned.words : 'learned';
  if (approved) return [shown, approved >= ENOUGH ? `${approved} clips picked` : `${approved} of ${ENOUGH} clips picked`].filter(Boolean).join('; ');
  return shown || 'needs clips';
}

/** Say how many clips each step of a search kept, in one line; some come in beside the others, some are a part of them. */
export function countsWords(counts) {
  const said = counts.map(({ stage, kept, words }, at) => `${at ? JOINTS[stage] || ' → ' : ''}${NUMBERS.format(kept)} ${words}`);
  return said.join('');
}

/** Say how far a search is, and which clip it looks at. */
export function jobWords(job) {
  return [progressWords(job), job.state === 'running' ? job.note : ''].filter(Boolean).join(' · ');
}

/** Say how long a clip is, under which terms it may be used, and whom to name. */
export function factsWords({ seconds, licence, credit = '', own }) {
  const parts = [seconds === null ? '' : `${seconds} s`, own ? 'your own' : licence, credit];
  return parts.filter(Boolean).join(' · ');
}

/** Say how a clip was found, and for how many others it stands. */
export function foundWords({ found_by: ways, alike = 0 }) {
  const found = ways.length ? `found ${ways.join(' and ')}` : '';
  const others = alike ? `stands for ${alike} nearly alike` : '';
  return [found, others].filter(Boolean).join('; ');
}

/** Say the figure behind a score. */
export function figureWords({ value, told }) {
  return `${told}: ${value.toFixed(Math.abs(value) >= 10 ? 1 : 3)}`;
}

/** Say that a file is on its way. */
export function sendingWords({ name, size }) {
  return `Sending ${name} (${size < MEGA ? 'less than 1' : Math.round(size / MEGA)} MB) …`;
}

/** Say why there is no camera; `error` is what the browser threw, null where it has none to give. */
export function cameraWords(error) {
  if (!error) return 'A browser lends its camera only to pages of this machine, or over https. Bring a video instead.';
  return CAMERA[error.name] || 'The camera cannot be used. Bring a video instead.';
}

/** Give the kind of video to record, and its ending; null where the browser records none. `can(type)` says which it can. */
export function recordingOf(can) {
  const found = [['video/webm;codecs=vp9', 'webm'], ['video/webm', 'webm'], ['video/mp4', 'mp4']].find(([type]) => can(type));
  return found ? { type: found[0], ending: found[1] } : null;
}
