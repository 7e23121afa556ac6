// The board: one compact card per scene, in the story's order; scenes are picked, moved, added and taken away here.
import { el, keepFocus } from './dom.js';
import { Bin } from './bin.js';
import { openMenu } from './menu.js';
import { makeSortable } from './reorder.js';
import { SceneCard } from './scenecard.js';
import { toast } from './toast.js';

const KEYS = 'Arrows walk, Enter shows a scene, Alt with an arrow moves it, Delete puts it into the bin, Shift F10 opens its menu.';

/**
 * The list of cards; `send(op)` gives a promise of the answer, `select(id)` shows a scene, `say(words)` tells it,
 * `name()` lets the selected one be named; `foot` stands below the cards.
 */
export class Board {
  constructor({ send, select, say, name, foot }) {
    Object.assign(this, { send, select, say, name });
    this.leaving = new Set(); // scenes on their way into the bin
    this.cards = new Map();
    this.scenes = [];
    this.list = el('ol', { class: 'scene-cards', 'aria-label': 'Scenes', 'aria-describedby': 'board-keys' });
    this.add = el('button', { type: 'button', class: 'plain add-scene', text: 'Add a scene' });
    this.bin = new Bin((id) => this.recover(id));
    const keys = el('span', { id: 'board-keys', class: 'unseen', text: KEYS });
    this.root = el('nav', { class: 'board-side', 'aria-label': 'Board' }, this.list, keys,
      el('div', { class: 'board-foot' }, this.add, this.bin.root, foot));
    this.add.addEventListener('click', () => this.addScene());
    this.list.addEventListener('keydown', (event) => this.pressed(event));
    makeSortable(this.list, (card, before) => this.place(card.dataset.scene, before ? before.dataset.scene : null));
  }

  /** Show the scenes (SceneViews) in order; only cards whose scene changed are drawn. */
  draw(scenes, selected, head) {
    this.scenes = scenes;
    this.selected = selected;
    this.bin.draw(head.bin || []);
    const focused = this.list.contains(document.activeElement) ? document.activeElement : null;
    const ids = new Set(scenes.map(({ id }) => id));
    for (const [id, card] of this.cards) if (!ids.has(id)) { card.root.remove(); this.cards.delete(id); }
    scenes.forEach((scene, index) => {
      const card = this.card(scene.id);
      card.draw(scene, index + 1, scene.id === selected, head.stage.aspect);
      if (this.list.children[index] !== card.root) this.list.insertBefore(card.root, this.list.children[index] || null);
    });
    this.rove();
    if (focused && focused !== document.activeElement) (focused.isConnected ? focused : this.pickOf(selected)).focus();
  }

  card(id) {
    if (!this.cards.has(id)) {
      const card = new SceneCard(id, { pick: () => this.select(id), menu: (button) => this.menu(id, button) });
      this.cards.set(id, card);
    }
    return this.cards.get(id);
  }

  pickOf(id) {
    return (this.cards.get(id) || { pick: this.add }).pick || this.add;
  }

  /** Let Tab stop at one card only: the focused one, else the selected one. */
  rove() {
    const focused = this.list.contains(document.activeElement) ? document.activeElement.closest('li').dataset.scene : null;
    for (const [id, card] of this.cards) card.pick.tabIndex = id === (focused || this.selected) ? 0 : -1;
  }

  /** Show the work that goes on. */
  live(jobs) {
    for (const [id, card] of this.cards) card.live(jobs.find((job) => job.scene_id === id) || null);
  }

  /** Bring the selected card into sight, inside the board only. */
  reveal() {
    const card = this.cards.get(this.selected);
    if (!card) return;
    const [view, box] = [this.list.getBoundingClientRect(), card.root.getBoundingClientRect()];
    if (box.top < view.top || box.bottom > view.bottom) this.list.scrollTop += box.top - view.top - 12;
    if (box.left < view.left || box.right > view.right) this.list.scrollLeft += box.left - view.left - 12;
  }

