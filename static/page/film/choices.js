// How the film is made: its joins, its cards, its words, and its frames a second.
import { Field } from '../field.js';
import { el } from '../dom.js';

const JOINS = [['cut', 'One scene after the other'], ['crossfade', 'Each scene fades into the next']];
const WORDS = [
  ['track', 'Subtitles that can be switched off'],
  ['burnt', 'Subtitles in the picture'],
  ['off', 'No subtitles: nothing waits to be read'],
];
const RATES = [
  ['held', '24 a second, each picture held: for programs that cut films'],
  ['takes', 'As the takes have them: nothing is encoded anew where it can be helped'],
  ['smooth', '24 a second, those in between drawn by ffmpeg: smoother, takes longer, and the film says so'],
];

/** The choices; `change(settings, words)` keeps one. */
export class Choices {
  constructor({ change }) {
    this.change = change;
    this.transition = group('Scenes', 'transition', JOINS, (value) => change({ transition: value }, 'How scenes follow each other'));
    this.subtitles = group('Words', 'subtitles', WORDS, (value) => change({ subtitles: value }, 'Subtitles'));
    this.rate = group('Frames', 'rate', RATES, (value) => change({ rate: value }, 'Frames a second'));
    this.seconds = el('input', { type: 'number', min: 0.1, max: 3, step: 0.1 });
    this.seconds.addEventListener('change', () => { if (this.seconds.validity.valid) change({ transition_seconds: Number(this.seconds.value) }, 'How long scenes fade'); });
    this.fade = el('label', { class: 'film-seconds' }, 'A fade lasts', this.seconds, 'seconds');
    this.transition.root.append(this.fade);
    this.title = toggle('A card with the title before it', (on) => change({ title_card: on }, on ? 'A title card' : 'No title card'));
    this.byline = new Field({ label: 'Under the title', kind: 'line', max: 120, hint: 'told by …', send: (value) => change({ byline: value }, 'The line under the title') });
    this.end = toggle('A card at its end, with whom to thank', (on) => change({ end_card: on }, on ? 'An end card' : 'No end card'));
    const cards = el('fieldset', {}, el('legend', { text: 'Cards' }), this.title.root, this.byline.root, this.end.root);
    this.root = el('details', { class: 'film-how' }, el('summary', { text: 'How the film is made' }),
      el('div', { class: 'film-choices' }, this.transition.root, this.subtitles.root, cards, this.rate.root));
  }

  /** Show the settings of a DeskView. */
  draw({ settings }) {
    for (const name of ['transition', 'subtitles', 'rate']) this[name].set(settings[name]);
    this.title.input.checked = settings.title_card;
    this.end.input.checked = settings.end_card;
    this.byline.set(settings.byline);
    this.byline.root.hidden = !settings.title_card;
    if (document.activeElement !== this.seconds) this.seconds.value = settings.transition_seconds;
  }
}

function group(legend, name, choices, changed) {
  const made = choices.map(([value, words]) => {
    const input = el('input', { type: 'radio', name: `film-${name}`, value });
    input.addEventListener('change', () => changed(value));
    return { value, input, root: el('label', {}, input, words) };
  });
  const root = el('fieldset', {}, el('legend', { text: legend }), ...made.map((one) => one.root));
  return { root, set: (now) => { for (const { value, input } of made) input.checked = value === now; } };
}

function toggle(words, changed) {
  const input = el('input', { type: 'checkbox' });
  input.addEventListener('change', () => changed(input.checked));
  return { input, root: el('label', {}, input, words) };
}
