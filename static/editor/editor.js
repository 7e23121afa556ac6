// @ts-check
// The editor of boxes: one scene at a time, each with its own history. It joins the document with the stage, the timeline and the rest.
/** @import { Keys, Patch, Region } from './types.js' */
import { el } from '../page/dom.js';
import { toast } from '../page/toast.js';
import { Chores } from './chores.js';
import { SceneDocument } from './document.js';
import { Inspector } from './inspector.js';
import { onKey } from './keys.js';
import { KeySheet } from './keysheet.js';
import { firstLook, keyframeOf, latentOf } from './look.js';
import { Menu } from './menu.js';
import { More } from './more.js';
import { boxAt } from './path.js';
import { Player } from './player.js';
import { Pointer } from './pointer.js';
import { redoneWords, undoneWords, changeWords } from './spoken.js';
import { Stage } from './stage.js';
import { Table } from './table.js';
import { Timeline } from './timeline.js';
import { Toolbar } from './toolbar.js';

/** Nudges that follow each other this soon are one step. */
const QUIET_MS = 400;
const NARROW_PX = 560;
/** Below this there is no room in the toolbar for a word on undo. */
const TIGHT_PX = 740;
/** From this on there is room for what it takes back, too. */
const ROOMY_PX = 900;

/** The editor of one scene at a time. */
export class Editor {
  /**
   * @param {{send: (op: any) => any, say: (words: string) => void, keys?: import('./keysheet.js').Group[]}} page  `send` may give a
   *   promise kept once the studio answered; `keys` are those of the page around the editor, for the sheet
   */
  constructor({ send, say, keys = [] }) {
    this.page = { send, say };
    this.sheet = new KeySheet(keys);
    this.look = firstLook();
    /** @type {Map<string, SceneDocument>} a history for every scene opened */
    this.documents = new Map();
    /** @type {Map<string, Patch[]>} patches the studio has not answered yet */
    this.pending = new Map();
    /** @type {{label: string, patch: Patch}|null} nudges not yet made a step */
    this.held = null;
    this.build();
  }

  build() {
    this.menu = new Menu();
    this.stage = new Stage();
    this.player = new Player();
    this.chores = new Chores(this);
    this.timeline = new Timeline(this);
    this.inspector = new Inspector(this);
    this.table = new Table(this);
    this.toolbar = new Toolbar(this);
    this.more = new More(this);
    this.spoken = el('p', { class: 'editor-spoken', 'aria-live': 'polite' });
    this.back = el('button', { type: 'button', text: 'Back to the boxes' });
    this.back.addEventListener('click', () => this.stop());
    this.player.bar.append(this.back);
    this.player.root.hidden = true;
    this.pointer = new Pointer(this.stage, { view: () => this.view(), show: (answer) => this.preview(answer), finish: (answer) => this.finish(answer),
      menu: (at, region) => this.chores.menus.ofStage(at, region) });
    this.root = el('section', { class: 'editor', tabindex: -1, 'aria-label': 'Who stands where' }, this.toolbar.root,
      el('div', { class: 'editor-stage' }, this.stage.root, this.player.root), this.timeline.root, this.inspector.root,
      this.more.root, this.table.root, this.menu.root, this.sheet.root, this.spoken);
    this.fit(window.innerWidth); // until the page has been laid out
    new ResizeObserver(([entry]) => this.fit(entry.contentRect.width)).observe(this.root);
    this.root.addEventListener('keydown', (event) => onKey(this, event));
    this.root.addEventListener('focusout', (event) => { if (!this.root.contains(/** @type {Node|null} */ (event.relatedTarget))) this.flush(); });
    this.stage.boxes.addEventListener('focusin', (event) => this.focused(/** @type {Element} */ (event.target)));
  }

  /** Say to the style sheet how much room there is: its own query for this is lost on the way through Gradio. */
  fit(/** @type {number} */ pixels) {
    this.root.classList.toggle('narrow', pixels < NARROW_PX);
    this.root.classList.toggle('tight', pixels < TIGHT_PX);
    this.root.classList.toggle('roomy', pixels >= ROOMY_PX);
  }

  /**
   * Show a new view of a scene; one that comes during a gesture waits for its end.
   * @param {any} scene SceneView @param {any} head HeadView
   * @param {{label?: string}} [how] label: what the studio did, as a step of the history
   */
  draw(scene, head, how = {}) {
    const elsewhere = this.head && head.project !== this.head.project;
    const another = elsewhere || (this.scene && scene.id !== this.scene.id);
    if (elsewhere) this.held = null; // the page has sent what was held before it went
    if (another) this.waiting = undefined;
    if (this.pointer.busy && !another) { this.waiting = { scene, head, how }; return; }
    if (another) this.leave();
    if (elsewhere) this.forget();
    this.scene = scene;
    this.head = head;
    const known = this.documents.get(scene.id);
    if (known) known.adopt(scene, { ...how, pending: this.pending.get(scene.id) || [] });
    else this.documents.set(scene.id, new SceneDocument(scene));
    this.refresh();
  }

