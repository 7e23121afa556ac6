// How the film is made: its joins, its cards, and whether the narration is drawn into the picture; kept for the next film.
import { openDialog } from './dialog.js';
import { el } from './dom.js';

const KEY = 'studio.film';
const PLAIN = { transition: 'cut', title_card: false, end_card: false, burn_subtitles: false };
const JOINS = [['cut', 'One scene after the other'], ['crossfade', 'Each scene fades into the next']];
const SWITCHES = [
  ['title_card', 'A card with the title before it'],
  ['end_card', 'A card at its end, with whom to thank'],
  ['burn_subtitles', 'Draw the narration into the picture'],
];
let now = null;

/** Give how films are made, as `api/film` takes it. */
export function filmSettings() {
  now = now || stored();
  return { ...now };
}

/** Open the window that says how the film is made; `make()` makes it. */
export function openFilmWindow(place, ready, make) {
  const chosen = filmSettings();
  const keep = (name, value) => { chosen[name] = value; store(chosen); };
  const joins = JOINS.map(([value, words]) => choice('radio', words, chosen.transition === value, () => keep('transition', value)));
  const switches = SWITCHES.map(([name, words]) => choice('checkbox', words, chosen[name], (on) => keep(name, on)));
  const begin = el('button', { type: 'button', class: 'accent', text: 'Make the film', disabled: !ready });
  const note = el('p', { class: 'note', text: 'The narration always goes along as subtitles that can be switched off, and as files (srt, vtt).' });
  const dialog = openDialog(place, 'How the film is made', el('div', { class: 'film-choices' },
    el('fieldset', {}, el('legend', { text: 'Scenes' }), ...joins), el('fieldset', {}, el('legend', { text: 'Words' }), ...switches), note, begin));
  begin.addEventListener('click', () => { dialog.close(); make(); });
  return dialog;
}

function choice(type, words, checked, changed) {
  const input = el('input', { type, name: type === 'radio' ? 'film-join' : null });
  input.checked = checked;
  input.addEventListener('change', () => changed(input.checked));
  return el('label', {}, input, words);
}

function stored() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY)) || {};
    const known = Object.entries(PLAIN).map(([name, plain]) => [name, typeof kept[name] === typeof plain ? kept[name] : plain]);
    return { ...Object.fromEntries(known), transition: kept.transition === 'crossfade' ? 'crossfade' : 'cut' };
  } catch {
    return { ...PLAIN }; // storage is refused, or holds something else
  }
}

function store(settings) {
  now = { ...settings };
  try {
    localStorage.setItem(KEY, JSON.stringify(now));
  } catch {
    // it lives as long as this page
  }
}
