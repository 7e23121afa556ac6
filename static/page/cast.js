// The cast as faces: who plays whom, and who they are.
import { el } from './dom.js';
import { Field } from './field.js';
import { face, faceChoice, presentOf } from './faces.js';
import { isAboutLearning } from './learned/learned.js';
import { learningWords, lookWords } from './learned/words.js';
import { Questions } from './questions.js';
import { dot } from './scenecard.js';

/** The cast line; `send(op)` sends what was chosen, `teach(character)` opens the window of somebody's look. */
export class Cast {
  constructor(send, teach) {
    Object.assign(this, { send, teach });
    this.faces = el('ul', { class: 'faces' });
    this.questions = new Questions((character, choice) => this.recast(character, choice));
    this.notes = el('ul', { class: 'notes' });
    this.open = null;
    this.cast = [];
    this.sheets = new Map();
    this.body = el('div', { class: 'cast-body' });
    this.root = el('section', { class: 'cast', 'aria-label': 'The cast' }, this.faces, this.body, this.questions.root, this.notes);
    this.drawn = '';
  }

  draw({ project, cast, notes }) {
    const made = JSON.stringify([project, cast, notes]);
    for (const sheet of this.sheets.values()) sheet.set(cast.find(({ id }) => id === sheet.id));
    if (made === this.drawn) return; // leaves what is open alone
    this.drawn = made;
    if (project !== this.project) this.open = null;
    Object.assign(this, { project, cast });
    const focused = document.activeElement && this.root.contains(document.activeElement) ? document.activeElement : null;
    const back = focused ? { who: focused.dataset.character, value: focused.value, type: focused.type } : null;
    this.faces.replaceChildren(...cast.map((actor) => this.actor(actor)), this.newcomer());
    this.questions.draw(project, cast, this.open);
    this.notes.replaceChildren(...notes.map((note) => el('li', { text: note })));
    if (!cast.some(({ id }) => id === this.open)) this.toggle(null);
    else if (!focused || !this.body.contains(focused) || back.type === 'radio') this.show();
    if (back && !focused.isConnected && document.activeElement === document.body) this.refocus(back);
  }

  refocus({ who, value, type }) {
    const all = [...this.root.querySelectorAll(type === 'radio' ? 'input[type=radio]:checked' : '[data-character]')];
    const found = all.find((one) => (type === 'radio' ? one.value === value : one.dataset.character === who));
    if (found) found.focus();
  }

  actor(actor) {
    const button = el('button', { type: 'button', class: 'actor-face', 'data-character': actor.id, 'aria-expanded': String(actor.id === this.open) },
      face(actor.face, actor.name), el('span', {}, el('strong', {}, dot(actor.colour), actor.name), el('small', { text: partWords(actor) })));
    button.title = actor.played ? 'Who this is, and who plays it' : 'Who this is';
    button.addEventListener('click', () => this.toggle(actor.id === this.open ? null : actor.id));
    return el('li', {}, button);
  }

  /** Show which looks are being learned. */
  live(jobs) {
    const learning = new Map(jobs.filter(isAboutLearning).map((job) => [job.character, job]));
    for (const button of this.faces.querySelectorAll('.actor-face')) {
      const actor = this.cast.find(({ id }) => id === button.dataset.character);
      const job = learning.get(button.dataset.character);
      const words = job ? `learning its look: ${learningWords(job)}` : partWords(actor);
      const said = button.querySelector('small');
      if (said.textContent !== words) said.textContent = words;
    }
  }

  newcomer() {
    const button = el('button', { type: 'button', class: 'quiet', 'data-character': '', text: 'New character' });
    button.addEventListener('click', async () => {
      const known = new Set(this.cast.map(({ id }) => id));
      const changed = await this.send({ op: 'character', id: null, name: 'Somebody', kind: this.kinds()[0] || 'person' });
      const fresh = changed && changed.head.cast.find(({ id }) => !known.has(id));
      if (!fresh) return;
      this.meet(fresh.id);
    });
    return el('li', {}, button);
  }

  /** Open the sheet of somebody new, to be named. */
  meet(id) {
    this.toggle(id);
    const name = this.body.querySelector('input, textarea');
    if (!name) return;
    name.select();
    name.focus();
  }

  /** The kinds that the troupe can play. */
  kinds() {
    return [...new Set(this.cast.flatMap(({ choices }) => choices.map(({ kind }) => kind)))];
  }

  recast(character, { kind, colour, hat }) {
    this.drawn = ''; // so that a refused answer is drawn back
    this.send({ op: 'recast', character, kind, colour, ...(hat ? { hat } : {}) });
  }

  toggle(id) {
    this.open = id;
    for (const button of this.faces.querySelectorAll('.actor-face')) {
      button.setAttribute('aria-expanded', String(button.dataset.character === id));
    }
    this.show();
    this.questions.draw(this.project, this.cast, id);
  }

  show() {
    this.sheets.clear();
    const actor = this.cast.find(({ id }) => id === this.open);
    if (!actor) { this.body.replaceChildren(); return; }
    const sheet = new Sheet(actor, this.send, this.teach);
    this.sheets.set(actor.id, sheet);
    const parts = [sheet.root];
    if (actor.choices.length) {
      parts.push(faceChoice(`Who plays ${actor.name}?`, actor.choices, presentOf(actor), (choice) => this.recast(actor.id, choice)));
    }
    this.body.replaceChildren(...parts);
  }
}

/** Say who plays somebody, in two or three words. */
function partWords(actor) {
  return actor.learned ? 'learned look' : actor.played || actor.look;
}

/** Name, kind and look of one character; the look can also be taught from pictures. */
class Sheet {
  constructor(actor, send, teach) {
    this.id = actor.id;
    const field = (name, label, hint = '') => new Field({ label, kind: 'line', max: 200, hint, send: (value) => send({ op: 'character', id: actor.id, [name]: value }) });
    this.fields = { name: field('name', 'Name'), kind: field('kind', 'What it is', 'fox, witch, robot'), look: field('look', 'How it looks') };
    this.teach = el('button', { type: 'button', class: 'plain', 'aria-haspopup': 'dialog', title: 'Teach the studio from pictures how somebody looks' });
    this.teach.addEventListener('click', () => teach(actor.id));
    this.root = el('div', { class: 'character-sheet' }, ...Object.values(this.fields).map(({ root }) => root), this.teach);
    this.set(actor);
  }

  set(actor) {
    if (!actor) return;
    for (const [name, field] of Object.entries(this.fields)) field.set(actor[name] || '');
    this.teach.textContent = lookWords(actor);
  }
}
