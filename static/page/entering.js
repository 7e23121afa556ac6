// 'Bring somebody in': those of the cast who are not in the scene yet, as faces, and somebody new.
import { el } from './dom.js';
import { face } from './faces.js';

/** The way into a scene; `send(op)` sends what is asked of the scene, `sendAll(op)` of the story. */
export class Entering {
  constructor(send, sendAll) {
    Object.assign(this, { send, sendAll });
    this.faces = el('div', { class: 'face-grid' });
    this.name = el('input', { type: 'text', maxlength: 80, placeholder: 'Mia' });
    this.kind = el('input', { type: 'text', maxlength: 80, placeholder: 'fox, witch, robot' });
    this.summary = el('summary', { text: 'Bring somebody in' });
    const add = el('button', { type: 'submit', class: 'plain', text: 'Bring in' });
    const form = el('form', { class: 'newcomer' }, label('A new one, called', this.name), label('who is a', this.kind), add);
    form.addEventListener('submit', (event) => { event.preventDefault(); this.create(); });
    this.root = el('details', { class: 'entering' }, this.summary, this.faces, form);
  }

  /** Show the cast without those who are here (a set of ids). */
  draw(cast, here) {
    this.cast = cast;
    const missing = cast.filter(({ id }) => !here.has(id));
    const made = JSON.stringify(missing.map(({ id, name, face: shown, played, look }) => [id, name, shown, played, look]));
    if (made === this.made) return;
    this.made = made;
    this.faces.replaceChildren(...missing.map((actor) => this.button(actor)));
  }

  button(actor) {
    const made = el('button', { type: 'button', class: 'actor-face' }, face(actor.face, actor.name),
      el('span', {}, el('strong', { text: actor.name }), el('small', { text: actor.played || actor.look })));
    made.addEventListener('click', () => this.enter(actor.id));
    return made;
  }

  enter(character) {
    this.root.open = false;
    this.summary.focus({ preventScroll: true });
    return this.send({ op: 'enter', character });
  }

  async create() {
    const [name, kind] = [this.name.value.trim(), this.kind.value.trim()];
    if (!name || !kind) { (name ? this.kind : this.name).focus(); return; }
    const known = new Set(this.cast.map(({ id }) => id));
    const changed = await this.sendAll({ op: 'character', id: null, name, kind });
    const fresh = changed && changed.head.cast.find(({ id }) => !known.has(id));
    if (!fresh) return;
    this.name.value = this.kind.value = '';
    await this.enter(fresh.id);
  }
}

function label(words, input) {
  return el('label', { class: 'field' }, el('span', { text: words }), input);
}
