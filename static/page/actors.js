// Who plays in a scene: each one's words and motion, and a way out.
import { el, keepFocus } from './dom.js';
import { Entering } from './entering.js';
import { Field } from './field.js';
import { face } from './faces.js';
import { openMenu } from './menu.js';
import { dot, nameOf } from './scenecard.js';
import { WordField } from './wordfield.js';

/** The actors of one scene; `send(op)` sends what was said of them, `meet(id)` opens the sheet of a character. */
export class Actors {
  constructor({ project, scene, send, meet, motions }) {
    Object.assign(this, { project, scene, send, meet, motions });
    this.lines = new Map();
    this.list = el('ul', { class: 'actor-lines' });
    this.entering = new Entering((op) => send({ scene, ...op }), send);
    this.root = el('section', { class: 'actors' }, el('h4', { text: 'Who plays here' }), this.list, this.entering.root);
  }

  draw(regions, head) {
    this.cast = head.cast;
    this.here = new Set(regions.map((region) => region.character_id));
    const ids = new Set(regions.map(({ id }) => id));
    const focused = this.list.contains(document.activeElement);
    for (const [id, line] of this.lines) if (!ids.has(id)) { line.root.remove(); this.lines.delete(id); }
    regions.forEach((region, at) => {
      if (!this.lines.has(region.id)) this.lines.set(region.id, this.line(region));
      const line = this.lines.get(region.id);
      if (this.list.children[at] !== line.root) this.list.insertBefore(line.root, this.list.children[at] || null);
      this.fill(line, region, head.cast.find(({ id }) => id === region.character_id));
    });
    this.entering.draw(head.cast, this.here);
    if (focused) keepFocus(this.list.querySelector('.leave'), this.entering.summary);
  }

  fill(line, region, actor) {
    const picture = actor ? actor.face || actor.name : null;
    if (line.pictured !== picture) {
      const focused = line.face.contains(document.activeElement);
      line.face.replaceChildren(actor ? face(actor.face, actor.name) : this.who(region));
      line.pictured = picture;
      if (focused) keepFocus(line.face.querySelector('button'), line.away);
    }
    const name = nameOf(region);
    line.dot.style.background = region.colour;
    line.name.textContent = name;
    line.words.label.textContent = `What ${name} does`;
    line.words.set(region.description);
    line.motion.set(region.motion);
    line.learn.hidden = !region.to_learn;
    line.learn.title = `“${region.to_learn}” is to be learned from clips; until then the nearest motion is played`;
    if (line.played !== undefined && line.played !== region.played) line.words.changed(); // cast otherwise: other words are read
    line.played = region.played;
    line.note.textContent = region.played && region.played !== region.description ? `On stage: ${region.played}` : '';
    line.away.setAttribute('aria-label', `Remove ${name} from this scene`);
  }

  line({ id }) {
    const where = { project: this.project, scene: this.scene, region: id };
    const words = new WordField({ label: '', kind: 'text', max: 4000,
      send: (value) => this.send({ op: 'describe', scene: this.scene, region: id, value }) }, where);
    const motion = new Field({ label: 'Motion', kind: 'listed', max: 80, list: this.motions,
      send: (value) => this.send({ op: 'motion', scene: this.scene, region: id, words: value }) });
    const line = { words, motion, face: el('span'), dot: dot(''), name: el('strong'), note: el('small'),
      learn: el('em', { class: 'badge learn', text: 'to learn' }),
      away: el('button', { type: 'button', class: 'quiet leave', title: 'Remove from this scene', text: '×' }) };
    line.away.addEventListener('click', () => this.leave(id));
    line.root = el('li', { class: 'actor-line' }, line.face,
      el('div', {}, el('div', { class: 'who' }, line.dot, line.name, line.learn, line.away), words.root, words.told, motion.root, line.note));
    return line;
  }

  /** A box that nobody plays yet: its face asks who it is. */
  who({ id }) {
    const button = el('button', { type: 'button', class: 'who-is-it', 'aria-haspopup': 'menu', 'aria-label': 'Who is this?', title: 'Who is this?', text: '?' });
    button.addEventListener('click', () => openMenu(button, [
      ...this.cast.filter((actor) => !this.here.has(actor.id)).map((actor) => ({ words: actor.name, run: () => this.become(id, actor) })),
      { words: 'A new character', run: () => this.invent(id) },
    ]));
    return button;
  }

  become(id, { id: character, name }) {
    return this.send({ op: 'patch', scene: this.scene, patch: { regions: { [id]: { character_id: character } } }, label: `make this box ${name}` });
  }

  async invent(id) {
    const known = new Set(this.cast.map((actor) => actor.id));
    const kind = this.cast.flatMap(({ choices }) => choices.map((one) => one.kind))[0] || 'person';
    const changed = await this.send({ op: 'character', id: null, name: 'Somebody', kind });
    const fresh = changed && changed.head.cast.find((actor) => !known.has(actor.id));
    if (fresh && await this.become(id, fresh)) this.meet(fresh.id);
  }

  leave(id) {
    const patch = { regions: { [id]: null } };
    this.send({ op: 'patch', scene: this.scene, patch, label: `remove ${this.lines.get(id).name.textContent}` });
  }
}
