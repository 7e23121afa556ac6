// The pieces that the window of settings is built of.
import { el } from '../dom.js';

/** Make a part of the window under a heading. */
export function section(title, ...content) {
  return el('section', { class: 'settings-part' }, el('h3', { text: title }), ...content);
}

/** Fill a select with `[value, words]`. */
export function fillSelect(select, choices, chosen) {
  select.replaceChildren(...choices.map(([value, text]) => el('option', { value, text })));
  select.value = chosen;
}
