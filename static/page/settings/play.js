// What plays stories, on which device, and the usual choices for takes and films.
import { button, el, labelled } from '../dom.js';
import { fillSelect, section } from './section.js';

const RATES = [
  ['held', '24 a second, each picture held (what editing programs expect)'],
  ['takes', 'as many as the model makes'],
  ['smooth', '24 a second, those between made up by ffmpeg'],
];
const STATES = { partly: ', only partly fetched', absent: ', not fetched yet' };
const MOST_STEPS = 200;

/** The fields; `models(pack)` opens the window of models, at one of them where it is named; null = there is none here. */
export class PlayFields {
  constructor(models) {
    this.models = models;
    this.pack = el('select', { name: 'pack' });
    this.device = el('select', { name: 'device' });
    this.rate = el('select', { name: 'film_rate' });
    this.draft = steps('draft_steps');
    this.final = steps('final_steps');
    this.fixed = el('p', { class: 'note' });
    this.away = el('ul', { class: 'settings-away' });
    const more = models ? button('plain', 'All models …', () => models('')) : '';
    this.root = el('div', { class: 'settings-two' },
      section('What plays', labelled('Model', this.pack), this.away, labelled('On', this.device), this.fixed, more),
      section('Usually', labelled('Steps of a draft', this.draft), labelled('Steps of a final take', this.final), labelled('Pictures of a film', this.rate)));
  }

  draw(view) {
    fillSelect(this.pack, view.packs.map(([name, title, state]) => [name, title + (STATES[state] || '')]), view.pack);
    for (const [at, [, , state]] of view.packs.entries()) this.pack.options[at].disabled = state !== 'ready';
    this.away.replaceChildren(...view.packs.filter(([, , state]) => state !== 'ready').map((pack) => this.fetching(pack)));
    fillSelect(this.device, view.devices, view.device);
    fillSelect(this.rate, RATES, view.film_rate);
    this.pack.disabled = Boolean(view.pack_fixed);
    this.device.disabled = Boolean(view.device_fixed);
    const names = [view.pack_fixed, view.device_fixed].filter(Boolean).join(' and ');
    this.fixed.textContent = names ? `${names} in the environment of the studio says this.` : 'Takes of another model stay, marked as outdated.';
    fillSteps(this.draft, view.draft_steps, view.pack_draft_steps);
    fillSteps(this.final, view.final_steps, view.pack_final_steps);
  }

  /** Say of a model that cannot be chosen yet what to do first. */
  fetching([name, title, state]) {
    const words = `${title} is ${state === 'partly' ? 'only partly here' : 'not here yet'}.`;
    const first = this.models ? button('link', 'Fetch it first', () => this.models(name)) : el('span', { text: 'Fetch it first.' });
    first.setAttribute('aria-label', `Fetch ${title} first`);
    return el('li', {}, el('span', { text: words }), first);
  }

  /** Give what the fields say; an empty number is the model's own. */
  get told() {
    const told = { draft_steps: stepsOf(this.draft), final_steps: stepsOf(this.final), film_rate: this.rate.value };
    if (!this.pack.disabled) told.pack = this.pack.value;
    if (!this.device.disabled) told.device = this.device.value;
    return told;
  }
}

function steps(name) {
  return el('input', { type: 'number', name, min: 1, max: MOST_STEPS, step: 1 });
}

function fillSteps(input, chosen, own) {
  input.value = chosen || '';
  input.placeholder = `${own}, as the model has it`;
}

function stepsOf(input) {
  const number = input.valueAsNumber;
  return Number.isInteger(number) && number > 0 ? number : null;
}
