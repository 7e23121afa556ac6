// The pieces that the window of settings is built of.
import { el } from '../dom.js';

/** Make a part of the window under a heading. */
export function section(title, ...content) {
  return el('section', { class: 'settings-part' }, el('h3', { text: title }), ...content);
}

/** Make a field with its words above it. */
export function labelled(words, input) {
  return el('label', { class: 'field' }, el('span', { text: words }), input);
}

/** Make a button that does something. */
export function button(kind, text, run) {
  const made = el('button', { type: 'button', class: kind, text });
  made.addEventListener('click', run);
  return made;
}

/** Fill a select with `[value, words]`. */
export function fillSelect(select, choices, chosen) {
  select.replaceChildren(...choices.map(([value, text]) => el('option', { value, text })));
  select.value = chosen;
}
