// @ts-check
// Carries out commands: finds whom they are about, and refuses what is locked.
/** @import { Keys, Patch, Region } from './types.js' */
import { BOX_EDITS, KEY_EDITS, keyEdit, named, nextKey } from './commands.js';
import { duplicate, paste, topLayer } from './copying.js';
import { Menus } from './menus.js';
import { boxAt } from './path.js';

const LAST = 5;
/** Edits of boxes that may be locked, or not chosen. */
const ANY = /^toggle-lock/;
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
    this.menus = new Menus(this);
    /** @type {import('./copying.js').Copied|null} kept from scene to scene */
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
    const regions = ANY.test(command) ? this.chosen(id) : this.free(id);
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
      'toggle-hide-all': () => this.hideAll(),
      copy: () => this.copy(id), paste: () => this.paste(), 'paste-following': () => this.paste(LAST), duplicate: () => this.duplicate(id),
      play: () => (editor.player.root.hidden ? editor.play() : editor.player.toggle()),
      keys: () => editor.sheet.open(), 'zoom-fit': () => editor.stage.port.reset(),
      menu: () => this.menus.here(),
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

  hideAll() {
    const { regions, look } = this.editor.view();
    const hidden = new Set(look.hidden.size ? [] : regions.map((region) => region.id));
    this.editor.set({ hidden });
    this.editor.announce(hidden.size ? 'All boxes are hidden while editing.' : 'All boxes are shown.');
  }

  copy(/** @type {string|undefined} */ id) {
    const { editor } = this;
    const regions = this.chosen(id);
    if (!regions.length) { editor.announce('Choose a box first.'); return; }
    this.copied = { scene: editor.scene.id, regions, keyframe: editor.look.keyframe };
    editor.announce(named('Copied {name}.', regions));
  }

  /** Put what was copied down, here or from here to a keyframe. */
  paste(last = this.editor.look.keyframe) {
    const { editor } = this;
    const { regions, look } = editor.view();
    if (!this.copied) { editor.announce('Copy a box first.'); return; }
    const ks = Array.from({ length: last - look.keyframe + 1 }, (_, at) => look.keyframe + at);
    const edit = paste(this.copied, regions, { scene: editor.scene.id, selected: look.selected, ks });
    if (edit) this.put(edit);
    else editor.announce('The box stands here already, or is locked.');
  }

  duplicate(/** @type {string|undefined} */ id) {
    const chosen = this.chosen(id);
    if (chosen.length) this.put(duplicate(chosen, this.editor.view().regions));
    else this.editor.announce('Choose a box first.');
  }

  /** Make boxes that were put down a step, and choose them. */
  put(/** @type {import('./copying.js').Put} */ { label, patch, ids }) {
    const { editor } = this;
    editor.change(label, patch);
    editor.set({ selected: ids });
    editor.stage.focus(ids[0]);
    editor.announce(`Done: ${label}.`);
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
    if (editor.stop()) return true;
    if (editor.look.tool !== 'select') { editor.set({ tool: 'select' }); return true; }
    if (!editor.look.selected.length) return false;
    editor.set({ selected: [] });
    return true;
  }
}

/** Whose box would be drawn: the one named in the toolbar, else the first of the cast who is not in the scene. */
export function whoNow(/** @type {import('./look.js').View} */ { head, regions, look }) {
  if (look.who !== null) return look.who;
  const missing = head.cast.find((/** @type {any} */ one) => !regions.some((region) => region.character_id === one.id));
  return missing ? missing.id : '';
}