  /**
   * Take over the studio's answer for a scene that is not shown: one step of its history.
   * @param {string} id @param {any} scene SceneView @param {string} label what the studio did
   */
  heard(id, scene, label) {
    const known = this.documents.get(id);
    if (known) known.adopt(scene, { label, pending: this.pending.get(id) || [] });
  }

  /** Another scene comes: what belongs to the old one ends. */
  leave() {
    this.flush();
    this.stop();
    this.menu.close();
    if (this.told) this.told.remove();
    this.look = { ...this.look, selected: [], hidden: new Set(), tool: 'select', keyframe: 0, latent: latentOf(this.head.stage, 0) };
  }

  /** Another story comes: its scenes may have the same names. */
  forget() {
    this.documents.clear();
    this.pending.clear();
    this.chores.copied = null;
    this.look = firstLook();
  }

  /** The document of the scene shown. @returns {SceneDocument} */
  get document() {
    return /** @type {SceneDocument} */ (this.documents.get(this.scene.id));
  }

  /** What can be taken back and done again in this scene, in words. */
  get undoable() {
    const known = this.scene && this.documents.get(this.scene.id);
    const label = this.held && this.held.label;
    return { undo: label || (known ? known.undoLabel : null), redo: known && !label ? known.redoLabel : null };
  }

  /** What the parts draw. @returns {import('./look.js').View} */
  view() {
    const { regions } = this.document.preview(this.held && this.held.patch);
    return { scene: this.scene, head: this.head, regions, look: this.look };
  }

  refresh() {
    const inside = this.root.contains(document.activeElement);
    const there = this.document.regions.map((region) => region.id);
    this.look.selected = this.look.selected.filter((id) => there.includes(id));
    const view = this.view();
    const chosen = view.regions.find((region) => region.id === view.look.selected[0]);
    this.stage.draw(view);
    this.timeline.draw(view);
    this.inspector.draw(view, chosen ? this.stage.verdict(chosen, chosen.keys) : { level: 'unknown', reason: '' });
    this.more.draw(view);
    this.table.draw(view);
    this.toolbar.draw(view, this.undoable);
    if (inside && !this.root.contains(document.activeElement)) this.root.focus({ preventScroll: true }); // what had the focus is gone
  }

  /** Look at something else. @param {Partial<import('./look.js').Look>} look */
  set(look) {
    if (look.keyframe !== undefined || look.selected) this.flush();
    if (look.keyframe !== undefined) this.stop();
    const moved = look.keyframe !== undefined && look.keyframe !== keyframeOf(this.head.stage, look.latent ?? this.look.latent);
    this.look = { ...this.look, ...look };
    if (moved) this.look.latent = latentOf(this.head.stage, this.look.keyframe);
    this.refresh();
  }

  /** Show a keyframe, for a finding or a card. @param {number} keyframe 0..5 */
  show(keyframe) {
    if (!this.scene || !Number.isInteger(keyframe) || this.pointer.busy) return;
    this.set({ keyframe });
  }

  /** Play the animatic of this scene in place of the stage. */
  play() {
    this.flush();
    this.player.load([{ ...this.scene, regions: this.document.regions }], this.head, this.look.backdrop);
    this.stage.root.hidden = true;
    this.player.root.hidden = false;
    this.player.play();
    this.player.button.focus({ preventScroll: true });
  }

  /** End play and gestures: the boxes are shown as they are. Gives whether there was any. */
  stop() {
    return [this.pointer.cancel(), this.endPlay()].some(Boolean);
  }

  /** Show the boxes again; the keyboard's focus goes back to them. */
  endPlay() {
    if (this.player.root.hidden) return false;
    const inside = this.player.root.contains(document.activeElement);
    this.player.pause();
    this.player.root.hidden = true;
    this.stage.root.hidden = false;
    if (inside) this.takeFocus();
    return true;
  }

  /** The keyboard's focus goes to the chosen box, else to the editor. */
  takeFocus() {
    const view = this.stage.views.get(this.look.selected[0]);
    /** @type {HTMLElement} */ (view ? view.root : this.root).focus({ preventScroll: true });
  }

  /** Do what a command says. @param {string} command @param {string} [region] for this box, not the chosen ones */
  run(command, region) {
    this.chores.run(command, region);
  }

  /** Open the menu of a diamond. @param {{x: number, y: number}} at @param {Element} from */
  keyMenu(at, from) {
    this.chores.menus.ofKey(at, from);
  }

  /** Change the path of one box. @param {string} label @param {string} id @param {Keys} keys */
  changeKeys(label, id, keys) {
    this.change(label, { regions: { [id]: { keys } } });
  }

  /** Make one step of the history and tell the studio. @param {string} label @param {Patch} patch */
  change(label, patch) {
    this.flush();
    const edit = this.document.commit(label, patch);
    if (edit) this.tell(label, edit.after);
    this.refresh();
    return edit;
  }

