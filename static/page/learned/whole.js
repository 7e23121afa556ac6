// One learned motion or look, all that is known of it: its samples, how it came on, what it was learned from, and how.
import { el, factList } from '../dom.js';
import { sentence } from '../toast.js';
import { doings } from './card.js';
import { Curve } from './curve.js';
import { Samples } from './samples.js';
import { badgeOf, kindWords, usedWords } from './words.js';

/** Draw a Whole; `remove(card)` deletes it once that was asked. */
export function wholeOf(whole, remove) {
  const badge = el('span', { class: badgeOf(whole), text: whole.state_words });
  const used = usedWords(whole);
  const facts = factList([
    ['What', kindWords(whole)], ['Made', whole.made], ['Plays', whole.for], ['Size', whole.size], ['Called by', whole.trigger],
    ['Licences', whole.licences.join(', ')], ['Brought in', whole.origin],
  ].filter(([, words]) => words));
  const root = el('section', { class: 'learned-whole' }, el('header', {}, el('h3', { text: whole.title, tabindex: -1 }), badge),
    used ? el('p', { class: 'note', text: `${used}.` }) : '', ...shown(whole), el('div', { class: 'columns' }, facts, sources(whole)), settings(whole));
  root.append(doings(whole, { remove }));
  return root;
}

/** The samples and the curve, where there are any. */
function shown({ samples, losses }) {
  const strips = new Samples();
  strips.draw(samples);
  const curve = new Curve();
  curve.draw(losses);
  return [strips.root, curve.root];
}

function sources({ learned_from: from }) {
  if (!from.length) return '';
  const lines = from.map(({ name, prompt, licence, credit }) => el('li', {}, el('span', { text: name }),
    el('small', { text: [prompt && `shown as “${prompt}”`, licence, credit].filter(Boolean).join(' · ') })));
  return el('div', {}, el('h4', { text: 'Learned from' }), el('ul', { class: 'learned-from' }, ...lines));
}

function settings({ settings: facts }) {
  return facts.length ? el('details', { class: 'learned-settings' }, el('summary', { text: 'How it was learned' }), factList(facts)) : '';
}

/** Say what an answer's notice tells, in one line. */
export function noticeWords({ title, lines }) {
  return [title, ...lines].map(sentence).join(' ');
}
