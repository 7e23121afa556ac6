// The bar of a planning by a language model: how far it is, and the button that ends it.
import { el } from './dom.js';
import { tellPlanning } from './bus.js';

/** Put the bar into the page; `trigger('cancel')` ends the planning. */
export function mount({ element, props, trigger, watch }) {
  const title = el('strong');
  const detail = el('span', { class: 'detail' });
  const meter = el('progress', { max: 1 });
  const stop = el('button', { type: 'button', class: 'quiet', text: 'Cancel' });
  const root = el('div', { class: 'planning', hidden: true, role: 'group', 'aria-label': 'Planning' },
    el('div', { class: 'words' }, title, detail, meter), stop);
  const spoken = el('p', { class: 'unseen', 'aria-live': 'polite' }); // its begin and end; the bar itself changes too often
  element.append(root, spoken);
  stop.addEventListener('click', () => {
    stop.disabled = true;
    trigger('cancel');
  });
  const draw = () => {
    const { active = false, words = '', detail: told = '', step, total } = props.value || {};
    if (root.hidden === active) {
      stop.disabled = false;
      spoken.textContent = active ? 'The planning has begun.' : 'The planning has ended.';
    }
    root.hidden = !active;
    title.textContent = words;
    detail.textContent = told;
    if (total) Object.assign(meter, { max: total, value: step });
    else meter.removeAttribute('value');
    tellPlanning(active);
  };
  watch('value', draw);
  draw();
}
