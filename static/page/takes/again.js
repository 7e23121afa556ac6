// The window that makes a take again by its recipe, with what is changed in it.
import { openDialog } from '../dialog.js';
import { el, labelled } from '../dom.js';
import { changesOf, costWords, LIMITS, secondsOf } from './recipe.js';

const MOST_UNWANTED = 1000;
const STALE = 'The scene has changed since this take. What you render is the scene as it is now.';

/** Open it for a TakeView; `again(changes)` renders, `back()` brings the scene of the take back. */
export function openAgain(place, take, { again, back }) {
  const { recipe } = take;
  const fields = {
    seed: number('seed', recipe.seed, { placeholder: 'a new one' }),
    steps: number('steps', recipe.steps, { required: true }),
    guidance: number('guidance', recipe.guidance, { required: true }),
    unwanted: el('textarea', { rows: 2, maxlength: MOST_UNWANTED }),
  };
  fields.unwanted.value = recipe.unwanted;
  const go = el('button', { type: 'submit', class: 'accent' });
  const price = () => { go.textContent = ['Render', costWords(secondsOf(recipe, Number(fields.steps.value)))].filter(Boolean).join(', '); };
  const form = el('form', { class: 'recipe-form' }, labelled('Seed', fields.seed, 'Left empty: a new one'), labelled('Steps', fields.steps, 'More take longer and look finer'),
    labelled('Follows its words', fields.guidance, 'Guidance: higher keeps closer to them'), labelled('What it should not show', fields.unwanted), go);
  const dialog = openDialog(place, `Again with the recipe of ${take.label}`, ...(take.stale ? [stale(take, () => { dialog.close(); back(); })] : []), form);
  form.addEventListener('input', price);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const values = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.value]));
    dialog.close();
    again(changesOf(recipe, values));
  });
  price();
  fields.seed.focus();
  fields.seed.select();
  return dialog;
}

/** Say that the scene is another one by now; where its words or boxes are, they can come back. */
function stale({ moved }, run) {
  const back = el('button', { type: 'button', class: 'plain', hidden: !moved, text: 'Bring the scene of this take back' });
  back.addEventListener('click', run);
  return el('div', { class: 'recipe-stale' }, el('p', { class: 'note', text: STALE }), back);
}

function number(name, value, more) {
  return el('input', { type: 'number', name, value, ...LIMITS[name], ...more });
}
