// @ts-check
// Carries out commands: finds whom they are about, refuses what is locked, and opens the menus.
/** @import { Keys, Patch, Region } from './types.js' */
import { BOX_EDITS, KEY_EDITS, duplicate, keyEdit, nextKey, paste } from './commands.js';
import { newId } from './drags.js';
import { keysOf } from './keymap.js';
import { boxAt } from './path.js';

const LAST = 5;
/** Edits that keys repeat: those that follow each other soon are one step. */
const HELD = /^(nudge|grow|shrink)/;
/** Commands that turn something of the look on or off. */
const SWITCHES = /** @type {Record<string, 'onion'|'path'|'thirds'|'snap'|'snapOthers'|'cells'|'table'>} */ ({
  'onion-skin': 'onion', 'toggle-path': 'path', 'toggle-guides': 'thirds', 'toggle-snap': 'snap',
  'toggle-snap-others': 'snapOthers', 'toggle-cells': 'cells', 'toggle-table': 'table',
});

export class Chores {
  /** @param {import('./editor.js').Editor} editor */
  constructor(editor) {
    this.editor = editor;
    /** @type {{region: Region, keyframe: number}|null} kept from scene to scene */
    this.copied = null;
  }

  /** @param {string} command @param {string} [id] a box, instead of those chosen */
  run(command, id) {
    const { editor } = this;
    if (command.startsWith('keyframe-')) editor.set({ keyframe: Number(command.at(-1)) - 1 });
    else if (SWITCHES[command]) editor.set({ [SWITCHES[command]]: !editor.look[SWITCHES[command]] });
    else if (KEY_EDITS[command]) this.editKeys(command, id);
    else if (BOX_EDITS[command]) this.editBoxes(command, id);
    else this.other(command, id);
  }

  /** The boxes a command is about, as they are now. @returns {Region[]} */
  chosen(/** @type {string} */ id = '') {
    const { regions, look } = this.editor.view();
    return regions.filter((region) => (id ? region.id === id : look.selected.includes(region.id)));
  }

  /** Those of them that may be changed; says so where none may. */
  free(/** @type {string|undefined} */ id) {
    const chosen = this.chosen(id);
    const free = chosen.filter((region) => !region.locked);
    if (!chosen.length) this.editor.announce('Choose a box first.');
    else if (!free.length) this.editor.announce(`${chosen[0].name} is locked. Press L to unlock.`);
    return free;
  }

  editKeys(/** @type {string} */ command, /** @type {string|undefined} */ id) {
    const { editor } = this;
    const step = { 'nudge-left': -1, 'nudge-right': 1 }[command];
    if (step && !this.chosen(id).length) { this.go(step); return; }
    const { keyframe } = editor.look;
    const edit = keyEdit(command, this.free(id), keyframe, editor.head.stage);
    if (!edit) return;
    const before = editor.view().regions;
    if (HELD.test(command)) editor.hold(edit.label, edit.patch);
    else { editor.change(edit.label, edit.patch); editor.announceChange(before); }
  }

  editBoxes(/** @type {string} */ command, /** @type {string|undefined} */ id) {
    const { editor } = this;
    editor.flush();
    const regions = command === 'toggle-lock' ? this.chosen(id) : this.free(id);
    const edit = BOX_EDITS[command](editor, regions);
    if (!edit) return;
    editor.change(edit.label, edit.patch);
    editor.announce(`Done: ${edit.label}.`);
  }

  /** @param {string} command @param {string|undefined} id */
  other(command, id) {
    const { editor } = this;
    /** @type {Record<string, () => void>} */
    const ways = {
      'previous-keyframe': () => this.go(-1), 'next-keyframe': () => this.go(1),
      'previous-key': () => this.goToKey(-1), 'next-key': () => this.goToKey(1),
      'previous-box': () => this.goToBox(-1), 'next-box': () => this.goToBox(1),
      undo: () => editor.step('undo'), redo: () => editor.step('redo'),
      lock: () => this.run('toggle-lock', id), hide: () => this.hide(id), 'toggle-hide': () => this.hide(id),
      draw: () => editor.set({ tool: editor.look.tool === 'draw' ? 'select' : 'draw' }),
      marquee: () => editor.set({ tool: editor.look.tool === 'marquee' ? 'select' : 'marquee' }),
      copy: () => this.copy(id), paste: () => this.paste(), duplicate: () => this.duplicate(id),
      play: () => (editor.player.root.hidden ? editor.play() : editor.player.toggle()),
      keys: () => editor.sheet.open(), 'zoom-fit': () => editor.stage.port.reset(),
      menu: () => this.menuHere(),
    };
    if (ways[command]) ways[command]();
  }

