// Short messages in a corner: they go by themselves after a time long enough to read, errors when they are put away; at most three at once.
import { el } from './dom.js';

const MOST = 3;
const LEAST_MS = 6000;
const MS_PER_CHARACTER = 70;
const WITH_BUTTON_MS = 12000;

/** Show a message; `error` ones are read out at once and stay, `action` is `{words, run}` for a button. */
export function toast(words, { title = '', error = false, action = null } = {}) {
  const away = el('button', { type: 'button', class: 'quiet', 'aria-label': 'Put this away', text: '×' });
  const body = el('div', {}, title ? el('strong', { text: title }) : '', el('span', { text: words }));
  const root = el('div', { class: error ? 'toast error' : 'toast', role: error ? 'alert' : 'status' }, body);
  if (action) root.append(button(action, root));
  root.append(away);
  away.addEventListener('click', () => root.remove());
  const place = corner();
  const said = title + words;
  for (const other of [...place.children]) if (other.firstChild.textContent === said) other.remove(); // once is enough
  while (place.children.length >= MOST) (place.querySelector('.toast:not(.error)') || place.firstChild).remove();
  place.append(root);
  if (!error) leaveLater(root, Math.max(LEAST_MS, words.length * MS_PER_CHARACTER, action ? WITH_BUTTON_MS : 0));
  return root;
}

/** Show what went wrong: an ApiError, or anything else. */
export function complain(error) {
  if (error.status === undefined) throw error;
  toast([error.message, error.hint].filter(Boolean).map(sentence).join(' '), { error: true });
}

/** Give words as a sentence, with a full stop. */
export function sentence(words) {
  return /[.!?]$/.test(words) ? words : `${words}.`;
}

function button({ words, run }, root) {
  const made = el('button', { type: 'button', class: 'plain', text: words });
  made.addEventListener('click', () => { root.remove(); run(); });
  return made;
}

/** One timer, which waits while the message is pointed at or has the focus. */
function leaveLater(root, after) {
  let timer = 0;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => { if (!root.matches(':hover, :focus-within')) root.remove(); }, after);
  };
  for (const name of ['pointerleave', 'focusout']) root.addEventListener(name, wait);
  wait();
}

function corner() {
  const there = document.querySelector('.toasts');
  if (there) return there;
  const made = el('div', { class: 'toasts' });
  (document.querySelector('.gradio-container') || document.body).append(made);
  return made;
}