  pressed(event) {
    const card = event.target.closest('.scene-card');
    if (!card) return;
    const at = this.scenes.findIndex(({ id }) => id === card.dataset.scene);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: this.scenes.length - 1 }[event.key];
    const known = to !== undefined || ['Delete', 'ArrowRight'].includes(event.key);
    if (!known || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (event.key === 'Delete') { if (!event.repeat) this.remove(card.dataset.scene); }
    else if (event.key === 'ArrowRight') this.cards.get(card.dataset.scene).more.focus();
    else if (event.altKey) this.move(at, to);
    else this.walk(to);
  }

  walk(to) {
    const scene = this.scenes[Math.max(0, Math.min(to, this.scenes.length - 1))];
    this.cards.get(scene.id).pick.focus();
    this.rove();
  }

  move(at, to) {
    if (to < 0 || to >= this.scenes.length || to === at) return;
    const rest = this.scenes.filter((_, index) => index !== at);
    this.place(this.scenes[at].id, rest[to] ? rest[to].id : null);
  }

  /** Put a scene before another one; null puts it last. */
  place(id, before) {
    const order = this.scenes.map((scene) => scene.id).filter((one) => one !== id);
    order.splice(before === null ? order.length : order.indexOf(before), 0, id);
    const { title } = this.scenes.find((scene) => scene.id === id);
    this.send({ op: 'reorder', order });
    this.say(`“${title}” is now scene ${order.indexOf(id) + 1} of ${order.length}.`);
  }

  menu(id, button) {
    const at = this.scenes.findIndex((scene) => scene.id === id);
    const last = at === this.scenes.length - 1;
    const found = this.scenes[at].findings.find(({ fix }) => fix);
    openMenu(button, [
      ...(found ? [{ words: `Fix: ${found.fix}`, run: () => this.send({ op: 'fix', finding: found.key }) }] : []),
      { words: 'Duplicate', run: () => this.make({ op: 'duplicate', scene: id }, 'The scene was duplicated.') },
      { words: 'Split into two', run: () => this.send({ op: 'split', scene: id }) },
      { words: 'Merge with the next', disabled: last, run: () => this.send({ op: 'merge', scene: id }) },
      { words: 'Move up', keys: 'Alt ↑', disabled: at === 0, run: () => this.move(at, at - 1) },
      { words: 'Move down', keys: 'Alt ↓', disabled: last, run: () => this.move(at, at + 1) },
      { words: 'Remove', keys: 'Del', disabled: this.scenes.length === 1, run: () => this.remove(id) },
    ]);
  }

  async make(op, words) {
    const changed = await this.send(op);
    if (!changed) return false;
    this.say(words);
    if (changed.selected) this.select(changed.selected);
    return true;
  }

  async addScene() {
    if (await this.make({ op: 'add', after: this.selected }, 'A scene was added.')) this.name();
  }

  async remove(id) {
    if (this.leaving.has(id)) return;
    if (this.scenes.length - this.leaving.size <= 1) { this.say('A story needs at least one scene.'); return; }
    const at = this.scenes.findIndex((scene) => scene.id === id);
    const { title } = this.scenes[at];
    const before = new Set(this.bin.ids());
    const focused = this.list.contains(document.activeElement);
    this.leaving.add(id);
    const changed = await this.send({ op: 'remove', scene: id });
    this.leaving.delete(id);
    if (!changed) return;
    if (focused) this.walk(at);
    else keepFocus(this.pickOf(this.selected));
    const gone = changed.head.bin.find((one) => !before.has(one.id));
    const action = gone ? { words: 'Undo', run: () => this.recover(gone.id) } : null;
    toast(`“${title || 'The scene'}” is in the bin.`, { action });
  }

  recover(id) {
    return this.make({ op: 'recover', scene: id }, 'The scene is back.');
  }
}