  /** Show an edit now and make it a step when no other follows soon. */
  hold(/** @type {string} */ label, /** @type {Patch} */ patch) {
    const before = this.view().regions;
    if (this.held && this.held.label !== label) this.flush();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { if (this.flush()) this.refresh(); }, QUIET_MS);
    this.held = { label, patch: { regions: { ...(this.held ? this.held.patch.regions : {}), ...patch.regions } } };
    this.refresh();
    this.announceChange(before);
  }

  /** Make held nudges a step. */
  flush() {
    clearTimeout(this.timer);
    const { held } = this;
    this.held = null;
    const edit = held && this.document.commit(held.label, held.patch);
    if (held && edit) this.tell(held.label, edit.after);
    return Boolean(edit);
  }

  /** Take the last step of this scene back, or do it again. @param {'undo'|'redo'} way */
  step(way) {
    this.flush();
    const edit = way === 'undo' ? this.document.undo() : this.document.redo();
    if (!edit) { this.announce(way === 'undo' ? 'Nothing to undo in this scene.' : 'Nothing to do again in this scene.'); return; }
    this.tell(`${way}: ${edit.label}`, way === 'undo' ? edit.before : edit.after);
    this.sayStep(way, edit.label);
    this.refresh();
  }

  /** Say what was taken back or done again; what was taken back can be done again from there. */
  sayStep(/** @type {'undo'|'redo'} */ way, /** @type {string} */ label) {
    if (this.told) this.told.remove();
    this.told = way === 'undo' ? toast(undoneWords(label), { action: { words: 'Redo', run: () => this.step('redo') } }) : null;
    if (way === 'redo') this.page.say(redoneWords(label));
  }

  /** Send a patch; until the studio has answered, its older views are shown with the patch on top. */
  async tell(/** @type {string} */ label, /** @type {Patch} */ patch) {
    const { id } = this.scene;
    const { document } = this;
    const answer = this.send({ op: 'patch', patch, label });
    if (!answer || !answer.then) return;
    const waiting = this.pending.get(id) || [];
    this.pending.set(id, [...waiting, patch]);
    const kept = await answer.catch(() => null);
    this.pending.set(id, (this.pending.get(id) || []).filter((one) => one !== patch));
    if (kept || this.documents.get(id) !== document) return;
    document.forget(patch); // refused, or given up for what another window did: nothing of it stays
    if (this.scene.id !== id) return;
    const { scene, head, how } = this.waiting || { scene: this.scene, head: this.head, how: {} };
    this.draw(scene, head, how);
  }

  /** Ask the studio for something about this scene. @param {any} op */
  send(op) {
    return this.page.send({ scene: this.scene.id, ...op });
  }

  /** Ask the studio for the fix of a finding. @param {string} finding its key */
  fix(finding) {
    this.flush();
    return this.page.send({ op: 'fix', finding });
  }

  /** A gesture goes on: only what it changes is drawn. */
  preview(/** @type {import('./tools.js').Answer} */ { preview, guides, select, frame }) {
    const changed = Object.fromEntries(Object.entries((preview && preview.regions) || {}).flatMap(([id, change]) => (change && change.keys ? [[id, change.keys]] : [])));
    const known = this.document.regions;
    const fresh = Object.keys(changed).find((id) => !known.some((region) => region.id === id) || !this.stage.views.has(id));
    this.choose(fresh ? null : select);
    this.stage.preview(changed, guides);
    this.stage.showDraft(fresh ? boxAt(changed[fresh], this.look.keyframe) : frame);
    this.timeline.preview(changed);
  }

  /** Take over a selection, if it is another one. */
  choose(/** @type {string[]|null} */ select) {
    if (!select || select.join() === this.look.selected.join()) return false;
    this.set({ selected: select });
    return true;
  }

  /** A gesture has begun, ended or been broken off. */
  finish(/** @type {import('./tools.js').Answer} */ { commit, select }) {
    const before = this.document.regions;
    if (commit) {
      const { label, patch } = this.chores.furnished(commit);
      this.change(label, patch);
      this.look.tool = 'select';
      this.announceChange(before);
    }
    if (!this.choose(select)) this.refresh();
    if (commit && select && select.length === 1) this.stage.focus(select[0]);
    const { waiting } = this;
    if (!waiting || this.pointer.busy) return;
    this.waiting = undefined;
    this.draw(waiting.scene, waiting.head, waiting.how);
  }

  /** A box got the keyboard's focus: it is the chosen one. */
  focused(/** @type {Element} */ target) {
    const box = target.closest('[data-region]');
    const id = box && box.getAttribute('data-region');
    if (id && !this.pointer.busy && !this.look.selected.includes(id)) this.set({ selected: [id] });
  }

  /** Say politely what happened to the chosen box. */
  announceChange(/** @type {Region[]} */ before) {
    const after = this.view().regions.find((region) => region.id === this.look.selected[0]);
    const was = before.find((region) => region.id === this.look.selected[0]);
    if (after && was) this.announce(changeWords(after, this.look.keyframe, was.keys, after.keys));
  }

  /** @param {string} words */
  announce(words) {
    this.spoken.textContent = words;
  }
}