  go(/** @type {number} */ step) {
    const { editor } = this;
    const keyframe = Math.min(LAST, Math.max(0, editor.look.keyframe + step));
    editor.set({ keyframe });
    editor.announce(`Keyframe ${keyframe + 1} of 6`);
    const [selected] = editor.look.selected;
    if (selected) editor.stage.focus(selected);
  }

  goToKey(/** @type {1|-1} */ step) {
    const [region] = this.chosen();
    if (region) this.go(nextKey(region.keys, this.editor.look.keyframe, step) - this.editor.look.keyframe);
  }

  goToBox(/** @type {1|-1} */ step) {
    const { regions, look } = this.editor.view();
    const there = regions.filter((region) => boxAt(region.keys, look.keyframe) && !look.hidden.has(region.id));
    const at = there.findIndex((region) => region.id === look.selected[0]);
    const next = there[(at + step + there.length) % there.length];
    if (!next) return;
    this.editor.set({ selected: [next.id] });
    this.editor.stage.focus(next.id);
  }

  hide(/** @type {string|undefined} */ id) {
    const hidden = new Set(this.editor.look.hidden);
    for (const region of this.chosen(id)) if (!hidden.delete(region.id)) hidden.add(region.id);
    this.editor.set({ hidden });
  }

  copy(/** @type {string|undefined} */ id) {
    const [region] = this.chosen(id);
    if (!region) return;
    this.copied = { region, keyframe: this.editor.look.keyframe };
    this.editor.announce(`Copied ${region.name}.`);
  }

  /** Onto the chosen box, or the one it came from, at this keyframe; in another scene as a new box. */
  paste() {
    const { editor } = this;
    const { regions, look } = editor.view();
    if (!this.copied) { editor.announce('Copy a box first.'); return; }
    const ids = [look.selected[0], this.copied.region.id];
    const onto = ids.map((id) => regions.find((region) => region.id === id)).find(Boolean) || null;
    const edit = onto && onto.locked ? null : paste(this.copied, onto, newId(regions), look.keyframe);
    if (!edit) return;
    editor.change(edit.label, edit.patch);
    editor.set({ selected: [edit.id] });
    editor.announce(`Done: ${edit.label}.`);
  }

  duplicate(/** @type {string|undefined} */ id) {
    const { editor } = this;
    const [region] = this.chosen(id);
    if (!region) { editor.announce('Choose a box first.'); return; }
    const fresh = newId(editor.document.regions);
    const { label, patch } = duplicate(region, fresh, topLayer(editor.document.regions));
    editor.change(label, patch);
    editor.set({ selected: [fresh] });
    editor.stage.focus(fresh);
  }

  /**
   * A box drawn anew stands there for the whole scene, and belongs to whom the toolbar names.
   * @param {{label: string, patch: Patch}} commit
   */
  furnished({ label, patch }) {
    const { document, look, head } = this.editor;
    const [[id, change]] = Object.entries(patch.regions || {});
    if (document.region(id) || !change || !change.keys) return { label, patch };
    const who = head.cast.find((/** @type {any} */ one) => one.id === whoNow(this.editor.view()));
    const box = boxAt(change.keys, look.keyframe);
    const key = box && { box, visible: true, ease: /** @type {const} */ ('linear') };
    const keys = /** @type {Keys} */ ([key, null, null, null, null, key]);
    const whose = who ? { character_id: who.id, name: who.name, colour: who.colour } : {};
    const made = { ...change, ...whose, keys, layer: topLayer(document.regions) };
    return { label: who ? `draw ${who.name}` : 'draw a new box', patch: { regions: { [id]: made } } };
  }

