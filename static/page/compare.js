// A take beside the one that was rendered without its boxes, or without what was learned: both play in step.
import { openDialog } from './dialog.js';
import { el } from './dom.js';
import { report } from './report.js';
import { TakeFilm, inStep } from './takefilm.js';

const LEFT_OUT = { boxes: ['With boxes', 'Without boxes'], priors: ['With what was learned', 'Without'] };

/** Open the window of a take and its comparison (TakeViews); `details(take)` promises what is told of one. */
export function openComparison(place, { title, take, other, details }) {
  const films = [new TakeFilm(take), new TakeFilm(other, { controls: false })];
  const names = LEFT_OUT[other.without];
  const sides = films.map((film, at) => el('figure', {}, el('figcaption', { text: names[at] }), film.root));
  const box = el('input', { type: 'checkbox', role: 'switch' });
  const show = (shown) => { box.checked = shown; films.forEach((film) => film.showBoxes(shown)); };
  const stand = (keyframe) => { show(true); films.forEach((film) => film.stand(keyframe)); };
  box.addEventListener('change', () => show(box.checked));
  inStep(films[0].video, films[1].video);
  const note = el('p', { class: 'note', text: `Both from the same words and the same seed, ${take.seed}. Whole lines: the boxes asked for; dashed: where somebody was seen.` });
  const dialog = openDialog(place, title, el('div', { class: 'comparison' }, ...sides), el('label', { class: 'boxes-switch' }, box, 'Boxes'), note);
  dialog.classList.add('wide');
  [take, other].forEach(async (one, at) => {
    const told = await details(one);
    if (!told) return;
    films[at].told(told);
    sides[at].append(report(told, stand));
  });
  return dialog;
}
