// The clips of a motion, looked through with keys or the pointer.
import { button, el, keepFocus } from '../dom.js';
import { commandOf, isDecision, isMove, KEYS_TOLD, moved } from './commands.js';
import { decided, decisionWords, FILTERS, filtered, nextAfter, tally } from './review.js';
import { Tile } from './tile.js';

/** `decide(clip, decision)` keeps a decision, `like(clip, button)` asks who shall move like a clip. */
export class Wall {
  constructor({ decide, like, say }) {
    Object.assign(this, { keep: decide, like, say });
    this.clips = [];
    this.tiles = new Map();
    this.filter = 'all';
    this.whole = false;
    this.list = el('ul', { class: 'clips', 'aria-label': 'Clips' });
    this.empty = el('p', { class: 'note', hidden: true });
    this.root = el('section', { class: 'wall', hidden: true }, this.bar(), this.list, this.empty);
  }

  bar() {
    this.filters = FILTERS.map(([name]) => button('chip', '', () => this.show(name)));
    this.advance = el('input', { type: 'checkbox', checked: true });
    this.sight = button('chip', '', () => this.toggle());
    const keys = KEYS_TOLD.map(([key, words]) => el('span', {}, el('kbd', { text: key }), ` ${words}`));
    return el('div', { class: 'wall-bar' },
      el('div', { class: 'filters', role: 'group', 'aria-label': 'Which clips are shown' }, ...this.filters),
      el('label', { class: 'advance' }, this.advance, 'Go on to the next one'), this.sight,
      el('p', { class: 'key-line' }, ...keys));
  }

  /** Show the clips of a motion; `fresh` begins at the first one. */
  draw(clips, fresh) {
    this.clips = clips;
    this.root.hidden = !clips.length;
    if (fresh) { this.at = ''; this.filter = 'all'; this.tiles.clear(); }
    this.arrange();
  }

  show(filter) {
    this.filter = filter;
    this.arrange();
  }

  get shown() {
    return filtered(this.clips, this.filter);
  }

  arrange() {
    const { shown } = this;
    if (!shown.some(({ id }) => id === this.at)) this.at = shown.length ? shown[0].id : '';
    for (const clip of shown) this.tile(clip).draw(clip, this.whole);
    const roots = shown.map(({ id }) => this.tiles.get(id).root);
    const same = roots.length === this.list.children.length && roots.every((root, at) => root === this.list.children[at]);
    if (!same) this.list.replaceChildren(...roots);
    for (const [id, tile] of this.tiles) tile.current(id === this.at);
    this.drawBar();
    keepFocus(this.at ? this.tiles.get(this.at).face : null, this.filters[0]);
  }

  drawBar() {
    const numbers = tally(this.clips);
    FILTERS.forEach(([name, words], at) => {
      this.filters[at].textContent = `${words} ${numbers[name]}`;
      this.filters[at].setAttribute('aria-pressed', String(name === this.filter));
    });
    this.sight.textContent = this.whole ? 'Show the actor' : 'Show the whole clip';
    this.empty.hidden = this.shown.length > 0;
    this.empty.textContent = `No clip is ${decisionWords(this.filter)}.`;
  }

  tile(clip) {
    const there = this.tiles.get(clip.id);
    if (there) return there;
    const made = new Tile(clip, {
      decide: (decision) => { this.choose(clip.id); this.decide(decision); },
      like: (by) => this.like(clip, by),
      chosen: () => this.choose(clip.id),
    });
    this.tiles.set(clip.id, made);
    return made;
  }

  choose(id) {
    this.at = id;
    for (const [name, tile] of this.tiles) tile.current(name === id);
  }

  /** Do what a key asks for; gives whether it was one of the wall's. */
  pressed(event, focus) {
    const command = this.root.hidden ? '' : commandOf(event, focus);
    if (!command || !this.at) return false;
    if (command === 'crop') this.toggle();
    else if (isDecision(command)) this.decide(command);
    else if (isMove(command)) this.go(this.shown[moved(this.place, command, this.shown.length, this.columns)].id);
    return true;
  }

  get place() {
    return this.shown.findIndex(({ id }) => id === this.at);
  }

  /** How many tiles stand beside each other. */
  get columns() {
    const tops = [...this.list.children].map((one) => one.offsetTop);
    return Math.max(1, tops.filter((top) => top === tops[0]).length);
  }

  toggle() {
    this.whole = !this.whole;
    this.arrange();
    this.say(this.whole ? 'The whole clips are shown.' : 'Only the actors are shown.');
  }

  decide(decision) {
    const id = this.at;
    const before = this.shown;
    const held = this.list.contains(document.activeElement);
    this.keep(id, decision);
    this.clips = decided(this.clips, id, decision);
    const next = nextAfter(before, this.shown, id, this.advance.checked && decision !== 'undecided');
    this.at = next;
    this.arrange();
    this.say(`${this.tiles.get(id).clip.caption || 'Clip'}: ${decisionWords(decision)}.`);
    if (next && (held || next !== id)) this.go(next);
  }

  /** Go to a clip. */
  go(id) {
    this.choose(id);
    const { face, root } = this.tiles.get(id);
    face.focus({ preventScroll: true });
    root.scrollIntoView({ block: 'nearest' });
  }
}
