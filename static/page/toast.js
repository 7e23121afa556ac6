// Short messages in a corner: they go by themselves after a time long enough to read, errors when they are put away; at most three at once.
import { button, el } from './dom.js';

const MOST = 3;
const LEAST_MS = 6000;
const MS_PER_CHARACTER = 70;
const WITH_BUTTON_MS = 12000;
let corner = null;

/** Show a message; `error` ones are read out at once and stay, `action` is `{words, run}` for a button. */
export function toast(words, { title = '', error = false, action = null } = {}) {
  const away = el('button', { type: 'button', class: 'quiet', 'aria-label': 'Put this away', text: '×' });
  const body = el('div', {}, title ? el('strong', { text: title }) : '', el('span', { text: words }));
  const root = el('div', { class: error ? 'toast error' : 'toast', role: error ? 'alert' : 'status' }, body);
  if (action) root.append(button('plain', action.words, () => { root.remove(); action.run(); }));
  root.append(away);
  away.addEventListener('click', () => root.remove());
  const place = hang();
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

/** Show which of some work has failed, and why. */
export function tellFailed(jobs) {
  for (const { title, failed } of jobs.filter(({ state }) => state === 'failed')) {
    toast(failed || 'Try it again.', { error: true, title: `${title}: that did not work` });
  }
}

/** Give words as a sentence, with a full stop. */
export function sentence(words) {
  return /[.!?]$/.test(words) ? words : `${words}.`;
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

/** Hang the corner into the window that stands above all others: what is below that is neither in reach nor read out. */
function hang() {
  corner = corner || el('div', { class: 'toasts' });
  const dialog = [...document.querySelectorAll('dialog:modal')].at(-1);
  const place = dialog || document.querySelector('.gradio-container') || document.body;
  if (corner.parentNode === place) return corner;
  place.append(corner);
  if (dialog) dialog.addEventListener('close', hang, { once: true }); // its messages stay when it goes
  return corner;
}
