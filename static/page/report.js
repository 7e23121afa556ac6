// How well a take kept to its boxes: each actor's mark at the six keyframes, in signs and in words.
import { el, factList } from './dom.js';
import { dot } from './scenecard.js';

const SIGNS = { 'on its mark': '●', near: '◐', missed: '○' };

/** Give the list of a take's actors; `stand(keyframe)` shows one keyframe. */
export function report({ actors, not_measured: missing }, stand) {
  const note = el('p', { class: 'note', text: missing, hidden: !missing });
  const rows = actors.map((actor) => el('li', {}, dot(actor.colour), el('strong', { text: actor.name }),
    el('span', { class: 'mark-words', text: actor.words || actor.not_measured || '' }), signs(actor, stand)));
  return el('div', { class: 'take-report' }, note, el('ul', { 'aria-label': 'How they kept to their boxes' }, ...(missing ? [] : rows)));
}

function signs({ marks, name }, stand) {
  if (!marks.some(Boolean)) return '';
  return el('span', { class: 'mark-signs' }, ...marks.map((one, at) => (one ? sign(one, name, () => stand(at)) : el('span', { text: '·', 'aria-hidden': 'true' }))));
}

function sign({ mark, words }, name, run) {
  const made = el('button', { type: 'button', class: 'mark-sign', 'data-mark': mark, title: words, 'aria-label': `${name}. ${words}`, text: SIGNS[mark] });
  made.addEventListener('click', run);
  return made;
}

/** Give what a take was made with, to be opened. */
export function howMade({ facts, words, changes }) {
  const read = changes.length ? [el('h4', { text: 'Read differently' }), el('ul', {}, ...changes.map((text) => el('li', { text })))] : [];
  return el('details', { class: 'how-made' }, el('summary', { text: 'How it was made' }),
    factList(facts), el('h4', { text: 'The words it was given' }), factList(words), ...read);
}
