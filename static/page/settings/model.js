// Which language model plans stories: its address, its name, its key, and a button that tries it.
import { button, el, labelled } from '../dom.js';
import { section } from './section.js';

const FROM = {
  window: 'These fields say which model is asked.',
  environment: 'The environment of the studio names it. What stands here goes before it.',
  nowhere: 'A language model writes freer stories, in any language.',
};
const OWN = 'the studio’s own planner, free';
const PAID = 'With a key, your idea is sent to that address and each plan is charged by its owner.';
const MOST_KEY = 500;

/** The fields; `test(told)` asks the studio to try them and gives `{ok, words}`. */
export class ModelFields {
  constructor(test) {
    this.test = test;
    this.now = el('p', { class: 'settings-now' });
    this.note = el('p', { class: 'note' });
    this.endpoint = el('input', { type: 'url', name: 'endpoint', maxlength: 300, spellcheck: 'false', autocomplete: 'off' });
    this.model = el('input', { type: 'text', name: 'model', maxlength: 300, spellcheck: 'false', autocomplete: 'off' });
    this.key = el('input', { type: 'password', name: 'key', maxlength: MOST_KEY, spellcheck: 'false', autocomplete: 'new-password' });
    this.kept = el('span', { class: 'note' });
    this.forget = button('quiet', 'Forget the key', () => this.forgotten(true));
    this.try = button('plain', 'Test', () => this.ask());
    this.answer = el('span', { class: 'note tested', role: 'status' });
    this.key.addEventListener('input', () => this.forgotten(false));
    this.root = section('Who plans stories', this.now, this.note, labelled('Address', this.endpoint), labelled('Model', this.model),
      labelled('Key', this.key), el('div', { class: 'settings-line' }, this.kept, this.forget),
      el('div', { class: 'settings-line' }, this.try, this.answer));
  }

  /** Show what is kept; the key itself never comes here. */
  draw(view) {
    this.now.textContent = `Now: ${view.asks || OWN}.`;
    this.note.textContent = `${FROM[view.from]} ${PAID}`;
    this.endpoint.value = view.endpoint;
    this.endpoint.placeholder = view.default_endpoint;
    this.model.value = view.model;
    this.model.placeholder = view.default_model;
    this.key.value = '';
    this.ends = view.key;
    this.forgotten(false);
    this.answer.textContent = '';
  }

  /** Show whether the kept key goes with the next keeping. */
  forgotten(gone) {
    this.gone = gone;
    this.key.placeholder = this.ends && !gone ? 'the one that is kept' : 'none; a server of your own may need none';
    const stays = `The key that ${this.ends} lies on the studio's machine and is never shown. Another address needs its own.`;
    this.kept.textContent = this.ends ? (gone ? 'The key goes when you keep these settings.' : stays) : 'A key stays on the studio’s machine: this page only sends it.';
    this.forget.hidden = !this.ends || gone;
  }

  /** Give what the fields say; a key is named only if it is new or goes. */
  get told() {
    const told = { endpoint: this.endpoint.value.trim(), model: this.model.value.trim() };
    const key = this.key.value.trim();
    return key || this.gone ? { ...told, key } : told;
  }

  async ask() {
    this.try.disabled = true;
    this.answer.textContent = 'Asking …';
    const answer = await this.test(this.told);
    this.try.disabled = false;
    this.answer.textContent = answer ? `${answer.ok ? '✓' : '✗'} ${answer.words}` : '';
    this.answer.classList.toggle('failed', Boolean(answer) && !answer.ok);
  }
}
