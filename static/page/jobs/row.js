// One piece of work in the window of all work: its picture, how far it is, and what can be done with it.
import { el } from '../dom.js';
import { fillMeter, progressWords } from '../progress.js';
import { ago } from '../saved.js';
import { Strip } from '../strip.js';

const ENDS = { done: 'done', failed: 'did not work', cancelled: 'cancelled' };
const QUALITY = { draft: 'draft', final: 'final take' };

/** Say of a job that is over what became of it, and when. */
export function endWords({ state, step, total, ended, outcome, failed }, now = Date.now()) {
  const far = state === 'stopped' ? (step ? `stopped at step ${step} of ${total}` : 'stopped before it began') : ENDS[state];
  const when = ended ? ago(now / 1000 - ended) : '';
  return [[far, when].filter(Boolean).join(', '), outcome || failed].filter(Boolean).join(' · ');
}

/** A row; `control(word, title)` tells its job to 'stop' or 'cancel', `again(title)` lets it go on, `shift(by)` moves it in line. */
export class JobRow {
  constructor(id, { control, again, shift }) {
    this.strip = new Strip('');
    this.title = el('strong');
    this.of = el('small');
    this.detail = el('span', { class: 'detail' });
    this.meter = el('progress', { max: 1, 'aria-label': 'How far it is' });
    this.up = this.button('quiet', '↑', 'Sooner', () => shift(-1));
    this.down = this.button('quiet', '↓', 'Later', () => shift(1));
    this.stop = this.button('plain', 'Stop', 'Stop it here; it can go on later', () => control('stop', this.job.title));
    this.cancel = this.button('quiet', 'Cancel', 'It is not wanted any more', () => control('cancel', this.job.title));
    this.again = this.button('plain', '', '', () => again(this.job.title));
    this.grip = el('span', { class: 'grip', 'aria-hidden': 'true', text: '⠿' });
    this.root = el('li', { class: 'job-row', 'data-job': id }, this.grip, this.strip.root,
      el('div', { class: 'words' }, el('span', { class: 'job-title' }, this.title, this.of), this.detail, this.meter),
      el('div', { class: 'doings' }, this.up, this.down, this.again, this.stop, this.cancel));
  }

  button(kind, text, title, run) {
    const made = el('button', { type: 'button', class: kind, text, title });
    made.addEventListener('click', run);
    return made;
  }

  /** Show a job; `first` and `last` say where it stands among those that wait, `elsewhere` that it is of another story. */
  draw(job, { first, last, elsewhere }) {
    this.job = job;
    const waits = job.state === 'queued';
    this.root.toggleAttribute('data-waits', waits);
    this.root.dataset.state = job.state;
    this.say(this.title, job.title);
    this.say(this.of, [QUALITY[job.quality], elsewhere ? (job.story ? `in “${job.story}”` : 'of a story that is gone') : ''].filter(Boolean).join(', '));
    this.say(this.detail, this.words(job));
    this.meter.hidden = !(job.state === 'running' || (waits && job.step));
    fillMeter(this.meter, job);
    this.drawPicture(job.picture);
    this.drawButtons(job, first, last);
  }

  words(job) {
    if (!job.active) return endWords(job);
    if (job.wish === 'stop') return 'stopping …';
    return job.wish === 'cancel' ? 'cancelling …' : progressWords(job);
  }

  drawPicture(picture) {
    const shown = picture && picture.split('?')[0];
    if (shown && shown !== this.shown) this.strip.show(picture);
    this.strip.root.classList.toggle('empty', !picture);
    this.shown = shown || this.shown;
  }

  drawButtons({ state, active, wish, title }, first, last) {
    const waits = state === 'queued';
    const told = active && (wish === 'stop' || wish === 'cancel');
    this.grip.hidden = this.up.hidden = this.down.hidden = !waits;
    this.up.disabled = first;
    this.down.disabled = last;
    this.stop.hidden = !active;
    this.cancel.hidden = !active && state !== 'stopped';
    this.stop.disabled = this.cancel.disabled = told;
    this.again.hidden = !['stopped', 'failed', 'cancelled'].includes(state);
    this.say(this.again, state === 'stopped' ? 'Go on' : 'Try again');
    this.again.title = state === 'stopped' ? 'Go on where it was stopped' : 'Ask for the same once more';
    for (const [button, word] of [[this.up, 'Sooner'], [this.down, 'Later'], [this.stop, 'Stop'], [this.cancel, 'Cancel'], [this.again, this.again.textContent]]) {
      button.setAttribute('aria-label', `${word}: ${title}`);
    }
  }

  say(node, words) {
    if (node.textContent !== words) node.textContent = words;
  }
}
