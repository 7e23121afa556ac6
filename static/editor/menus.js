// @ts-check
// What the menus offer: for a box, for one of its keys on the timeline, and for the empty stage.
/** @import { Region } from './types.js' */
/** @import { Item } from './menu.js' */
import { keysOf } from './keymap.js';
import { boxAt } from './path.js';

const MOMENTS = [0, 1, 2, 3, 4, 5];
const LAST = 5;

export class Menus {
  /** @param {import('./chores.js').Chores} chores */
  constructor(chores) {
    this.chores = chores;
    this.editor = chores.editor;
  }

  /** The menu of the box that has the focus. */
  here() {
    const from = document.activeElement;
    const at = from ? from.getBoundingClientRect() : { left: 0, bottom: 0 };
    this.open({ x: at.left + 8, y: at.bottom + 4 }, from);
  }

  /** @param {{x: number, y: number}} at of the window @param {string|null} region pressed, if any */
  ofStage(at, region) {
    if (region && !this.editor.look.selected.includes(region)) this.editor.set({ selected: [region] });
    if (!region) this.editor.set({ selected: [] });
    this.open(at, region ? this.editor.stage.views.get(region)?.root ?? null : this.editor.root);
  }

  /** The menu of a diamond: the key of one box at the keyframe shown. @param {{x: number, y: number}} at @param {Element} from */
  ofKey(at, from) {
    const [region] = this.chores.chosen();
    if (region) this.editor.menu.open(this.keyItems(region), at, from);
  }

  /** @param {{x: number, y: number}} at @param {Element|null} from */
  open(at, from) {
    const [region] = this.chores.chosen();
    this.editor.menu.open(region ? this.boxItems(region) : this.emptyItems(), at, from);
  }

  /** @returns {NonNullable<Item>} */
  item(/** @type {string} */ command, /** @type {string} */ words, disabled = false) {
    return { words, key: keysOf(command), disabled, run: () => this.chores.run(command) };
  }

  /** @returns {Item[]} */
  keyItems(/** @type {Region} */ region) {
    const k = this.editor.look.keyframe;
    const { locked } = region;
    return [
      this.item('toggle-key', region.keys[k] ? 'Clear the key here' : 'Set a key here', locked), ...this.moves(region, k),
      this.item('toggle-visible', boxAt(region.keys, k) ? 'Hide from here' : 'Show from here', locked), null,
      this.item('linear', 'Move on evenly', locked), this.item('ease', 'Move on gently', locked), this.item('hold', 'Stay, then jump', locked), null,
      this.item('copy-previous', 'Copy to the previous keyframe', locked || k === 0), this.item('copy-next', 'Copy to the next keyframe', locked || k === LAST),
      this.item('copy-all', 'Copy to all keyframes', locked),
    ];
  }

  /** @returns {Item[]} */
  moves(/** @type {Region} */ region, /** @type {number} */ k) {
    return MOMENTS.filter((to) => region.keys[k] && Math.abs(to - k) === 1).map((to) => (
      { words: `Move this key to keyframe ${to + 1}`, disabled: region.locked, run: () => this.moveKey(region, k, to) }));
  }

  moveKey(/** @type {Region} */ region, /** @type {number} */ from, /** @type {number} */ to) {
    const row = this.editor.timeline.rows.get(region.id);
    if (row) row.drop(from, to, false);
  }

  /** @returns {Item[]} */
  boxItems(/** @type {Region} */ region) {
    return [
      ...this.keyItems(region), this.item('copy', 'Copy'), this.item('paste', 'Paste here', !this.chores.copied), this.item('duplicate', 'Duplicate'), null,
      this.item('bring-forward', 'To the front'), this.item('send-back', 'To the back'),
      this.item('toggle-lock', region.locked ? 'Unlock' : 'Lock'), this.item('hide', 'Hide while editing'), null,
      this.item('delete-region', `Remove ${region.name}`, region.locked),
    ];
  }

  /** @returns {Item[]} */
  emptyItems() {
    const { head, document } = this.editor;
    const here = new Set(document.regions.map((region) => region.character_id));
    const enter = head.cast.filter((/** @type {any} */ one) => !here.has(one.id)).map((/** @type {any} */ one) => (
      { words: `Bring in ${one.name}`, run: () => this.editor.send({ op: 'enter', character: one.id }) }));
    return [...enter, ...(enter.length ? [null] : []), this.item('draw', 'Draw a box'), this.item('paste', 'Paste here', !this.chores.copied),
      this.item('zoom-fit', 'Whole stage'), this.item('play', 'Play'), this.item('keys', 'All keys')];
  }
}
