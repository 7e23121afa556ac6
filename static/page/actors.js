// Who plays in a scene: each one's words and motion, a way out, and a way in for somebody else.
import { el } from './dom.js';
import { Field } from './field.js';
import { face } from './faces.js';
import { dot } from './scenecard.js';
import { WordField } from './wordfield.js';

/** The actors of one scene; `send(op)` sends what was said of them. */
export class Actors {
  constructor({ project, scene, send, motions }) {
    Object.assign(this, { project, scene, send, motions });
    this.lines = new Map();
    this.list = el('ul', { class: 'actor-lines' });
    this.entering = new Entering((op) => send({ scene, ...op }), send);
    this.root = el('section', { class: 'actors' }, el('h3', { text: 'Who plays here' }), this.list, this.entering.root);
  }

  draw(regions, head) {
    const ids = new Set(regions.map(({ id }) => id));
    for (const [id, line] of this.lines) if (!ids.has(id)) { line.root.remove(); this.lines.delete(id); }
    regions.forEach((region, at) => {
      if (!this.lines.has(region.id)) this.lines.set(region.id, this.line(region));
      const line = this.lines.get(region.id);
      if (this.list.children[at] !== line.root) this.list.insertBefore(line.root, this.list.children[at] || null);
      this.fill(line, region, head.cast.find(({ id }) => id === region.character_id));
    });
    this.entering.draw(head.cast, regions);
  }

  fill(line, region, actor) {
    const picture = actor ? actor.face || '' : '';
    if (line.pictured !== picture) { line.face.replaceChildren(face(picture)); line.pictured = picture; }
    line.dot.style.background = region.colour;
    line.name.textContent = region.name;
    line.words.set(region.description);
    line.motion.set(region.motion);
    line.learn.hidden = !region.to_learn;
    line.learn.title = `“${region.to_learn}” is to be learned from clips; until then the nearest motion is played`;
    line.note.textContent = region.played ? `On stage: ${region.played}` : '';
    line.away.setAttribute('aria-label', `Remove ${region.name} from this scene`);
  }

  line({ id, name }) {
    const where = { project: this.project, scene: this.scene, region: id };
    const words = new WordField({ label: `What ${name} does`, kind: 'text', max: 4000,
      send: (value) => this.send({ op: 'describe', scene: this.scene, region: id, value }) }, where);
    const motion = new Field({ label: 'Motion', kind: 'listed', max: 80, list: this.motions,
      send: (value) => this.send({ op: 'motion', scene: this.scene, region: id, words: value }) });
    const line = { words, motion, face: el('span'), dot: dot(''), name: el('strong'), note: el('small'),
      learn: el('em', { class: 'badge learn', text: 'to learn' }),
      away: el('button', { type: 'button', class: 'quiet', title: 'Remove from this scene', text: '×' }) };
    line.away.addEventListener('click', () => this.leave(id));
    line.root = el('li', { class: 'actor-line' }, line.face,
      el('div', {}, el('div', { class: 'who' }, line.dot, line.name, line.learn, line.away), words.root, words.told, motion.root, line.note));
    return line;
  }

  leave(id) {
    const patch = { regions: { [id]: null } };
    this.send({ op: 'patch', scene: this.scene, patch, label: `remove ${this.lines.get(id).name.textContent}` });
  }
}

/** 'Bring somebody in': the cast as faces, and somebody new. */
class Entering {
  constructor(send, sendAll) {
    Object.assign(this, { send, sendAll });
    this.faces = el('div', { class: 'face-grid' });
    this.name = el('input', { type: 'text', maxlength: 80, placeholder: 'Mia' });
    this.kind = el('input', { type: 'text', maxlength: 80, placeholder: 'fox, witch, robot' });
    const add = el('button', { type: 'submit', class: 'plain', text: 'Bring in' });
    const form = el('form', { class: 'newcomer' }, label('A new one, called', this.name), label('who is a', this.kind), add);
    form.addEventListener('submit', (event) => { event.preventDefault(); this.create(); });
    this.root = el('details', { class: 'entering' }, el('summary', { text: 'Bring somebody in' }), this.faces, form);
  }

  draw(cast, regions) {
    this.cast = cast;
    const here = new Set(regions.map((region) => region.character_id));
    const made = JSON.stringify([cast.map(({ id, name, face: shown }) => [id, name, shown]), [...here]]);
    if (made === this.made) return;
    this.made = made;
    const sorted = [...cast].sort((a, b) => here.has(a.id) - here.has(b.id));
    this.faces.replaceChildren(...sorted.map((actor) => this.button(actor, here.has(actor.id))));
  }

  button(actor, present) {
    const made = el('button', { type: 'button', class: 'actor-face' }, face(actor.face),
      el('span', {}, el('strong', { text: actor.name }), el('small', { text: present ? 'once more' : actor.played })));
    made.addEventListener('click', () => this.enter(actor.id));
    return made;
  }

  enter(character) {
    this.root.open = false;
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
