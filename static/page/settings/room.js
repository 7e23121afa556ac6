// What the disk holds, and what of it can go: looked at first, deleted only then.
import { call } from '../api.js';
import { button, el, factList } from '../dom.js';
import { section } from './section.js';

/** The part of the window; `attempt(work)` does something and tells what is refused. */
export class Room {
  constructor(attempt) {
    this.attempt = attempt;
    this.facts = el('div', { class: 'room-facts' });
    this.choices = el('div', { class: 'room-choices', role: 'group', 'aria-label': 'What may go' });
    this.look = button('plain', 'Look what would go', () => this.clean(false));
    this.go = button('plain', '', () => this.clean(true));
    this.go.hidden = true;
    this.counted = '';
    this.told = el('ul', { class: 'settings-lines', role: 'status' });
    this.root = section('Room on the disk', this.facts, el('details', { class: 'room-clean' }, el('summary', { text: 'Make room' }),
      this.choices, el('div', { class: 'settings-line' }, this.look, this.go), this.told));
  }

  async load() {
    this.draw(await call('disk'));
  }

  draw({ uses, total, free, room, wastes }) {
    const all = [total, free && `${free} are free`, room && `you may have ${room}`].filter(Boolean).join('; ');
    this.facts.replaceChildren(factList([...uses, ['Together', all]]));
    if (this.choices.children.length) return;
    this.choices.replaceChildren(...wastes.map(([kind, words]) => this.choice(kind, words)));
  }

  choice(kind, words) {
    const input = el('input', { type: 'checkbox', value: kind });
    input.addEventListener('change', () => { this.go.hidden = true; this.told.replaceChildren(); });
    return el('label', {}, input, el('span', { text: words }));
  }

  /** Say what would go of what is ticked, or let that go; what is no longer as it was counted stays. */
  async clean(really) {
    const kinds = [...this.choices.querySelectorAll('input:checked')].map(({ value }) => value);
    if (!kinds.length) { this.say(['Tick what may go.']); return; }
    const answer = await this.attempt(() => call('clean', { kinds, really, counted: this.counted }));
    if (really) this.look.focus();
    this.go.hidden = !answer || answer.done || !answer.number;
    if (!answer) { this.say([]); return; }
    this.counted = answer.counted;
    this.draw(answer);
    this.say(answer.done ? [`${answer.size} are free again.`] : answer.lines);
    this.go.textContent = `Delete it for good, ${answer.size}`;
  }

  say(lines) {
    this.told.replaceChildren(...lines.map((text) => el('li', { text })));
  }
}
