// The window of a scene's takes side by side: up to six play in step, those that are being rendered grow beside them.
import { openDialog } from '../dialog.js';
import { el, isCalm, keepFocus } from '../dom.js';
import { takesKey } from './keys.js';
import { GrowingTile, TakeTile } from './tile.js';
import { Together } from './together.js';

const MOST = 6;
const KEYFRAMES = 6;

/**
 * The open window of a scene (a SceneView). `choose(id)` uses a take, `drop(take)` deletes one and gives whether it did, `recover(id)` brings it back, `again(take)` and `without(take, kind)`
 * render, `compare(take, other)` shows both, `details(take)` promises what is told of one.
 */
export class SideBySide {
  constructor(place, scene, hooks) {
    this.hooks = hooks;
    this.tiles = new Map();
    this.jobs = [];
    this.makeControls();
    this.grid = el('div', { class: 'takes-grid' });
    this.picks = el('div', { class: 'filters', role: 'group', 'aria-label': 'Which takes are shown' });
    this.said = el('p', { class: 'takes-said', role: 'status' });
    this.dialog = openDialog(place, `${scene.title || 'Untitled'}: takes side by side`, this.picks, this.grid, this.controls, this.said);
    this.dialog.classList.add('wide', 'side-by-side');
    this.dialog.addEventListener('keydown', (event) => this.pressed(event));
    this.dialog.addEventListener('close', () => this.together.stand());
    this.shown = new Set(newest(wholeTakes(scene)).map(({ id }) => id));
    this.draw(scene);
    if (!isCalm()) this.together.play();
    this.toggle.focus();
  }

  makeControls() {
    this.toggle = el('button', { type: 'button', class: 'plain play-all', text: 'Play' });
    this.place = el('input', { type: 'range', min: 0, max: 1, step: 'any', value: 0, 'aria-label': 'Moment' });
    this.box = el('input', { type: 'checkbox', role: 'switch' });
    this.controls = el('div', { class: 'takes-controls' }, this.toggle, this.place, el('label', { class: 'boxes-switch' }, this.box, 'Boxes'));
    this.together = new Together({
      moved: (fraction) => { this.place.value = fraction; },
      turned: (playing) => { this.toggle.textContent = playing ? 'Stand' : 'Play'; },
    });
    this.toggle.addEventListener('click', () => this.turn());
    this.place.addEventListener('input', () => this.together.at(Number(this.place.value)));
    this.box.addEventListener('change', () => this.showBoxes(this.box.checked));
  }

  get open() {
    return this.dialog.open;
  }

  /** Show the scene's takes as they are now; a new one joins those that are shown. */
  draw(scene) {
    const takes = wholeTakes(scene);
    for (const { id } of takes) if (this.scene && !wholeTakes(this.scene).some((one) => one.id === id)) this.show(id, takes);
    this.scene = scene;
    this.drawPicks(takes);
    const shown = takes.filter(({ id }) => this.shown.has(id));
    for (const [id, tile] of this.tiles) if (!shown.some((one) => one.id === id)) { tile.root.remove(); this.tiles.delete(id); }
    for (const take of shown) this.tileOf(take).draw(take, scene);
    this.arrange(shown);
  }

  /** Put tiles into the takes' order without moving those that stand right: a video that moves begins anew. */
  arrange(shown) {
    shown.forEach(({ id }, at) => {
      const { root } = this.tiles.get(id);
      if (this.grid.children[at] !== root) this.grid.insertBefore(root, this.grid.children[at] || null);
    });
    this.together.take(shown.map(({ id }) => this.tiles.get(id).film.video));
    this.controls.hidden = !shown.length;
    keepFocus(this.toggle, this.dialog.querySelector('header button'));
  }

  tileOf(take) {
    if (!this.tiles.has(take.id)) {
      const tile = new TakeTile(take, { ...this.hooks, drop: (one) => this.drop(one), stand: (keyframe) => this.stand(keyframe) });
      tile.film.showBoxes(this.box.checked);
      this.tiles.set(take.id, tile);
    }
    return this.tiles.get(take.id);
  }

  /** Let one be among those that are shown; the oldest of them makes room. */
  show(id, takes) {
    this.shown.add(id);
    const order = takes.filter((one) => this.shown.has(one.id) && !one.chosen && one.id !== id);
    while (this.shown.size > MOST && order.length) this.shown.delete(order.shift().id);
  }

  drawPicks(takes) {
    this.picks.hidden = takes.length <= MOST;
    this.picks.replaceChildren(...takes.map(({ id, label }) => {
      const pick = el('button', { type: 'button', class: 'chip', 'data-take': id, 'aria-pressed': String(this.shown.has(id)), text: label });
      pick.addEventListener('click', () => this.pick(id));
      return pick;
    }));
  }

  pick(id) {
    if (this.shown.has(id)) this.shown.delete(id);
    else this.show(id, wholeTakes(this.scene));
    this.draw(this.scene);
    this.picks.querySelector(`[data-take="${id}"]`).focus();
  }

  /** Show the work on this scene beside its takes. */
  live(jobs) {
    const seen = jobs.filter(({ without }) => !without);
    for (const job of this.jobs.filter((one) => !seen.some(({ id }) => id === one.id))) job.tile.root.remove();
    this.jobs = seen.map((job) => ({ id: job.id, tile: this.jobs.find(({ id }) => id === job.id)?.tile || new GrowingTile() }));
    for (const [at, { tile }] of this.jobs.entries()) {
      tile.live(seen[at]);
      if (!tile.root.isConnected) this.grid.append(tile.root);
    }
  }

  turn() {
    if (this.together.playing) this.together.stand();
    else this.together.play();
  }

  showBoxes(shown) {
    this.box.checked = shown;
    for (const { film } of this.tiles.values()) film.showBoxes(shown);
  }

  /** Stand still in the middle of a keyframe. */
  stand(keyframe) {
    this.together.at((keyframe + 0.5) / KEYFRAMES);
    this.place.value = (keyframe + 0.5) / KEYFRAMES;
  }

  async drop(take) {
    if (!await this.hooks.drop(take)) return;
    const back = el('button', { type: 'button', class: 'quiet', text: 'Bring it back' });
    back.addEventListener('click', () => { this.said.replaceChildren(); this.hooks.recover(take.id); });
    this.said.replaceChildren(`${take.label} is deleted. `, back);
  }

  pressed(event) {
    const asked = this.dialog === event.target.closest('dialog') && takesKey(event);
    if (!asked) return;
    event.preventDefault();
    const now = Math.floor(this.together.fraction * KEYFRAMES);
    if (asked.does === 'play') this.turn();
    else if (asked.does === 'boxes') this.showBoxes(!this.box.checked);
    else if (asked.does === 'step') this.stand((now + asked.by + KEYFRAMES) % KEYFRAMES);
    else this.use(asked.at);
  }

  use(at) {
    const take = wholeTakes(this.scene).filter(({ id }) => this.shown.has(id))[at];
    if (take && !take.chosen) this.hooks.choose(take.id);
  }
}

/** The takes of a SceneView that are no comparisons. */
function wholeTakes({ takes }) {
  return takes.filter(({ of }) => !of);
}

/** The newest takes that have room, the one in use among them. */
function newest(takes) {
  const others = takes.filter(({ chosen }) => !chosen);
  return takes.filter((take) => take.chosen || others.slice(1 - MOST).includes(take));
}
