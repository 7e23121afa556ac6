// Who plays a character that the troupe does not have: asked with faces until it is answered or put away, then told in a line.
import { el, keepFocus } from './dom.js';
import { faceChoice, presentOf } from './faces.js';

const PREFIX = 'studio.answered.';

/** The questions of one story at a time; `recast(character, choice)` carries an answer out. */
export class Questions {
  constructor(recast) {
    this.recast = recast;
    this.root = el('div', { class: 'questions' });
  }

  /** Ask about those of the cast that need it, but for the one whose sheet is `open`. */
  draw(project, cast, open) {
    this.project = project;
    const focused = this.root.contains(document.activeElement) ? document.activeElement : null;
    const [value, byKey] = focused ? [focused.value, focused.matches('input:focus-visible')] : ['', false];
    this.again = () => this.draw(project, cast, open);
    const asked = cast.filter((actor) => actor.asks && actor.id !== open);
    this.root.replaceChildren(...asked.map((actor) => (this.isAnswered(actor) && !byKey ? this.line(actor) : this.question(actor))));
    if (!focused) return;
    const radios = [...this.root.querySelectorAll('input:checked')];
    keepFocus(radios.find((one) => one.value === value), this.root.querySelector('button'));
  }

  question(actor) {
    const faces = faceChoice(actor.asks, actor.choices, presentOf(actor) || actor.choices[0], (choice) => {
      this.answer(actor);
      this.recast(actor.id, choice);
    });
    const away = el('button', { type: 'button', class: 'quiet away', title: 'Leave it as it is', 'aria-label': 'Leave it as it is', text: '×' });
    away.addEventListener('click', () => { this.answer(actor); this.again(); });
    faces.append(away);
    return faces;
  }

  line(actor) {
    const change = el('button', { type: 'button', class: 'link', text: 'Change', 'aria-label': `Change who plays ${actor.name}` });
    change.addEventListener('click', () => { this.answer(actor, false); this.again(); });
    return el('p', { class: 'answered' }, `${actor.name} is played by ${actor.played}. `, change);
  }

  isAnswered({ id, asks }) {
    return answers(this.project)[id] === asks;
  }

  answer({ id, asks }, answered = true) {
    const all = { ...answers(this.project), [id]: answered ? asks : undefined };
    try {
      sessionStorage.setItem(PREFIX + this.project, JSON.stringify(all));
    } catch {
      // it is asked again at the next visit
    }
  }
}

function answers(project) {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + project) || '{}');
  } catch {
    return {};
  }
}