  /** Stop what is going on; false if nothing is. */
  cancel() {
    const { editor } = this;
    if (editor.pointer.cancel() || editor.stop()) return true;
    if (editor.look.tool !== 'select') { editor.set({ tool: 'select' }); return true; }
    if (!editor.look.selected.length) return false;
    editor.set({ selected: [] });
    return true;
  }

  /** The menu of the box that has the focus. */
  menuHere() {
    const from = document.activeElement;
    const at = from ? from.getBoundingClientRect() : { left: 0, bottom: 0 };
    this.menu({ x: at.left + 8, y: at.bottom + 4 }, from);
  }

  stageMenu(/** @type {{x: number, y: number}} */ at, /** @type {string|null} */ region) {
    if (region && !this.editor.look.selected.includes(region)) this.editor.set({ selected: [region] });
    if (!region) this.editor.set({ selected: [] });
    this.menu(at, region ? this.editor.stage.views.get(region)?.root ?? null : this.editor.root);
  }

  /** @param {{x: number, y: number}} at @param {Element|null} from */
  menu(at, from) {
    const [region] = this.chosen();
    this.editor.menu.open(region ? this.boxItems(region) : this.emptyItems(), at, from);
  }

  item(/** @type {string} */ command, /** @type {string} */ words, disabled = false) {
    return { words, key: keysOf(command), disabled, run: () => this.run(command) };
  }

  boxItems(/** @type {Region} */ region) {
    const k = this.editor.look.keyframe;
    const moves = [0, 1, 2, 3, 4, 5].filter((to) => region.keys[k] && to !== k && Math.abs(to - k) === 1).map((to) => (
      { words: `Move this key to keyframe ${to + 1}`, disabled: region.locked, run: () => this.moveKey(region, k, to) }));
    return [
      this.item('toggle-key', region.keys[k] ? 'Clear the key here' : 'Set a key here', region.keys[k] ? region.locked : false), ...moves,
      this.item('toggle-visible', boxAt(region.keys, k) ? 'Hide from here' : 'Show from here'), null,
      this.item('linear', 'Move on evenly'), this.item('ease', 'Move on gently'), this.item('hold', 'Stay, then jump'), null,
      this.item('copy-previous', 'Copy to the previous keyframe', k === 0), this.item('copy-next', 'Copy to the next keyframe', k === LAST),
      this.item('copy-all', 'Copy to all keyframes'),
      this.item('copy', 'Copy'), this.item('paste', 'Paste here', !this.copied), this.item('duplicate', 'Duplicate'), null,
      this.item('bring-forward', 'To the front'), this.item('send-back', 'To the back'),
      this.item('toggle-lock', region.locked ? 'Unlock' : 'Lock'), this.item('hide', 'Hide while editing'), null,
      this.item('delete-region', `Remove ${region.name}`, region.locked),
    ];
  }

  moveKey(/** @type {Region} */ region, /** @type {number} */ from, /** @type {number} */ to) {
    const row = this.editor.timeline.rows.get(region.id);
    if (row) row.drop(from, to, false);
  }

  emptyItems() {
    const { editor } = this;
    const enter = editor.head.cast.map((/** @type {any} */ one) => (
      { words: `Bring in ${one.name}`, run: () => editor.send({ op: 'enter', character: one.id }) }));
    return [...enter, ...(enter.length ? [null] : []), this.item('draw', 'Draw a box'), this.item('paste', 'Paste here', !this.copied), this.item('zoom-fit', 'Whole stage'),
      this.item('play', 'Play'), this.item('keys', 'All keys')];
  }
}

/** Whose box would be drawn: the one named in the toolbar, else the first of the cast who is not in the scene. */
export function whoNow(/** @type {import('./look.js').View} */ { head, regions, look }) {
  if (look.who !== null) return look.who;
  const missing = head.cast.find((/** @type {any} */ one) => !regions.some((region) => region.character_id === one.id));
  return missing ? missing.id : '';
}

function topLayer(/** @type {Region[]} */ regions) {
  return Math.min(99, Math.max(-1, ...regions.map((region) => region.layer)) + 1);
}
